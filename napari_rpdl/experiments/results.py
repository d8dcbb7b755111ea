"""The results folder of an experiment: what it is of, what is complete, and who works on what.

::

    <results>/experiment.json                           settings and the dataset's fingerprint
              baselines/<protocol>/<fold>/scores.csv
              runs/<protocol>/<method>/<fold>/seed_<n>/  a run folder, and in it
                  scores.csv                            written last: the run is complete
                  predictions/<case>.nii.gz
              locks/                                    who works on what; empty files
"""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.experiments.folds import folds_of
from napari_rpdl.experiments.scores import ScoreRow, read_rows
from napari_rpdl.files import files_below, lock_file, read_text, write_text
from napari_rpdl.settings import explain
from napari_rpdl.settings.experiment import ExperimentSettings, Protocol

SCORES = "scores.csv"
_RECORD = "experiment.json"
_PATIENCE_S = 60.0
_LOOK_S = 0.05


class Fingerprint(BaseModel):
    """Which dataset the results are of: its name, and a digest of every byte of its files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    digest: str


class ExperimentRecord(BaseModel):
    """What ``experiment.json`` holds."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    format_version: Literal[1] = 1
    dataset_folder: str
    """Absolute path of the dataset when the experiment began."""
    dataset: Fingerprint
    """Of the dataset; results of another one are never added."""
    settings: ExperimentSettings
    """All of the experiment; arms, seeds and protocols may be added later."""
    folds: dict[Protocol, tuple[str, ...]] = Field(default_factory=dict)
    """Names of each protocol's folds, so that a report knows what is missing; none noted by earlier versions."""


class Results:
    """A results folder.

    Attributes:
        folder: where it lies.
        record: what ``experiment.json`` holds.
    """

    def __init__(self, folder: Path, record: ExperimentRecord) -> None:
        self.folder = folder
        self.record = record

    @classmethod
    def open(cls, folder: Path) -> "Results":
        """Read a results folder; an InputError says what is wrong with it."""
        path = folder / _RECORD
        if not path.is_file():
            msg = f"Expected {folder} to hold an experiment ({_RECORD}). Choose the folder that the experiment made."
            raise InputError(msg)
        try:
            return cls(folder, ExperimentRecord.model_validate_json(read_text(path)))
        except ValidationError as error:
            raise InputError(explain(error, str(path))) from error

    @classmethod
    def claim(cls, folder: Path, dataset: Dataset, settings: ExperimentSettings) -> "Results":
        """Make a results folder, or open one to which these settings only add.

        Raises:
            InputError: the folder holds something else, results of another dataset, or of
                settings that these do not contain.
        """
        path = folder / _RECORD
        _check_ours(folder)
        record = _record(dataset, settings)
        with _held(folder / "locks" / "experiment.lock", _PATIENCE_S) as mine:
            if not mine:
                msg = f"Another program has been reading {path} for a minute. Stop it, or wait, and try again."
                raise InputError(msg)
            if path.is_file():
                _check_only_adds(cls.open(folder).record, record, folder)
            write_text(path, record.model_dump_json(indent=2) + "\n")
        return cls(folder, record)

    @classmethod
    def known(cls, folder: Path, dataset: Dataset, settings: ExperimentSettings) -> "Results | None":
        """Return what is there of this experiment without writing anything; None where nothing is.

        Raises:
            InputError: as ``claim``.
        """
        _check_ours(folder)
        if not (folder / _RECORD).is_file():
            return None
        results = cls.open(folder)
        _check_only_adds(results.record, _record(dataset, settings), folder)
        return results

    def complete(self, key: str) -> bool:
        """Say whether a piece is complete."""
        return (self.folder / key / SCORES).is_file()

    @contextmanager
    def working_on(self, key: str) -> Iterator[bool]:
        """Give True while the piece is ours alone, False where another process has it; ends with our process."""
        with _held(self.folder / "locks" / f"{key.replace('/', '~')}.lock", 0) as mine:
            yield mine

    def rows(self) -> Iterator[ScoreRow]:
        """Yield the score rows of all complete pieces, in the order of their names."""
        for part in ("baselines", "runs"):
            for path in sorted((self.folder / part).glob(f"**/{SCORES}")):
                yield from read_rows(path)


def fingerprint(dataset: Dataset) -> Fingerprint:
    """Return the fingerprint of a dataset; reads every file of its cases once."""
    digest = hashlib.sha256()
    files = [dataset.folder / "dataset.json", *files_below(dataset.folder / "cases", within=dataset.folder)]
    for path in files:
        if path.is_file():
            digest.update(path.relative_to(dataset.folder).as_posix().encode() + b"\0")
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return Fingerprint(name=dataset.name, digest=digest.hexdigest())


def _record(dataset: Dataset, settings: ExperimentSettings) -> ExperimentRecord:
    return ExperimentRecord(
        dataset_folder=str(dataset.folder.absolute()),
        dataset=fingerprint(dataset),
        settings=settings,
        folds={one: tuple(fold.name for fold in folds_of(dataset, settings, one)) for one in settings.protocols},
    )


def _check_ours(folder: Path) -> None:
    """Raise an InputError if results in this folder would lie among something else."""
    foreign = folder.exists() and not (folder / _RECORD).is_file() and (not folder.is_dir() or _strangers(folder))
    if foreign:
        msg = f"Expected {folder} to be new, empty, or the results of this experiment. Choose another folder."
        raise InputError(msg)


def _check_only_adds(old: ExperimentRecord, new: ExperimentRecord, folder: Path) -> None:
    if old.dataset != new.dataset:
        msg = (
            f"{folder} holds results of the dataset {old.dataset.name!r} as it was in {old.dataset_folder}; this is "
            "another one, or its files have changed. Choose another folder for the results."
        )
        raise InputError(msg)
    before, now = old.settings, new.settings
    for what in ("experiment", "pairs", "shared_training", "thorough"):
        if getattr(before, what) != getattr(now, what):
            raise InputError(_other(folder, f"{what} {getattr(before, what)}", f"{getattr(now, what)}"))
    trained = {arm.method: arm for arm in now.arms}
    for arm in before.arms:
        if trained.get(arm.method) != arm:
            raise InputError(_other(folder, f"the arm {arm.method}", "other settings, or without it"))
    if before.shared_training and set(before.protocols) != set(now.protocols):
        raise InputError(_other(folder, "trainings that its protocols share", "other protocols"))
    for what in ("seeds", "protocols"):
        missing = [str(value) for value in getattr(before, what) if value not in getattr(now, what)]
        if missing:
            raise InputError(_other(folder, f"{what} {', '.join(missing)}", "without"))


def _other(folder: Path, had: str, has: str) -> str:
    return (
        f"{folder} holds an experiment with {had}; this one is with {has}. Arms, seeds and protocols can be added to "
        "an experiment, not changed or taken away. Name those that are there, too, or choose another folder."
    )


def _strangers(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name != "locks"]


@contextmanager
def _held(path: Path, patience_s: float) -> Iterator[bool]:
    """Give whether the lock is ours; one that another process holds is waited for as long as that."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError as error:
        msg = f"Could not write {path}: {error.strerror or error}. Choose another folder for the results."
        raise InputError(msg) from error
    with file:
        until = time.monotonic() + patience_s
        while not (mine := lock_file(file)) and time.monotonic() < until:
            time.sleep(_LOOK_S)
        yield mine
