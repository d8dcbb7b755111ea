"""The child process of ``process.follow``: ``python -m napari_rpdl.learning.child``.

Reads a job from standard input and writes events to standard output. It stops when
its input is closed, so it never outlives the program that started it, unless the line
"detach" comes before: then it goes on alone (``attachment``).
"""

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Generator
from pathlib import Path
from typing import BinaryIO, TextIO

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event, Failed, event_to_json
from napari_rpdl.learning.attachment import Beacon
from napari_rpdl.learning.process import DETACH, Job
from napari_rpdl.learning.training import resume, train


def main() -> int:
    """Do the job of standard input; return the exit status."""
    _ignore_the_terminal()
    # Not sys.stdin: its lock a waiting thread would still hold when Python ends, its buffer would hide a "detach".
    orders = open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)  # noqa: SIM115 - open as long as we are
    job = Job.model_validate_json(orders.readline())
    # What libraries print must not mix with the events.
    out, sys.stdout = sys.stdout, sys.stderr
    stopping = threading.Event()
    beacon = Beacon(Path(job.run), stopping)
    threading.Thread(target=_watch, args=(orders, stopping, beacon), daemon=True).start()

    def say(event: Event) -> None:
        beacon.hear(event)
        _say(event, out)

    try:
        return _work(job, say, stopping)
    except BrokenPipeError:
        return 1
    except Exception as error:
        # A parent finds it among our complaints; whoever attaches has only the beacon.
        beacon.hear(Failed(f"Training failed: {type(error).__name__}: {error}", traceback.format_exc()))
        raise
    finally:
        beacon.put_out()


def _ignore_the_terminal() -> None:
    """Ctrl-C and a closed terminal reach the whole group of processes; the parent decides what they mean for us."""
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):  # Windows has no SIGHUP
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def _work(job: Job, say: Callable[[Event], None], stopping: threading.Event) -> int:
    events = _events(job)
    try:
        for event in events:
            say(event)
            if stopping.is_set():
                return 0
    except InputError as error:
        say(Failed(str(error)))
        return 1
    finally:
        events.close()
    return 0


def _events(job: Job) -> Generator[Event, None, None]:
    dataset, run = Dataset.open(Path(job.dataset)), Path(job.run)
    if job.settings is None:
        yield from resume(dataset, run)
    else:
        yield from train(job.settings, dataset, run, job.hold_out)


def _say(event: Event, out: TextIO) -> None:
    out.write(event_to_json(event) + "\n")
    out.flush()


def _watch(orders: BinaryIO, stopping: threading.Event, beacon: Beacon) -> None:
    """Wait until the parent lets us go, or closes our input because we are to stop (or it has died)."""
    if orders.readline().strip() == DETACH.encode():
        _leave_the_parent()
        beacon.burn()
    else:
        stopping.set()


def _leave_the_parent() -> None:
    """Close our ends of the parent's pipes, which is also our answer to it; what is written there is lost."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for output in (1, 2):
        os.dup2(nowhere, output)
    os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
