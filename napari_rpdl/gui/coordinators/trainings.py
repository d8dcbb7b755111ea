"""One training at a time: start, follow, pause, stop, go on, let go, find again, and the queue of those that wait."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.events import Event, Said
from napari_rpdl.gui.jobs import Jobs
from napari_rpdl.gui.session import Session
from napari_rpdl.gui.training_state import Queued, TrainingState, TrainingWish
from napari_rpdl.learning.attachment import ask_to_stop, attach, running
from napari_rpdl.learning.events import EpochEnded, TrainingEnded
from napari_rpdl.learning.runs import Run, checkpoint_path

JOB = "training"
RUNS = Path.home() / "napari-rpdl" / "runs"
"""Where trainings go when nobody chose a folder; the dataset's own folder may be read-only."""


class TrainingCoordinator:
    """Runs trainings and folds their events into ``session.training``."""

    def __init__(self, session: Session, jobs: Jobs) -> None:
        self._session, self._jobs = session, jobs
        self._run = Path()
        self._goes_on: threading.Event | None = None
        self._attached = self._offered = False
        self._own_process = True
        self._asked: Queued | None = None

    @property
    def can_go_on(self) -> bool:
        """Whether a training runs that would end with the window but need not."""
        stopping = self._session.training.stopping
        return self._goes_on is not None and self._jobs.running(JOB) and not stopping

    def let_go(self, goes_on: bool = True) -> None:
        """Have the training go on alone once its job is closed, or else stop."""
        if self._goes_on is not None:
            (self._goes_on.set if goes_on else self._goes_on.clear)()

    def train(self, wish: TrainingWish) -> None:
        """Start a new training of the open dataset."""
        dataset = self._session.dataset
        if dataset is not None and not self._jobs.running(JOB):
            self._begin(Queued(wish, dataset.folder))

    def enqueue(self, wish: TrainingWish) -> None:
        """Let a training of the open dataset wait until those before it have ended."""
        if (dataset := self._session.dataset) is not None:
            self._session.queue = (*self._session.queue, Queued(wish, dataset.folder))
            self._start_next()

    def move_queued(self, place: int, by: int) -> None:
        """Let a waiting training change places with the one before (-1) or behind (+1)."""
        queue = list(self._session.queue)
        if 0 <= place < len(queue) and 0 <= place + by < len(queue):
            queue.insert(place + by, queue.pop(place))
            self._session.queue = tuple(queue)

    def drop_queued(self, place: int) -> None:
        """Take a waiting training out of the queue."""
        queue = self._session.queue
        self._session.queue = (*queue[:place], *queue[place + 1 :])

    def pause(self) -> None:
        """Stop for now: memory is given back, the queue waits, and ``go_on`` continues as if nothing had been."""
        if self._jobs.running(JOB):
            self.cancel()
            self._session.training = replace(self._session.training, paused=True, text="Pausing…")

    def go_on(self) -> None:
        """Continue the paused training after its last finished epoch; start anew where none was finished."""
        if not self._session.training.paused or self._jobs.running(JOB):
            return
        if self._asked is not None and not checkpoint_path(self._run, "last").is_file():
            self._begin(replace(self._asked, wish=replace(self._asked.wish, run=self._run)))
        else:
            self.resume(self._run, self._own_process)

    def _begin(self, queued: Queued) -> None:
        wish, self._asked, self._own_process = queued.wish, queued, queued.wish.own_process
        self._run = wish.run or _new_folder(queued.dataset, wish)
        self._goes_on = threading.Event() if wish.own_process else None
        state = TrainingState(running=True, text="Starting…")
        self._start(state, _training(queued.dataset, self._run, wish, self._goes_on))

    def _start_next(self) -> None:
        """Begin with the first of the queue, unless a training runs or is paused."""
        if self._session.queue and not self._session.training.paused and not self._jobs.running(JOB):
            first, *rest = self._session.queue
            self._session.queue = tuple(rest)
            self._begin(first)

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
        self._run, self._asked, self._own_process = run, None, own_process
        self._goes_on = threading.Event() if own_process else None
        self._start(_earlier(opened, "Going on…"), _resuming(opened, self._goes_on))

    def attach(self, run: Path) -> None:
        """Follow a training that goes on alone, if one does and none is followed; closing leaves it running."""
        if self._jobs.running(JOB) or not running(run):
            return
        self._run, self._asked, self._goes_on = run, None, None
        self._start(_earlier(Run.open(run), "Attaching…"), attach(run), attached=True)

    def cancel(self) -> None:
        """Stop after the current step; give up a paused training, so that the queue goes on."""
        if not self._jobs.running(JOB):
            if self._session.training.paused:
                self._session.training = replace(self._session.training, paused=False, text="Given up; Resume goes on.")
                self._start_next()
            return
        if self._attached:
            ask_to_stop(self._run)
        else:
            self.let_go(False)  # perhaps said to a window that then stayed open
            self._jobs.cancel(JOB)
        self._session.training = replace(self._session.training, stopping=True, text="Stopping…")

    def _start(self, state: TrainingState, events: Iterator[Event], *, attached: bool = False) -> None:
        self._attached, self._offered = attached, False
        self._session.training = state
        self._jobs.start(JOB, events, self._hear, self._end)

    def _hear(self, event: Event) -> None:
        self._session.training = self._session.training.after(event)
        if isinstance(event, EpochEnded | TrainingEnded) and (self._session.live or not self._offered):
            self._offered = True  # once: a run that a person chooses meanwhile stays chosen
            self._session.run = self._run

    def _end(self) -> None:
        state = self._session.training
        what, how = ("Paused", "Continue") if state.paused else ("Stopped", "Resume")
        text = f"{what} after {len(state.epochs)} epochs. {how} goes on." if state.running else state.text
        paused = state.paused and state.running  # it may have ended before it could be paused
        where = f"{text}\nRun folder: {self._run}" if state.epochs else text
        self._session.training = replace(
            state, running=False, stopping=False, paused=paused, remaining_s=None, text=where
        )
        self._start_next()


def _earlier(run: Run, text: str) -> TrainingState:
    """Return where a training stands that goes on with the epochs of its folder."""
    epochs = tuple(run.history())
    return TrainingState(running=True, text=text, epochs=epochs, share=min(len(epochs) / run.settings.epochs, 1.0))


def _training(folder: Path, run: Path, wish: TrainingWish, goes_on: threading.Event | None) -> Iterator[Event]:
    """Choose where to train; torch is loaded here, in the background, if at all."""
    if wish.own_process:
        from napari_rpdl.learning.process import follow

        yield from follow(folder, run, wish.settings, wish.hold_out, goes_on)
        return
    yield Said("Loading PyTorch…")
    from napari_rpdl.learning.training import train

    yield from train(wish.settings, Dataset.open(folder), run, wish.hold_out)


def _resuming(run: Run, goes_on: threading.Event | None) -> Iterator[Event]:
    if goes_on is not None:
        from napari_rpdl.learning.process import follow

        yield from follow(run.dataset_folder, run.folder, None, run.hold_out, goes_on)
        return
    yield Said("Loading PyTorch…")
    from napari_rpdl.learning.training import resume

    yield from resume(Dataset.open(run.dataset_folder), run.folder)


def _new_folder(dataset: Path, wish: TrainingWish) -> Path:
    """Return a folder that does not exist yet, named after what is trained and when."""
    when = datetime.now().astimezone().strftime("%Y-%m-%d_%H-%M-%S")
    name = f"{dataset.name}_{wish.settings.loss}_{when}"
    names = (name, *(f"{name}_{number}" for number in range(2, 1000)))
    return next(folder for one in names if not (folder := RUNS / one).exists())
