"""Background work of the viewer: follow an iterator of events, stop it, never lose its failure.

Traps this file is the cure for: Qt's workers swallow every RuntimeError (CUDA out of
memory is one), leave a stopped generator suspended, and a flood of events freezes the
window.
"""

import threading
import time
import traceback
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from napari.qt.threading import GeneratorWorker, create_worker
from qtpy.QtCore import QObject, Qt, QThreadPool, Signal

from napari_rpdl.errors import InputError
from napari_rpdl.events import Failed, Progressed
from napari_rpdl.learning.events import StepEnded, StillWaiting

EVENTS_PER_SECOND = 10.0
_REPLACEABLE = (Progressed, StepEnded, StillWaiting)
"""Only the newest of these matters; all others always arrive."""
_THREADS = 64
"""More than work can ever take: Qt converts pictures in the same pool and, with Python's lock in its hand, waits for
a thread. Where all were taken by work that waited for that lock, the window stood still for good."""


@dataclass(frozen=True, slots=True)
class Made:
    """The value that a computation was started for."""

    value: Any


def computing(function: Callable[..., object], *args: object) -> Iterator[Made]:
    """Make a job of a plain function: its value comes as ``Made``."""
    yield Made(function(*args))


def throttled(
    events: Iterable[object], per_second: float = EVENTS_PER_SECOND, clock: Callable[[], float] = time.monotonic
) -> Iterator[object]:
    """Pass events on; of those that a newer one replaces, only the last within ``1/per_second`` s."""
    waiting: dict[type, object] = {}
    due = clock()
    for event in events:
        if isinstance(event, _REPLACEABLE):
            waiting[type(event)] = event
            if clock() < due:
                continue
            event = None
        yield from waiting.values()
        waiting.clear()
        if event is not None:
            yield event
        due = clock() + 1 / per_second
    yield from waiting.values()


def guarded(events: Iterator[object], stopped: threading.Event) -> Generator[object, None, None]:
    """Follow ``events`` until they end or ``stopped`` is set; a failure becomes a last event ``Failed``.

    ``events`` is closed in the thread that ran it, so that its clean-up (last
    checkpoint, child process, GPU memory) has happened when this generator ends.
    """
    try:
        yield from throttled(_until(stopped, events))
    except InputError as error:
        yield Failed(str(error))
    except Exception as error:  # noqa: BLE001 - Qt's worker would swallow RuntimeError; the panel must hear of all
        yield Failed(_sentence(error), traceback.format_exc())
    finally:
        _close(events)


class Job(QObject):
    """One piece of background work. Signals arrive in the window's thread."""

    said = Signal(object)
    ended = Signal()

    def __init__(self, events: Iterator[object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stopped = threading.Event()
        self._done = threading.Event()
        self._events = guarded(events, self._stopped)
        self._worker: GeneratorWorker = create_worker(self._follow, _start_thread=False)
        self._worker.yielded.connect(self.said)
        self._worker.finished.connect(self._clean_up, Qt.ConnectionType.DirectConnection)
        self._worker.finished.connect(self.ended)

    def start(self) -> None:
        """Begin; work starts as soon as a thread is free."""
        self._worker.start()

    def cancel(self) -> None:
        """Ask the work to stop at its next event."""
        self._stopped.set()

    def wait(self, seconds: float) -> bool:
        """Wait until the clean-up has run; say whether it has."""
        return self._done.wait(seconds)

    def _follow(self) -> Generator[object, None, None]:
        yield from self._events

    def _clean_up(self) -> None:
        """Close what a worker that napari stopped has left suspended, still in its thread."""
        self._events.close()
        self._done.set()


class Jobs(QObject):
    """All background work of a window: at most one job of each name."""

    changed = Signal()
    heard = Signal(str, object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: dict[str, Job] = {}
        self._retired: set[Job] = set()
        self._warnings = (warnings.showwarning, list(warnings.filters))
        pool = QThreadPool.globalInstance()
        pool.setMaxThreadCount(max(pool.maxThreadCount(), _THREADS))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the jobs at work."""
        return tuple(self._jobs)

    def start(
        self,
        name: str,
        events: Iterator[object],
        hear: Callable[[Any], None],
        end: Callable[[], None] = lambda: None,
    ) -> None:
        """Run ``events`` in the background; ``hear`` gets each event, ``end`` is called last.

        A job of the same name is cancelled first, and neither of its functions is
        called again: results of work that nobody waits for any more go nowhere.
        """
        self._retire(name)
        if not self._jobs and not self._retired:
            self._warnings = (warnings.showwarning, list(warnings.filters))
        job = Job(events, self)
        self._jobs[name] = job
        job.said.connect(lambda event: self._hear(name, job, event, hear))
        job.ended.connect(lambda: self._end(name, job, end))
        job.start()
        self.changed.emit()

    def running(self, name: str) -> bool:
        """Say whether a job of this name is at work."""
        return name in self._jobs

    def cancel(self, name: str) -> None:
        """Ask the job of this name, if any, to stop; it still reports its end."""
        if name in self._jobs:
            self._jobs[name].cancel()

    def close(self, seconds: float = 10.0) -> None:
        """Stop everything and wait for the clean-up, together at most ``seconds``.

        Nobody hears of these jobs again: who would listen may be deleted by then.
        """
        everything = [*self._jobs.values(), *self._retired]
        self._jobs.clear()
        self._retired.update(everything)
        for job in everything:
            job.cancel()
        deadline = time.monotonic() + seconds
        for job in everything:
            job.wait(max(deadline - time.monotonic(), 0))

    def _retire(self, name: str) -> None:
        if job := self._jobs.pop(name, None):
            job.cancel()
            self._retired.add(job)

    def _hear(self, name: str, job: Job, event: object, hear: Callable[[Any], None]) -> None:
        if self._jobs.get(name) is not job:
            return
        hear(event)
        self.heard.emit(name, event)
        if isinstance(event, Failed):
            self.failed.emit(event)

    def _end(self, name: str, job: Job, end: Callable[[], None]) -> None:
        self._retired.discard(job)
        if self._jobs.get(name) is job:
            del self._jobs[name]
            end()
        if not self._jobs and not self._retired:
            self._restore_warnings()
        job.deleteLater()
        self.changed.emit()

    def _restore_warnings(self) -> None:
        """Undo what overlapping workers leave behind: each restores the state of the other."""
        warnings.showwarning, filters = self._warnings
        warnings.filters[:] = filters  # type: ignore[index]  # typeshed says Sequence, it is a list


def _until(stopped: threading.Event, events: Iterator[object]) -> Iterator[object]:
    while not stopped.is_set():
        try:
            event = next(events)
        except StopIteration:
            return
        yield event


def _close(events: Iterator[object]) -> None:
    close = getattr(events, "close", None)
    if close is not None:
        close()


def _sentence(error: Exception) -> str:
    """Say what happened and, where we know it, what to do."""
    if type(error).__name__ in ("OutOfMemoryError", "MemoryError"):
        return "The memory is full. Choose a smaller grid, fewer channels or a smaller batch, then try again."
    return f"{type(error).__name__}: {error}"
