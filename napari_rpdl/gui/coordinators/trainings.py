"""One training at a time: start, follow, stop, go on, let go, find again."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.events import Event, Said
from napari_rpdl.gui.jobs import Jobs
from napari_rpdl.gui.session import Session, TrainingState, TrainingWish
from napari_rpdl.learning.attachment import ask_to_stop, attach, running
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
        self._goes_on: threading.Event | None = None
        self._attached = False

    @property
    def can_go_on(self) -> bool:
        """Whether a training runs that would end with the window but need not."""
        return self._goes_on is not None and self._jobs.running(JOB)

    def let_go(self, goes_on: bool = True) -> None:
        """Have the training go on alone once its job is closed, or else stop."""
        if self._goes_on is not None:
            (self._goes_on.set if goes_on else self._goes_on.clear)()

    def train(self, wish: TrainingWish) -> None:
        """Start a new training of the open dataset."""
        dataset = self._session.dataset
        if dataset is None or self._jobs.running(JOB):
            return
        self._run = wish.run or _new_folder(dataset, wish)
        self._goes_on = threading.Event() if wish.own_process else None
        state = TrainingState(running=True, text="Starting…")
        self._start(state, _training(dataset, self._run, wish, self._goes_on))

    def resume(self, run: Path, own_process: bool) -> None:
        """Go on with a training where its last checkpoint was written, or follow one that still runs.

        Raises:
            InputError: the folder holds no training.
        """
        if self._jobs.running(JOB):
            return
        if running(run):
            self.attach(run)
            return
        opened = Run.open(run)
        self._run = run
        self._goes_on = threading.Event() if own_process else None
        state = TrainingState(running=True, text="Going on…", epochs=tuple(opened.history()))
        self._start(state, _resuming(opened, self._goes_on))

    def attach(self, run: Path) -> None:
        """Follow a training that goes on alone, if one does and none is followed; closing leaves it running."""
        if self._jobs.running(JOB) or not running(run):
            return
        self._run, self._goes_on = run, None
        self._start(TrainingState(running=True, text="Attaching…"), attach(run), attached=True)

    def cancel(self) -> None:
        """Stop after the current step."""
        if not self._jobs.running(JOB):
            return
        if self._attached:
            ask_to_stop(self._run)
        else:
            self.let_go(False)  # perhaps said to a window that then stayed open
            self._jobs.cancel(JOB)
        self._session.training = replace(self._session.training, stopping=True, text="Stopping…")

    def _start(self, state: TrainingState, events: Iterator[Event], *, attached: bool = False) -> None:
        self._attached = attached
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


def _training(dataset: Dataset, run: Path, wish: TrainingWish, goes_on: threading.Event | None) -> Iterator[Event]:
    """Choose where to train; torch is loaded here, in the background, if at all."""
    if wish.own_process:
        from napari_rpdl.learning.process import follow

        yield from follow(dataset.folder, run, wish.settings, wish.hold_out, goes_on)
        return
    yield Said("Loading PyTorch…")
    from napari_rpdl.learning.training import train

    yield from train(wish.settings, dataset, run, wish.hold_out)


def _resuming(run: Run, goes_on: threading.Event | None) -> Iterator[Event]:
    if goes_on is not None:
        from napari_rpdl.learning.process import follow

        yield from follow(run.dataset_folder, run.folder, None, run.hold_out, goes_on)
        return
    yield Said("Loading PyTorch…")
    from napari_rpdl.learning.training import resume

    yield from resume(Dataset.open(run.dataset_folder), run.folder)


def _new_folder(dataset: Dataset, wish: TrainingWish) -> Path:
    when = datetime.now().astimezone().strftime("%Y-%m-%d_%H-%M-%S")
    return RUNS / f"{dataset.folder.name}_{wish.settings.loss}_{when}"
