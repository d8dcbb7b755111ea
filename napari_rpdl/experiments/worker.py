"""A worker process of an experiment: ``python -m napari_rpdl.experiments.worker``.

Reads one order from standard input, does pieces until none is left, and writes events to
standard output. It lives for many runs, so that PyTorch is loaded and the bones are read once.
It stops when its input is closed, so it never outlives the program that started it.
"""

import os
import signal
import sys
import threading
from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event, Failed, event_to_json
from napari_rpdl.experiments.pieces import pieces_of
from napari_rpdl.experiments.results import Results
from napari_rpdl.experiments.working import work


class Order(BaseModel):
    """What the worker is to do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    results: str
    threads: int
    folds: tuple[str, ...] = ()


def main() -> int:
    """Follow the order of standard input; return the exit status."""
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):  # the parent decides what they mean; Windows has no SIGHUP
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    orders = open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)  # noqa: SIM115 - open as long as we are
    order = Order.model_validate_json(orders.readline())
    # What libraries print must not mix with the events.
    out, sys.stdout = sys.stdout, sys.stderr
    stopping = threading.Event()
    threading.Thread(target=_watch, args=(orders, stopping), daemon=True).start()

    def say(event: Event) -> None:
        out.write(event_to_json(event) + "\n")
        out.flush()

    events = _events(order)
    try:
        for event in events:
            say(event)
            if stopping.is_set():
                return 0
    except InputError as error:
        say(Failed(str(error)))
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    finally:
        events.close()
    return 0


def _watch(orders: BinaryIO, stopping: threading.Event) -> None:
    """Wait until our input is closed."""
    orders.read()
    stopping.set()


def _events(order: Order) -> Generator[Event, None, None]:
    dataset, results = Dataset.open(Path(order.dataset)), Results.open(Path(order.results))
    yield from work(results, dataset, pieces_of(dataset, results.record.settings, order.folds), order.threads)


if __name__ == "__main__":
    sys.exit(main())
