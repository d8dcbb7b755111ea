"""A worker process of an experiment: ``python -m napari_rpdl.experiments.worker``.

Reads one order from standard input, does pieces until none is left, and writes events to
standard output. It lives for many runs, so that PyTorch is loaded and the bones are read once.
It stops when its input is closed, so it never outlives the program that started it.
"""

import sys
import threading
from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.events import Event
from napari_rpdl.experiments.pieces import pieces_of
from napari_rpdl.experiments.results import Results
from napari_rpdl.experiments.working import work
from napari_rpdl.learning.telling import take_pipes, tell, write_event


class Order(BaseModel):
    """What the worker is to do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    results: str
    threads: int
    folds: tuple[str, ...] = ()


def main() -> int:
    """Follow the order of standard input; return the exit status."""
    orders, out = take_pipes()
    order = Order.model_validate_json(orders.readline())
    stopping = threading.Event()
    threading.Thread(target=_watch, args=(orders, stopping), daemon=True).start()
    return tell(_events(order), lambda event: write_event(event, out), stopping)


def _watch(orders: BinaryIO, stopping: threading.Event) -> None:
    """Wait until our input is closed."""
    orders.read()
    stopping.set()


def _events(order: Order) -> Generator[Event, None, None]:
    dataset, results = Dataset.open(Path(order.dataset)), Results.open(Path(order.results))
    yield from work(results, dataset, pieces_of(dataset, results.record.settings, order.folds), order.threads)


if __name__ == "__main__":
    sys.exit(main())
