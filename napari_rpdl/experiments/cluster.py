"""The pieces of an experiment on a Dask cluster that is there already: one task each.

Every worker must see the dataset and the results folder under the same path (a shared file
system). A task takes the same lock as any other work in the folder and writes its
scores last, so a task that Dask starts twice counts once, and one whose worker died is
resumed by another after its last finished epoch.
"""

import time
import uuid
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event
from napari_rpdl.experiments.events import PieceFailed, PieceScored
from napari_rpdl.experiments.pieces import Piece, pieces_of
from napari_rpdl.experiments.results import Results, fingerprint
from napari_rpdl.experiments.working import work_on
from napari_rpdl.learning.events import StillWaiting

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_S = 20.0
LOOK_S = 1.0


def work_on_cluster(
    scheduler: str, results: Results, dataset: Dataset, pieces: Sequence[Piece], threads: int
) -> Iterator[Event]:
    """Send every piece that is not complete to the cluster; yield which are complete.

    A piece that another command is doing is asked for again until it is complete. Closing
    the iterator takes back what has not begun, and what has begun stops after its current step.

    Args:
        scheduler: address of the cluster's scheduler, such as "tcp://10.0.0.1:8786".
        results: the results folder.
        dataset: of the experiment.
        pieces: in the order in which they are to be done.
        threads: CPU threads of each, where a training does not say.

    Raises:
        InputError: dask.distributed is not installed, or nobody answers at the address.
    """
    with _connected(scheduler) as client, _wanted(results.folder) as token:
        order = (str(results.folder.absolute()), str(dataset.folder.absolute()))

        def sent(key: str) -> "Future":
            return client.submit(do_remotely, *order, key, token, threads, pure=False)

        waiting = {sent(piece.key): piece.key for piece in pieces if not results.complete(piece.key)}
        try:
            while waiting:
                done = [future for future in waiting if future.done()]
                for future in done:
                    key = waiting.pop(future)
                    event = _outcome(future, key)
                    if event is None:
                        waiting[sent(key)] = key
                    else:
                        yield event
                if not done:
                    yield StillWaiting(LOOK_S)
                    time.sleep(LOOK_S)
        finally:
            with suppress(Exception):  # the cluster may be what is gone
                client.cancel(list(waiting), force=True)


def workers_of(scheduler: str) -> int:
    """Return how many runs the cluster does at once.

    Raises:
        InputError: as ``work_on_cluster``, or there is no worker.
    """
    with _connected(scheduler) as client:
        threads = int(sum(client.nthreads().values()))
    if not threads:
        msg = f"The cluster at {scheduler} has no workers yet. Start some (dask worker {scheduler} --nthreads 1)."
        raise InputError(msg)
    return threads


def do_remotely(results: str, dataset: str, key: str, token: str, threads: int) -> dict[str, Any]:
    """Do one piece on a worker of the cluster; return plain data that ``work_on_cluster`` understands."""
    opened = Results.open(Path(results))
    try:
        here = _seen_here(dataset, opened.record.dataset.digest)
        piece = next(piece for piece in pieces_of(here, opened.record.settings) if piece.key == key)
        for event in _while_wanted(work_on(piece, opened, here, threads), Path(results) / token):
            if isinstance(event, PieceFailed):
                return {"failed": event.text}
            if isinstance(event, PieceScored):
                return {"seconds": event.seconds}
    except InputError as error:
        return {"failed": str(error)}
    return {"seconds": 0.0} if opened.complete(key) else {"again": True}


def _while_wanted(events: Iterator[Event], sign: Path) -> Iterator[Event]:
    """Yield events while the file ``sign`` exists; whoever sent the work removes it to stop."""
    assert isinstance(events, Generator)
    try:
        for event in events:
            yield event
            if not sign.exists():
                return
    finally:
        events.close()


@lru_cache(maxsize=2)
def _seen_here(folder: str, digest: str) -> Dataset:
    """Return the dataset as this worker sees it, kept in memory for all pieces it will do."""
    dataset = Dataset.open(Path(folder))
    if fingerprint(dataset).digest != digest:
        msg = f"A worker of the cluster sees other files in {folder} than the experiment began with. Share one folder."
        raise InputError(msg)
    return dataset.keeping()


def _outcome(future: "Future", key: str) -> Event | None:
    """Return what became of a piece; None where it is to be asked for again."""
    if future.status != "finished":
        error = future.exception() if future.status == "error" else None
        why = f"{type(error).__name__}: {error}" if error else f"its task was {future.status}"
        return PieceFailed(key, f"The cluster gave it up ({why}). Run the same command to go on.")
    told = future.result()
    if "failed" in told:
        return PieceFailed(key, told["failed"])
    if "again" in told:
        time.sleep(LOOK_S)
        return None
    return PieceScored(key, told["seconds"])


@contextmanager
def _wanted(results: Path) -> Iterator[str]:
    """Give the name of a file in the results folder that exists as long as the work is wanted."""
    token = f"locks/wanted-{uuid.uuid4().hex}"
    sign = results / token
    sign.parent.mkdir(parents=True, exist_ok=True)
    sign.touch()
    try:
        yield token
    finally:
        sign.unlink(missing_ok=True)


@contextmanager
def _connected(scheduler: str) -> "Iterator[Client]":
    if find_spec("distributed") is None:
        msg = "A Dask cluster needs dask.distributed: pip install 'napari-rpdl[cluster]'."
        raise InputError(msg)
    from distributed import Client

    try:
        client: Client = Client(scheduler, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        msg = (
            f"No Dask scheduler answers at {scheduler} ({error}). Start one (dask scheduler), or take the address "
            "that it prints, such as tcp://10.0.0.1:8786."
        )
        raise InputError(msg) from error
    with client:
        yield client
