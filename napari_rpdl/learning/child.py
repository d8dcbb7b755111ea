"""The child process of ``process.follow``: ``python -m napari_rpdl.learning.child``.

Reads a job from standard input and writes events to standard output. It stops when
its input is closed, so it never outlives the program that started it.
"""

import os
import signal
import sys
import threading
from collections.abc import Generator
from pathlib import Path
from typing import TextIO

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event, Failed, event_to_json
from napari_rpdl.learning.process import Job
from napari_rpdl.learning.training import resume, train


def main() -> int:
    """Do the job of standard input; return the exit status."""
    # Ctrl-C reaches the whole group of processes; the parent decides what it means for us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    job = Job.model_validate_json(sys.stdin.readline())
    # What libraries print must not mix with the events.
    out, sys.stdout = sys.stdout, sys.stderr
    stopping = threading.Event()
    threading.Thread(target=_watch, args=(stopping,), daemon=True).start()
    try:
        return _work(job, out, stopping)
    except BrokenPipeError:
        return 1


def _work(job: Job, out: TextIO, stopping: threading.Event) -> int:
    events = _events(job)
    try:
        for event in events:
            _say(event, out)
            if stopping.is_set():
                return 0
    except InputError as error:
        _say(Failed(str(error)), out)
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


def _watch(stopping: threading.Event) -> None:
    """Wait until the parent closes our input.

    Not through ``sys.stdin``, whose lock a waiting thread would still hold when Python ends.
    """
    while os.read(sys.stdin.fileno(), 1):
        pass
    stopping.set()


if __name__ == "__main__":
    sys.exit(main())
