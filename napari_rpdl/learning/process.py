"""Training in a child process, followed as the same iterator of events.

A process of its own gives its memory back (a GPU's, too), cannot take the viewer
down, and trains several times faster than a thread while a person scrolls. No
torch is needed on this side.

Parent and child talk in lines: the job as JSON on the child's standard input, events
as JSON on its standard output. Closing the child's input asks it to stop; since that also
happens when the parent dies, no training is left behind against anybody's will. The
line "detach" lets it go on alone; ``attachment`` says how to find it again.
"""

import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import IO

from pydantic import BaseModel, ConfigDict

from napari_rpdl.errors import InputError
from napari_rpdl.events import Event, Failed, event_from_json
from napari_rpdl.learning.events import StillWaiting
from napari_rpdl.learning.requirements import check_requirements
from napari_rpdl.settings import TrainingSettings

HEARTBEAT_S = 0.25
STOP_WITHIN_S = 10.0
DETACH = "detach"
_KEPT_LINES = 60


class Job(BaseModel):
    """What the child is to do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    run: str
    settings: TrainingSettings | None
    """None: resume the run."""
    hold_out: tuple[str, ...]
    hold_out_surgeons: tuple[str, ...] = ()


def follow(
    dataset_folder: Path,
    run: Path,
    settings: TrainingSettings | None,
    hold_out: Sequence[str],
    goes_on: threading.Event | None = None,
    hold_out_surgeons: Sequence[str] = (),
) -> Generator[Event, None, None]:
    """Train in a child process and yield its events; ``settings`` None resumes the run, which knows who is held out.

    While the child is silent, a ``StillWaiting`` comes four times a second, so that whoever
    follows can stop at any time. Closing the iterator asks the child to stop, waits at
    most 10 seconds, then ends it; the run keeps the checkpoints of its last finished epoch.
    If ``goes_on`` is set by then, the child is let go instead: ``attachment.attach`` follows it.

    An error in the child, or its sudden death, comes as a last ``Failed`` event.

    Raises:
        InputError: PyTorch is not installed.
    """
    check_requirements()
    job = Job(
        dataset=str(dataset_folder),
        run=str(run),
        settings=settings,
        hold_out=tuple(hold_out),
        hold_out_surgeons=tuple(hold_out_surgeons),
    )
    child = Child("napari_rpdl.learning.child", job.model_dump_json())
    try:
        yield from child.events()
    finally:
        if goes_on is not None and goes_on.is_set():
            child.let_go()
        else:
            child.stop()


class Child:
    """A Python process that is told what to do in a line and tells events, with a thread for each of its outputs.

    Attributes:
        pid: its number.
    """

    def __init__(self, module: str, order: str) -> None:
        """Start ``python -m module`` and send it the line ``order``."""
        # -P: no module of the current folder may shadow an installed one.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-X", "utf8", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._complaints: deque[str] = deque(maxlen=_KEPT_LINES)
        self._readers = [
            _reader(self._process.stdout, self._lines.put, at_end=lambda: self._lines.put(None)),
            _reader(self._process.stderr, self._complaints.append),
        ]
        self.pid = self._process.pid
        self._send(order + "\n")

    def events(self) -> Iterator[Event]:
        """Yield what the child says until it has ended, and say so if it did not end well."""
        silent_since = time.monotonic()
        failed = False
        while True:
            try:
                line = self._lines.get(timeout=HEARTBEAT_S)
            except queue.Empty:
                yield StillWaiting(time.monotonic() - silent_since)
                continue
            if line is None:
                break
            silent_since = time.monotonic()
            event = _event(line)
            failed = failed or isinstance(event, Failed)
            yield event
        status = self._process.wait()
        if status != 0 and not failed:
            self._readers[1].join()
            yield _obituary(status, "".join(self._complaints))

    def stop(self) -> None:
        """Ask the child to stop, then insist; returns when it is gone."""
        self._close_input()
        try:
            self._process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for reader in self._readers:
            reader.join()

    def let_go(self) -> None:
        """Let the child go on alone; returns when it needs us no more."""
        self._send(DETACH + "\n")
        for reader in self._readers:
            reader.join(STOP_WITHIN_S)
        self._close_input()
        # Should we live on, its end must be noticed by somebody, or it would stay in the process table.
        threading.Thread(target=self._process.wait, name="detached training", daemon=True).start()

    def _send(self, text: str) -> None:
        """Write to the child; where it is already gone, ``events`` will say so."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(text)
            self._process.stdin.flush()
        except OSError:
            return

    def _close_input(self) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except OSError:
            return


def _reader(
    pipe: IO[str] | None, say: Callable[[str], object], at_end: Callable[[], object] = lambda: None
) -> threading.Thread:
    """Return a running thread that hands on the lines of ``pipe``; pipes cannot be polled on Windows."""
    assert pipe is not None

    def read() -> None:
        with pipe:
            for line in pipe:
                say(line)
        at_end()

    thread = threading.Thread(target=read, name="training process reader", daemon=True)
    thread.start()
    return thread


def _event(line: str) -> Event:
    try:
        return event_from_json(line)
    except InputError as error:
        return Failed("The training process said something that is no event.", str(error))


def _obituary(status: int, complaints: str) -> Failed:
    """Say why the child is gone; an unforeseen error left its traceback among the complaints."""
    kept = "The run keeps the checkpoints of its last finished epoch: you can resume it."
    if status > 0 and complaints.strip():
        return Failed(f"Training failed: {complaints.strip().splitlines()[-1]}. {kept}", complaints)
    how = f"signal {-status}" if status < 0 else f"exit status {status}"
    why = "Perhaps memory ran out (then choose a smaller grid or batch), or somebody ended it."
    return Failed(f"The training process ended unexpectedly ({how}). {why} {kept}", complaints)
