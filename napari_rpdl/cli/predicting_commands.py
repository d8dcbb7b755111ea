"""Verbs that ask trained networks: predict, tune."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import override
from tyro.conf import Positional

from napari_rpdl.cli.following import follow
from napari_rpdl.cli.parsing import Command, UsageError, word_after
from napari_rpdl.cli.printing import answer, note
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event
from napari_rpdl.settings import RULES_OF_OWN_THRESHOLD, AskingSettings, DecisionSettings, PredictionSettings

if TYPE_CHECKING:
    from napari_rpdl.learning.tuning import Tuned


@dataclass(frozen=True, kw_only=True)
class Predict(Command):
    """Predict where surgeons would drill a bone, with one trained network or several.

    Needs PyTorch: pip install "napari-rpdl[learning]". The bone needs structures; its
    annotations, if there are any, are never looked at.

    Example:
      napari-rpdl predict my_run my_dataset bone_9 bone_9.nii.gz
      napari-rpdl predict run_1 my_dataset bone_9 bone_9.nii.gz --rule mbr --margin 1 --ensemble run_2 run_3
      napari-rpdl evaluate my_dataset bone_9.nii.gz

    What comes out: the drilled region (0 and 1), or with --probabilities the probability
    of every voxel, as a NIfTI file on the bone's own grid.
    """

    run: Positional[Path]
    """Run folder, or one of its checkpoint files."""
    dataset: Positional[Path]
    """Dataset folder."""
    case: Positional[str]
    """Name of the case."""
    out: Positional[Path]
    """File to write, .nii or .nii.gz."""
    ensemble: tuple[Path, ...] = ()
    """More runs; the mean of all counts. Runs that differ in the seed alone make a good ensemble."""
    surgeon: str = ""
    """How this surgeon would drill, by a network with surgeon heads; all surgeons where not given."""
    probabilities: bool = False
    """Write probabilities (0 to 1) instead of the region."""
    spread: Path | None = None
    """Also write how far the runs and views differ in each voxel (standard deviation), .nii or .nii.gz."""
    record: Path | None = None
    """Also write how the region came about (runs, rule, threshold, what constraints removed), .json."""
    prediction: PredictionSettings = field(default_factory=PredictionSettings)
    decision: DecisionSettings = field(default_factory=DecisionSettings)

    @override
    @classmethod
    def for_words(cls, words: Sequence[str]) -> type[Command]:
        rule = word_after("--rule", words)
        if rule in RULES_OF_OWN_THRESHOLD and word_after("--threshold", words):
            msg = f"--threshold: the rule {rule} has a threshold of its own. Leave it out, or take another rule."
            raise UsageError(msg)
        return cls

    @override
    def execute(self) -> None:
        from napari_rpdl.data.dataset import Dataset
        from napari_rpdl.data.nifti import write_volume
        from napari_rpdl.data.volume import Volume
        from napari_rpdl.evaluation.safety import critical_voxels
        from napari_rpdl.files import write_text
        from napari_rpdl.learning.decision import decide
        from napari_rpdl.learning.prediction import predict
        from napari_rpdl.learning.seen import seen_by

        dataset = Dataset.open(self.dataset)
        case = dataset.case(self.case)
        runs = [self.run, *self.ensemble]
        seen = seen_by(runs, case, dataset)
        predicted = predict(runs, case, self.prediction)
        if self.spread is not None and predicted.spread is None:
            msg = "A single answer has no spread. Add runs with --ensemble, or --views mirror."
            raise InputError(msg)
        shown = predicted.of_surgeon(self.surgeon) if self.surgeon else predicted
        decided = decide(shown, case, self.decision, self.prediction.threshold)
        write_volume(Volume(shown.probabilities if self.probabilities else decided.mask, case.grid), self.out)
        if self.spread is not None and predicted.spread is not None:
            write_volume(Volume(predicted.spread, case.grid), self.spread)
        for sentence in predicted.said:
            note(sentence)
        if seen.note:
            note(seen.note)
        result = {
            "file": str(self.out),
            "case_id": case.case_id,
            "content": "probabilities" if self.probabilities else "region",
            "runs": [str(run) for run in runs],
            "surgeon": self.surgeon or None,
            **decided.record(),
            "critical_voxels": critical_voxels(decided.mask, case),
            "seen_in_training": seen.seen,
            "settings": {**self.prediction.model_dump(), **self.decision.model_dump()},
        }
        if self.record is not None:
            write_text(self.record, json.dumps(result, indent=2) + "\n")
        answer(result, _text(result), as_json=self.json)


@dataclass(frozen=True, kw_only=True)
class Tune(Command):
    """Find the threshold at which a network agrees best with surgeons, for --rule tuned.

    One run is tuned on its validation bones. Several runs that hold out different bones
    are each tuned on the bones that the others hold out. The bone that a run itself holds
    out is never looked at.

    Example:
      napari-rpdl tune my_run
      napari-rpdl predict my_run my_dataset bone_9 bone_9.nii.gz --rule tuned

    Where each surgeon has a head, each head is tuned, too, for --surgeon NAME --rule tuned.

    What comes out: a JSON file beside the checkpoint. It counts for these weights, asked in
    this way: tune again with the same --views, --large-bones and --checkpoint to predict otherwise.
    """

    run: Positional[Path]
    """Run folder."""
    others: Positional[tuple[Path, ...]] = ()
    """More run folders; each is then tuned on the bones that the others hold out."""
    dataset: Path | None = None
    """Dataset folder, if it was moved since the runs began."""
    asking: AskingSettings = field(default_factory=AskingSettings)

    @override
    def execute(self) -> None:
        from napari_rpdl.data.dataset import Dataset
        from napari_rpdl.learning.runs import Run
        from napari_rpdl.learning.tuning import Tuned, tune

        dataset = Dataset.open(self.dataset or Run.open(self.run).dataset_folder)
        tuned: list[Tuned] = []

        def collected() -> Iterator[Event]:
            for event in tune([self.run, *self.others], dataset, self.asking):
                if isinstance(event, Tuned):
                    tuned.append(event)
                yield event

        follow(collected())
        answer({"tuned": [asdict(event) for event in tuned]}, "\n".join(map(_sentence, tuned)), as_json=self.json)


def _sentence(tuned: "Tuned") -> str:
    whose = f"{tuned.run}, {tuned.surgeon}" if tuned.surgeon else tuned.run
    return (
        f"{whose}: threshold {tuned.threshold:.2f}, Dice {tuned.dice:.3f} instead of {tuned.dice_at_half:.3f} "
        f"at 0.5 on {', '.join(tuned.cases)} ({tuned.source})."
    )


def _text(result: dict[str, Any]) -> str:
    """Return the result for a person, with what constraints took away."""
    cut = f"threshold {result['threshold']:.3g}" if result["threshold"] is not None else f"rule {result['rule']}"
    lines = [f"Wrote {result['file']}: {100 * result['drilled_share']:.2f} % of the voxels drilled at {cut}."]
    lines += [f"Taken away, {why}: {voxels} voxels." for why, voxels in result["removed_voxels"].items()]
    harm = [f"{name} {voxels}" for name, voxels in result["critical_voxels"].items() if voxels]
    if harm:
        lines.append(f"Critical voxels inside the region: {', '.join(harm)}. --avoid-critical spares them.")
    return "\n".join(lines)
