"""Several worker processes on one experiment, followed as one iterator of events.

The workers need not be told who does what: each takes the next piece that nobody has.
"""

import queue
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from napari_rpdl.errors import InputError
from napari_rpdl.events import Event, Failed
from napari_rpdl.experiments.worker import Order
from napari_rpdl.learning.events import StillWaiting
from napari_rpdl.learning.process import Child


def work_together(results: Path, dataset: Path, jobs: int, threads: int, folds: Sequence[str] = ()) -> Iterator[Event]:
    """Let ``jobs`` processes do the pieces of an experiment; yield what they say, mixed.

    A worker that dies leaves its piece to the others. Closing the iterator stops all.

    Args:
        results: folder of the experiment, claimed.
        dataset: folder of the dataset.
        jobs: how many processes.
        threads: CPU threads of each.
        folds: names of those to do; all where none is named.

    Raises:
        InputError: every worker died, or one said what stops all.
    """
    order = Order(dataset=str(dataset), results=str(results), threads=threads, folds=tuple(folds))
    children = [Child("napari_rpdl.experiments.worker", order.model_dump_json()) for _ in range(jobs)]
    try:
        yield from _merged(children)
    finally:
        stopping = [threading.Thread(target=child.stop) for child in children]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()


def _merged(children: list[Child]) -> Iterator[Event]:
    said: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
    for child in children:
        threading.Thread(target=_listen, args=(child, said), daemon=True).start()
    alive, deaths = len(children), list[Failed]()
    while alive:
        event = said.get()
        if event is None:
            alive -= 1
        elif isinstance(event, Failed):
            deaths.append(event)
        elif not (isinstance(event, StillWaiting) and len(children) > 1 and not said.empty()):
            yield event
    if len(deaths) == len(children):
        raise InputError("\n".join(filter(None, (deaths[-1].details, deaths[-1].text))))


def _listen(child: Child, said: "queue.SimpleQueue[Event | None]") -> None:
    for event in child.events():
        said.put(event)
    said.put(None)
