"""The runs of a folder: what each was trained with, how it ended, how well. No torch."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from napari_rpdl.errors import InputError
from napari_rpdl.learning.attachment import running
from napari_rpdl.learning.environment import Environment, read_environments
from napari_rpdl.learning.events import EpochEnded
from napari_rpdl.learning.runs import Run, RunRecord
from napari_rpdl.settings import TrainingSettings

RunsState = Literal["running", "complete", "resumable", "empty"]
_DEEPEST = 4
_MOST = 2000
"""More runs than this are not listed: the folder is not one of runs."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run as a line of a list.

    Attributes:
        folder: of the run.
        state: "running" where it goes on alone, else as ``Run.state``.
        settings: what it is trained with.
        record: dataset, held-out cases and the rest of ``run.json``.
        epochs: the finished ones.
        environment: of its last start; None where that is not known.
    """

    folder: Path
    state: RunsState
    settings: TrainingSettings
    record: RunRecord
    epochs: tuple[EpochEnded, ...]
    environment: Environment | None

    @property
    def best(self) -> EpochEnded | None:
        """The epoch of the lowest watched loss, None before the first."""
        return next((epoch for epoch in reversed(self.epochs) if epoch.best), None)

    @property
    def started(self) -> str:
        """When it was last started: UTC, ISO 8601; empty where that is not known."""
        return self.environment.started if self.environment else ""

    @property
    def words(self) -> str:
        """All that a search looks at, in lower case."""
        settings, record = self.settings, self.record
        said = (self.folder.name, self.state, settings.loss, settings.network.name, f"grid {settings.grid}")
        held = (record.dataset_name, *record.hold_out, self.started)
        return " ".join((*said, *held)).lower()


@dataclass(frozen=True, slots=True)
class RunsFound:
    """The runs of some folders, the last started first, and the folders that cannot be read, with the reason."""

    runs: tuple[RunSummary, ...]
    broken: dict[Path, str]


NO_RUNS = RunsFound((), {})


def find_runs(roots: Sequence[Path]) -> RunsFound:
    """Return the runs in folders and their sub-folders, at most four levels deep; missing folders hold none."""
    found: dict[Path, RunSummary] = {}
    broken: dict[Path, str] = {}
    for folder in dict.fromkeys(folder for root in roots for folder in _run_folders(root)):
        try:
            found[folder] = summarise(folder)
        except InputError as error:
            broken[folder] = str(error)
    return RunsFound(tuple(sorted(found.values(), key=lambda run: run.started, reverse=True)), broken)


def summarise(folder: Path) -> RunSummary:
    """Return what is known of a run.

    Raises:
        InputError: the folder is no run, or damaged.
    """
    run = Run.open(folder)
    environments = read_environments(folder)
    state: RunsState = "running" if running(folder) else run.state
    return RunSummary(
        folder, state, run.settings, run.record, tuple(run.history()), environments[-1] if environments else None
    )


def _run_folders(root: Path) -> Iterator[Path]:
    """Yield folders with run.json in them; nothing is looked for inside a run."""
    count = 0
    for folder, below, files in os.walk(root):
        here = Path(folder)
        if "run.json" in files:
            below.clear()
            count += 1
            yield here
        if count >= _MOST or len(here.relative_to(root).parts) >= _DEEPEST:
            below.clear()
        below.sort()
