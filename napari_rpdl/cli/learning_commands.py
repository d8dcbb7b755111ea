"""Verbs that learn and predict: train, resume, predict."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import override
from tyro.conf import Positional

from napari_rpdl.cli.following import follow
from napari_rpdl.cli.parsing import Command
from napari_rpdl.cli.printing import PROGRAM, answer, note
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event
from napari_rpdl.settings import PredictionSettings, TrainingSettings

if TYPE_CHECKING:
    from napari_rpdl.data.dataset import Dataset

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, kw_only=True)
class Train(Command):
    """Train a network to drill as the surgeons of a dataset do.

    Needs PyTorch: pip install "napari-rpdl[learning]". Bones named after --hold-out are
    never seen, so that the network can be judged on them. Stop with Ctrl-C at any time:
    nothing but the unfinished epoch is lost, and "napari-rpdl resume" goes on.

    Example:
      napari-rpdl train my_dataset my_run --hold-out bone_9 --loss rpdl --epochs 100

    What comes out: a run folder with the settings, the losses of every epoch, and the
    best and the last checkpoint.
    """

    dataset: Positional[Path]
    """Dataset folder."""
    run: Positional[Path]
    """New or empty folder for the run."""
    hold_out: tuple[str, ...] = ()
    """Cases or bones that training must not see; all cases of their bones are held out."""
    training: TrainingSettings = field(default_factory=TrainingSettings)

    @override
    def execute(self) -> None:
        from napari_rpdl.data.dataset import Dataset
        from napari_rpdl.learning.training import train

        events = train(self.training, Dataset.open(self.dataset), self.run, self.hold_out)
        _show_training(events, self.run, as_json=self.json)

    @override
    def how_to_go_on(self) -> str:
        return how_to_resume(self.run)


@dataclass(frozen=True, kw_only=True)
class Resume(Command):
    """Go on with a training that was stopped, as if it had never stopped.

    Settings, held-out bones and the dataset are those of the run.

    Example:
      napari-rpdl resume my_run

    What comes out: the run folder, with more epochs.
    """

    run: Positional[Path]
    """Run folder."""
    dataset: Path | None = None
    """Dataset folder, if it was moved since the run began."""

    @override
    def execute(self) -> None:
        from napari_rpdl.data.dataset import Dataset
        from napari_rpdl.learning.runs import Run
        from napari_rpdl.learning.training import resume

        folder = self.dataset or Run.open(self.run).dataset_folder
        _show_training(resume(Dataset.open(folder), self.run), self.run, as_json=self.json)

    @override
    def how_to_go_on(self) -> str:
        return how_to_resume(self.run)


@dataclass(frozen=True, kw_only=True)
class Predict(Command):
    """Predict where surgeons would drill a bone, with a trained network.

    Needs PyTorch: pip install "napari-rpdl[learning]". The bone needs structures; its
    annotations, if there are any, are never looked at.

    Example:
      napari-rpdl predict my_run my_dataset bone_9 bone_9.nii.gz
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
    probabilities: bool = False
    """Write probabilities (0 to 1) instead of the region."""
    prediction: PredictionSettings = field(default_factory=PredictionSettings)

    @override
    def execute(self) -> None:
        from napari_rpdl.data.dataset import Dataset
        from napari_rpdl.data.nifti import write_volume
        from napari_rpdl.data.volume import Volume
        from napari_rpdl.learning.prediction import predict

        dataset = Dataset.open(self.dataset)
        case = dataset.case(self.case)
        predicted = predict(self.run, case, self.prediction)
        mask = predicted.mask(self.prediction.threshold)
        write_volume(Volume(predicted.probabilities if self.probabilities else mask, case.grid), self.out)
        seen = _has_seen(self.run, case.bone, dataset)
        if seen:
            note(f"Training has seen {case.bone}: scores on it say nothing about new bones.")
        result = {
            "file": str(self.out),
            "case_id": case.case_id,
            "content": "probabilities" if self.probabilities else "region",
            "threshold": self.prediction.threshold,
            "drilled_voxels": int(mask.sum()),
            "drilled_share": float(mask.mean()),
            "seen_in_training": seen,
        }
        share = f"{100 * mask.mean():.2f} % of the voxels drilled at threshold {self.prediction.threshold:g}"
        answer(result, f"Wrote {self.out}: {share}.", as_json=self.json)


def how_to_resume(run: Path) -> str:
    """Return what to do after a training was stopped, by what its folder holds."""
    from napari_rpdl.learning.runs import Run

    try:
        state = Run.open(run).state
    except InputError:
        state = "empty"
    if state == "resumable":
        return f"Every finished epoch is kept. Go on with: {PROGRAM} resume {run}"
    if state == "complete":
        return f"The training in {run} was already complete."
    return "No epoch had ended, so there is nothing to go on from. Run the same command to start again."


def _has_seen(run: Path, bone: str, dataset: "Dataset") -> bool | None:
    """Return whether training saw the bone; None for a checkpoint that was taken out of its run folder."""
    from napari_rpdl.learning.runs import Run

    folder = run if run.is_dir() else run.parent
    if not (folder / "run.json").is_file():
        return None
    record = Run.open(folder).record
    seen = {*record.training_cases, *record.validation_cases} & set(dataset.case_ids)
    return dataset.name == record.dataset_name and bone in map(dataset.bone_of, seen)


def _show_training(events: Iterator[Event], run: Path, *, as_json: bool) -> None:
    last = follow(events)
    result: dict[str, Any] = {} if last is None else asdict(last)
    answer(result, f"Predict a bone with it: {PROGRAM} predict {run} DATASET CASE OUT.nii.gz", as_json=as_json)
