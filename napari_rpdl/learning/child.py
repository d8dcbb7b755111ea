"""The child process of ``process.follow``: ``python -m napari_rpdl.learning.child``.

Reads a job from standard input and writes events to standard output. It stops when
its input is closed, so it never outlives the program that started it, unless the line
"detach" comes before: then it goes on alone (``attachment``).
"""

import sys
import threading
import traceback
from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.events import Event, Failed
from napari_rpdl.learning.attachment import Beacon
from napari_rpdl.learning.process import DETACH, Job
from napari_rpdl.learning.telling import leave_pipes, take_pipes, tell, write_event
from napari_rpdl.learning.training import resume, train


def main() -> int:
    """Do the job of standard input; return the exit status."""
    orders, out = take_pipes()
    job = Job.model_validate_json(orders.readline())
    stopping = threading.Event()
    beacon = Beacon(Path(job.run), stopping)
    threading.Thread(target=_watch, args=(orders, stopping, beacon), daemon=True).start()

    def say(event: Event) -> None:
        beacon.hear(event)
        write_event(event, out)

    try:
        return tell(_events(job), say, stopping)
    except Exception as error:
        # A parent finds it among our complaints; whoever attaches has only the beacon.
        beacon.hear(Failed(f"Training failed: {type(error).__name__}: {error}", traceback.format_exc()))
        raise
    finally:
        beacon.put_out()


def _events(job: Job) -> Generator[Event, None, None]:
    dataset, run = Dataset.open(Path(job.dataset)), Path(job.run)
    if job.settings is None:
        yield from resume(dataset, run)
    else:
        yield from train(job.settings, dataset, run, job.hold_out, job.hold_out_surgeons)


def _watch(orders: BinaryIO, stopping: threading.Event, beacon: Beacon) -> None:
    """Wait until the parent lets us go, or closes our input because we are to stop (or it has died)."""
    if orders.readline().strip() == DETACH.encode():
        beacon.light()
        leave_pipes(1, 2)  # which is also our answer to it: from now on others find us
        beacon.burn()
    else:
        stopping.set()


if __name__ == "__main__":
    sys.exit(main())
