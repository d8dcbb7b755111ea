"""Do the pieces of an experiment, one after the other, sharing them with whoever else works in the folder."""

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event
from napari_rpdl.experiments.events import PieceFailed, PieceScored, PieceStarted
from napari_rpdl.experiments.pieces import Piece, do_piece
from napari_rpdl.experiments.results import Results
from napari_rpdl.learning.events import StillWaiting

LOOK_S = 1.0


def work(results: Results, dataset: Dataset, pieces: Sequence[Piece], threads: int) -> Iterator[Event]:
    """Do every piece that is not complete and that nobody else is doing; wait for those of others.

    A piece that another process gave up (it was killed) is done here. Ends when every
    piece is complete or has failed here.

    Args:
        results: the results folder.
        dataset: of the experiment; cases are kept in memory.
        pieces: in the order in which they are to be done.
        threads: CPU threads, where a training does not say.
    """
    kept = dataset.keeping()
    left = [piece for piece in pieces if not results.complete(piece.key)]
    while left:
        tried, left = left, []
        for piece in tried:
            ours = yield from work_on(piece, results, kept, threads)
            left += [] if ours or results.complete(piece.key) else [piece]
        if left:
            yield StillWaiting(LOOK_S)
            time.sleep(LOOK_S)


def work_on(piece: Piece, results: Results, dataset: Dataset, threads: int) -> Generator[Event, None, bool]:
    """Do one piece, unless it is complete or somebody else is doing it; return False in the last case."""
    with results.working_on(piece.key) as mine:
        if mine and not results.complete(piece.key):
            yield from _done(piece, results, dataset, threads)
        return mine


def _done(piece: Piece, results: Results, dataset: Dataset, threads: int) -> Iterator[Event]:
    started = time.monotonic()
    yield PieceStarted(piece.key)
    events = do_piece(piece, dataset, results.folder, results.record.settings, threads)
    assert isinstance(events, Generator)
    with closing(events):
        try:
            yield from events
        except InputError as error:
            yield PieceFailed(piece.key, str(error))
            return
    yield PieceScored(piece.key, time.monotonic() - started)
