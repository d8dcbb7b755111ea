"""A training that goes on alone: how it shows itself, how it is followed and stopped from elsewhere.

All through two small files in the run folder, so that it works between any two
processes on any system: ``live.json``, which the training writes once a second, and
``stop_training``, which whoever wants it to stop puts there. No torch.
"""

import contextlib
import os
import platform
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from napari_rpdl.errors import InputError
from napari_rpdl.events import Event, Failed, Progressed, Said, event_from_json, event_to_json
from napari_rpdl.files import read_text, write_text
from napari_rpdl.learning.events import EpochEnded, StillWaiting, TrainingEnded, TrainingStarted

BEAT_S = 1.0
LOOK_S = 0.25
LOST_AFTER_S = 30.0
"""A training that did not show itself for so long counts as ended by force."""
_LAST_WRITES = 10


class Live(BaseModel):
    """What ``live.json`` holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: Literal[1] = 1
    pid: Annotated[int, Field(ge=1, le=2**31 - 1)]
    """For a person with a task manager, and to notice at once that it was killed."""
    host: str = ""
    """The machine whose process it is; empty in files of earlier versions."""
    beat: float
    """When it was written, in seconds since 1970."""
    ended: bool
    events: tuple[str, ...]
    """The newest event of each kind, as JSON. Epochs are in ``events.jsonl``."""

    @property
    def silent_s(self) -> float:
        """Seconds since the last beat."""
        return time.time() - self.beat

    @property
    def running(self) -> bool:
        """Whether the training still shows itself."""
        # A beat of the future is no sign of life either: a clock was set back since.
        return not self.ended and abs(self.silent_s) < LOST_AFTER_S and not self.killed

    @property
    def killed(self) -> bool:
        """Whether its process is gone without having said so, as far as this machine can know."""
        return not self.ended and self.host == platform.node() and not _exists(self.pid)


class Beacon:
    """Shows, once ``light`` is called, that a training goes on alone; used by the training's process."""

    def __init__(self, run: Path, stopping: threading.Event) -> None:
        self._run, self._stopping = run, stopping
        self._newest: dict[type[Event], Event] = {}
        self._lit = False
        self._over = threading.Event()
        self._writing = threading.Lock()

    def hear(self, event: Event) -> None:
        """Keep the event, if it is the newest of a kind that only this file tells."""
        if isinstance(event, EpochEnded):
            return
        newest = {**self._newest, type(event): event}  # anew: the other thread may be reading
        if isinstance(event, TrainingStarted):
            newest.pop(Progressed, None)  # the bones are loaded: whoever comes now need not hear of it
        self._newest = newest

    def light(self) -> None:
        """Write ``live.json`` for the first time."""
        self._lit = True
        _forget_to_stop(self._run)  # left by somebody who stopped an earlier training
        with self._writing:
            self._write(ended=self._over.is_set())

    def burn(self) -> None:
        """Write ``live.json`` once a second and obey ``stop_training``, until ``put_out``."""
        stop = _stop_file(self._run)
        while not self._over.is_set():
            with self._writing:
                self._write(ended=self._over.is_set())
            if stop.exists():
                self._stopping.set()
            self._over.wait(BEAT_S)

    def put_out(self) -> None:
        """Say in ``live.json`` that the training has ended."""
        self._over.set()
        if not self._lit:
            return
        _forget_to_stop(self._run)  # first: whoever reads that it has ended finds a clean folder
        with self._writing:
            for _ in range(_LAST_WRITES):
                if self._write(ended=True):
                    break
                time.sleep(LOOK_S)

    def _write(self, *, ended: bool) -> bool:
        """Write the file; False where it must wait: Windows lets nobody replace a file that is being read."""
        if not (self._run / "run.json").is_file():
            return True  # a run is made only in an empty folder
        lines = tuple(event_to_json(event) for event in self._newest.values())
        live = Live(pid=os.getpid(), host=platform.node(), beat=time.time(), ended=ended, events=lines)
        try:
            write_text(_live_file(self._run), live.model_dump_json() + "\n")
        except InputError:
            return False
        return True


def running(run: Path) -> bool:
    """Say whether a training goes on alone in a run folder."""
    live = _read(run)
    return live is not None and live.running


def check_idle(run: Path) -> None:
    """Raise an InputError if a second training would write into the folder of one that goes on alone."""
    live = _read(run)
    if live is not None and live.running:
        msg = (
            f"{run} is being trained by process {live.pid}. Follow it (napari-rpdl attach {run}), "
            f"or stop it first (napari-rpdl stop {run})."
        )
        raise InputError(msg)


def ask_to_stop(run: Path) -> None:
    """Ask a training that goes on alone to stop after its current step.

    Raises:
        InputError: none goes on there, or the folder cannot be written.
    """
    _expect_running(run)
    write_text(_stop_file(run), "")


def attach(run: Path) -> Iterator[Event]:
    """Follow a training that goes on alone, from its first epoch on, until it ends.

    Closing the iterator leaves the training running. ``StillWaiting`` comes four times a
    second while there is no news. A training that falls silent for 30 seconds, or whose
    process is gone, comes as ``Failed``.

    Raises:
        InputError: no training goes on alone in this folder.
    """
    live = _expect_running(run)
    follower = _Follower(run)
    heard_at = time.monotonic()
    while True:
        yield from follower.news(live)
        if live.ended:
            break
        # Measured by our own clock: another machine's may differ.
        silent = time.monotonic() - heard_at
        if silent > LOST_AFTER_S:
            yield _lost(run, live)
            return
        yield StillWaiting(silent)
        time.sleep(LOOK_S)
        killed = live.killed  # asked before reading, so that its last word is there to be read
        newer = _read(run)
        if newer is not None and newer != live:
            live, heard_at = newer, time.monotonic()
        elif killed:
            yield _lost(run, live)
            return
    if not follower.knows_the_end:
        yield Said(f"Training was stopped; every finished epoch is kept. Go on with: napari-rpdl resume {run}")


class _Follower:
    """What one follower has already told."""

    def __init__(self, run: Path) -> None:
        self._epochs = _Tail(run / "events.jsonl")
        self._told: dict[type[Event], Event] = {}

    @property
    def knows_the_end(self) -> bool:
        return TrainingEnded in self._told or Failed in self._told

    def news(self, live: Live) -> Iterator[Event]:
        """Yield what is new: the start, then epochs, then where it stands."""
        fresh = [event for event in map(_event, live.events) if event and self._told.get(type(event)) != event]
        self._told.update({type(event): event for event in fresh})
        yield from (event for event in fresh if isinstance(event, TrainingStarted))
        started = self._told.get(TrainingStarted)
        if isinstance(started, TrainingStarted):
            yield from self._finished_since(started.first_epoch)
        yield from (event for event in fresh if not isinstance(event, TrainingStarted))

    def _finished_since(self, first: int) -> list[EpochEnded]:
        """Return new epochs; one that was done again after a kill counts as last done."""
        events = map(_event, self._epochs.lines())
        epochs = {event.epoch: event for event in events if isinstance(event, EpochEnded) and event.epoch >= first}
        return [epochs[epoch] for epoch in sorted(epochs)]


class _Tail:
    """Reads what was added to a file of lines; half a last line waits for its other half."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def lines(self) -> list[str]:
        """Return the whole lines that are new."""
        with contextlib.suppress(OSError), self._path.open("rb") as file:
            file.seek(self._offset)
            whole, newline, _ = file.read().rpartition(b"\n")
            self._offset += len(whole) + len(newline)
            return whole.decode("utf-8", "replace").splitlines()
        return []


def _live_file(run: Path) -> Path:
    return run / "live.json"


def _stop_file(run: Path) -> Path:
    return run / "stop_training"


def _forget_to_stop(run: Path) -> None:
    with contextlib.suppress(OSError):  # somebody may hold it open, or have made a folder of it
        _stop_file(run).unlink()


def _read(run: Path) -> Live | None:
    """Return what the training last said; None where it says nothing, or cannot be read just now."""
    try:
        return Live.model_validate_json(read_text(_live_file(run), max_bytes=1_000_000))
    except (InputError, ValidationError):
        return None


def _expect_running(run: Path) -> Live:
    live = _read(run)
    if live is None or live.ended:
        msg = f"No training goes on alone in {run}. If it is not complete, go on with: napari-rpdl resume {run}"
        raise InputError(msg)
    if not live.running:
        raise InputError(_lost(run, live).text)
    return live


def _lost(run: Path, live: Live) -> Failed:
    if live.killed:
        how = "is gone without a word: it was ended from outside"
    elif live.silent_s < 0:
        how = "last showed itself at a time that is yet to come: a clock was set back, and it was probably ended"
    else:
        how = f"has not shown itself for {live.silent_s:.0f} s: it was probably ended from outside"
    kept = f'Every finished epoch is kept. Go on with "Resume…" in the viewer, or: napari-rpdl resume {run}'
    return Failed(f"The training in {run} (process {live.pid}) {how}. {kept}")


def _exists(pid: int) -> bool:
    if os.name != "posix":
        return True  # elsewhere a signal of 0 would end it: its silence must tell
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's
    return True


def _event(line: str) -> Event | None:
    try:
        return event_from_json(line)
    except InputError:
        return None
