"""One training at a time: start, follow, stop, go on."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.events import Event, Said
from napari_rpdl.gui.jobs import Jobs
from napari_rpdl.gui.session import Session, TrainingState, TrainingWish
from napari_rpdl.learning.events import EpochEnded, TrainingEnded
from napari_rpdl.learning.runs import Run

JOB = "training"
RUNS = Path.home() / "napari-rpdl" / "runs"
"""Where trainings go when nobody chose a folder; the dataset's own folder may be read-only."""


class TrainingCoordinator:
    """Runs trainings and folds their events into ``session.training``."""

    def __init__(self, session: Session, jobs: Jobs) -> None:
        self._session, self._jobs = session, jobs
        self._run = Path()

    def train(self, wish: TrainingWish) -> None:
        """Start a new training of the open dataset."""
        dataset = self._session.dataset
        if dataset is None or self._jobs.running(JOB):
            return
        self._run = wish.run or _new_folder(dataset, wish)
        self._start(TrainingState(running=True, text="Starting…"), _training(dataset, self._run, wish))

    def resume(self, run: Path, own_process: bool) -> None:
        """Go on with a training where its last checkpoint was written.

        Raises:
            InputError: the folder holds no training.
        """
        if self._jobs.running(JOB):
            return
        opened = Run.open(run)
        self._run = run
        state = TrainingState(running=True, text="Going on…", epochs=tuple(opened.history()))
        self._start(state, _resuming(opened, own_process))

    def cancel(self) -> None:
        """Stop after the current step."""
        if self._jobs.running(JOB):
            self._session.training = replace(self._session.training, stopping=True, text="Stopping…")
            self._jobs.cancel(JOB)

    def _start(self, state: TrainingState, events: Iterator[Event]) -> None:
        self._session.training = state
        self._jobs.start(JOB, events, self._hear, self._end)

    def _hear(self, event: Event) -> None:
        self._session.training = self._session.training.after(event)
        if isinstance(event, EpochEnded | TrainingEnded) and self._session.run != self._run:
            self._session.run = self._run

    def _end(self) -> None:
        state = self._session.training
        text = f"Stopped after {len(state.epochs)} epochs. Resume goes on." if state.running else state.text
        where = f"{text}\nRun folder: {self._run}" if state.epochs else text
        self._session.training = replace(state, running=False, stopping=False, remaining_s=None, text=where)


def _training(dataset: Dataset, run: Path, wish: TrainingWish) -> Iterator[Event]:
    """Choose where to train; torch is loaded here, in the background, if at all."""
    if wish.own_process:
        from napari_rpdl.learning.process import follow

        yield from follow(dataset.folder, run, wish.settings, wish.hold_out)
        return
    yield Said("Loading PyTorch…")
    from napari_rpdl.learning.training import train

    yield from train(wish.settings, dataset, run, wish.hold_out)


def _resuming(run: Run, own_process: bool) -> Iterator[Event]:
    if own_process:
        from napari_rpdl.learning.process import follow

        yield from follow(run.dataset_folder, run.folder, None, run.hold_out)
        return
    yield Said("Loading PyTorch…")
    from napari_rpdl.learning.training import resume

    yield from resume(Dataset.open(run.dataset_folder), run.folder)


def _new_folder(dataset: Dataset, wish: TrainingWish) -> Path:
    when = datetime.now().astimezone().strftime("%Y-%m-%d_%H-%M-%S")
    return RUNS / f"{dataset.folder.name}_{wish.settings.loss}_{when}"
