"""Run: the folder of one training. Read and written here without torch.

::

    <run>/settings.json                  TrainingSettings
          run.json                       dataset, who is held out, who watches, the structure table
          events.jsonl                   one line for each epoch, and one at the end
          draws.jsonl                    one line for each epoch: what each step showed, and how it lay
          checkpoint_best.safetensors    weights of the best epoch
          checkpoint_last.safetensors    weights and optimiser after the last finished epoch
"""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from napari_rpdl.data.structures import StructureTable
from napari_rpdl.data.volume import Spacing
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event, event_from_json, event_to_json
from napari_rpdl.files import BESIDE, append_line, read_text, write_text
from napari_rpdl.learning.events import EpochEnded, TrainingEnded
from napari_rpdl.settings import TrainingSettings, explain, load_training_settings, save_training_settings

RunState = Literal["empty", "resumable", "complete"]
_EXPERIMENT_DEPTH = 4  # <protocol>/<method>/<fold>/seed_<n>


class RunRecord(BaseModel):
    """What ``run.json`` holds: everything about a run that is not a setting."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    format_version: Literal[1] = 1
    dataset_folder: str
    """Absolute path of the dataset when the run was made."""
    dataset_name: str
    hold_out: tuple[str, ...]
    """Names of the cases that the run must not see."""
    hold_out_surgeons: tuple[str, ...] = ()
    """Names of the surgeons whose annotations the run must not see, on any bone."""
    training_cases: tuple[str, ...]
    """Names of the cases that it is trained on."""
    validation_cases: tuple[str, ...]
    """Names of the cases that watch the training."""
    right_ears: bool
    """True where every side is known: left ears are mirrored, and the network sees only right ones."""
    table: StructureTable
    """What the structure codes of the dataset mean."""
    surgeons: tuple[str, ...] = ()
    """Names of the surgeons it may see, in the order of the network's heads where each has one."""
    voxels_mm: tuple[Spacing, ...] = ()
    """Size (z, y, x) of a voxel of the network's grid in mm, for each training case whose spacing is known."""
    fingerprints: dict[str, str] = Field(default_factory=dict)
    """What each training and validation case held, see ``fingerprints``; empty in runs of earlier versions."""
    bone_fingerprints: dict[str, str] = Field(default_factory=dict)
    """The same of the bones alone, by which a training knows them under any name."""


class Run:
    """A run folder, opened.

    Attributes:
        folder: where it lies.
        settings: what it is trained with.
        record: dataset, held-out cases and the rest of ``run.json``.
    """

    def __init__(self, folder: Path, settings: TrainingSettings, record: RunRecord) -> None:
        self.folder = folder
        self.settings = settings
        self.record = record

    @classmethod
    def open(cls, folder: Path) -> "Run":
        """Read a run folder; an InputError says what is wrong with it."""
        if not (folder / "run.json").is_file():
            msg = f"Expected {folder} to be a run folder, with run.json in it. Choose the folder that training made."
            raise InputError(msg)
        path = folder / "run.json"
        try:
            record = RunRecord.model_validate_json(read_text(path))
        except ValidationError as error:
            raise InputError(explain(error, str(path))) from error
        return cls(folder, load_training_settings(folder / "settings.json"), record)

    @classmethod
    def create(cls, folder: Path, settings: TrainingSettings, record: RunRecord) -> "Run":
        """Make a run folder; one in which no epoch has ended is made anew.

        Raises:
            InputError: the folder holds something that would be lost or mixed up.
        """
        check_free(folder)
        for name in ("events.jsonl", "draws.jsonl"):
            (folder / name).unlink(missing_ok=True)
        remove_halves(folder)
        save_training_settings(settings, folder / "settings.json")
        write_text(folder / "run.json", record.model_dump_json(indent=2) + "\n")
        return cls(folder, settings, record)

    @property
    def hold_out(self) -> tuple[str, ...]:
        """Names of the cases that the run never sees."""
        return self.record.hold_out

    @property
    def dataset_folder(self) -> Path:
        """Where the dataset was when the run was made."""
        return Path(self.record.dataset_folder)

    @property
    def state(self) -> RunState:
        """One of "complete" (nothing to add), "resumable", and "empty" (no epoch has ended yet)."""
        last = self.checkpoint("last").is_file()
        if not last and not self.checkpoint("best").is_file():
            return "empty"
        if any(isinstance(event, TrainingEnded) for event in self._events()):
            return "complete"
        return "resumable" if last else "empty"

    def checkpoint(self, which: Literal["best", "last"]) -> Path:
        """Return the path of a checkpoint, whether it exists or not."""
        return checkpoint_path(self.folder, which)

    def history(self) -> list[EpochEnded]:
        """Return the finished epochs in order; an epoch that was done again counts as last done."""
        epochs = {event.epoch: event for event in self._events() if isinstance(event, EpochEnded)}
        return [epochs[epoch] for epoch in sorted(epochs)]

    def append(self, event: Event) -> None:
        """Add a line to ``events.jsonl``; an InputError says that the disk is full."""
        append_line(self.folder / "events.jsonl", event_to_json(event))

    def _events(self) -> list[Event]:
        path = self.folder / "events.jsonl"
        return [event for line in read_text(path).splitlines() if (event := _read(line))] if path.is_file() else []


def checkpoint_path(run: Path, which: Literal["best", "last"]) -> Path:
    """Return the path of a checkpoint in a run folder, whether it exists or not."""
    return run / f"checkpoint_{which}.safetensors"


def _read(line: str) -> Event | None:
    """Return the event of a line; None where a kill cut the line short."""
    try:
        return event_from_json(line)
    except InputError:
        return None


def check_free(folder: Path) -> None:
    """Raise an InputError if a new run in ``folder`` would lose or mix up something."""
    if not folder.exists():
        return
    if not folder.is_dir():
        msg = f"Expected {folder} to be a folder for the training; it is a file. Choose another name."
        raise InputError(msg)
    if (folder / "run.json").is_file():
        if Run.open(folder).state != "empty":
            msg = f"{folder} already holds a training. Resume it, or choose another folder."
            raise InputError(msg)
    elif any(not _of_a_killed_start(path) for path in folder.iterdir()):
        msg = f"Expected {folder} to be new or empty; it holds other files. Choose another folder."
        raise InputError(msg)


def remove_halves(folder: Path) -> None:
    """Remove what a kill left half written; only for whom nobody writes beside."""
    for half in folder.glob(f"{BESIDE}*"):
        half.unlink(missing_ok=True)


def _of_a_killed_start(path: Path) -> bool:
    """Say whether a training that was killed before it had made its folder leaves such a file."""
    return path.name in (".lock", "settings.json") or path.name.startswith(BESIDE)


def run_name(folder: Path) -> str:
    """Return what tells a run from others: its folder's name; of an experiment's run also method and fold."""
    kept = _EXPERIMENT_DEPTH if folder.name.startswith("seed_") else 1
    return "/".join(folder.parts[-kept:])
