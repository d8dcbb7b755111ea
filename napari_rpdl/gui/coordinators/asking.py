"""The work behind predictions: networks are asked, regions decided, thresholds tuned."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rpdl.data.case import Case
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.nifti import write_volume
from napari_rpdl.data.volume import Volume
from napari_rpdl.events import Event, Progressed, Said
from napari_rpdl.gui.camera import lamp
from napari_rpdl.gui.jobs import Made
from napari_rpdl.gui.meshes import Mesh, surface
from napari_rpdl.gui.palette import NETWORK as NETWORK_COLOR
from napari_rpdl.learning.decision import Decision, decide
from napari_rpdl.learning.runs import run_name
from napari_rpdl.learning.seen import Seen, seen_by
from napari_rpdl.settings import AskingSettings, DecisionSettings, PredictionSettings

if TYPE_CHECKING:
    from napari_rpdl.learning.prediction import Prediction

_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What networks say about the bone in the viewer.

    Attributes:
        prediction: what they say.
        seen: what their trainings know of this bone.
    """

    prediction: "Prediction"
    seen: Seen


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """The region that was decided for a bone."""

    case_id: str
    decision: Decision


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """The surface of that region."""

    case_id: str
    mesh: Mesh


def ask(runs: Sequence[Path], case: Case, settings: PredictionSettings) -> "Prediction":
    """Ask networks about a case; PyTorch is loaded here, in the background."""
    from napari_rpdl.learning.prediction import predict

    return predict(runs, case, settings)


def answer(runs: Sequence[Path], case: Case, dataset: Dataset | None, settings: PredictionSettings) -> Answer:
    """Ask networks about a case, and look whether they learned from it."""
    return Answer(ask(runs, case, settings), seen_by(runs, case, dataset))


def predict_all(
    runs: Sequence[Path], head: str, dataset: Dataset, settings: PredictionSettings, rules: DecisionSettings
) -> Iterator[Event]:
    """Predict and decide bone after bone into a folder of the first run; say at the end where, and what to know of it.

    Args:
        runs: whose mean counts.
        head: the surgeon whose head counts where the networks have it.
        dataset: whose bones.
        settings: how networks are asked.
        rules: how regions are decided.
    """
    said: dict[str, None] = {}
    seen: list[str] = []
    out = runs[0]
    for done, case in enumerate(dataset):
        yield Progressed("Predicting", done, len(dataset))
        prediction = ask(runs, case, settings)
        said |= dict.fromkeys(prediction.said)
        known = seen_by(runs, case, dataset)
        seen += [case.case_id] if known.seen else []
        said |= {} if known.seen or not known.note else {known.note: None}
        shown = head if head in prediction.surgeons else ""
        region = decide(prediction.of_surgeon(shown) if shown else prediction, case, rules, settings.threshold).mask
        out = runs[0] / folder_name(runs, shown)
        write_volume(Volume(region, case.grid), out / f"{case.case_id}.nii.gz")
    yield Said(" ".join([f"Wrote {len(dataset)} predicted regions to {out}.", *_known(seen), *said]))


def folder_name(runs: Sequence[Path], head: str) -> str:
    """Return the folder of predictions in the first run: what others, or one surgeon's head, say has its own.

    Whoever counts or grades the predictions of a run must not find those of others among them.
    """
    others = "+".join(run_name(run).replace("/", "_") for run in runs[1:])
    name = "predictions" + (f"_with_{others}" if others else "") + (f"_as_{head}" if head else "")
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def tune_each(runs: Sequence[Path], dataset: Dataset, settings: PredictionSettings) -> Iterator[Event]:
    """Tune each run alone, on its validation bones, and say what was found."""
    from napari_rpdl.learning.tuning import Tuned, tune

    asking = AskingSettings(**settings.model_dump(exclude={"threshold"}))
    for run in runs:
        for event in tune([run], dataset, asking):
            yield event
            if isinstance(event, Tuned) and not event.surgeon:
                yield Said(
                    f"{run.name}: tuned threshold {event.threshold:.2f}, Dice {event.dice:.3f} instead of "
                    f"{event.dice_at_half:.3f} at 0.5 on {', '.join(event.cases)}."
                )


def decide_and_draw(case: Case, prediction: "Prediction", rules: DecisionSettings, threshold: float) -> Iterator[Made]:
    """Make the region, then, since outline and scores need not wait for it, its surface."""
    decision = decide(prediction, case, rules, threshold)
    yield Made(Decided(case.case_id, decision))
    yield Made(Solid(case.case_id, surface(decision.mask, NETWORK_COLOR, lamp(case.side))))


def _known(seen: Sequence[str]) -> list[str]:
    """Say which of the bones were seen in training."""
    return [f"Training has seen {', '.join(seen)}: scores on them say nothing about new bones."] if seen else []
