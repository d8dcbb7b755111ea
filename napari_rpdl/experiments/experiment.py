"""A whole experiment, from settings and a dataset to scores, as one iterator of events."""

import os
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.events import Event
from napari_rpdl.experiments.cluster import work_on_cluster, workers_of
from napari_rpdl.experiments.events import ExperimentEnded, ExperimentProgressed, PieceFailed, PieceScored
from napari_rpdl.experiments.pieces import Piece, pieces_of
from napari_rpdl.experiments.plan import Share, plan
from napari_rpdl.experiments.results import Results
from napari_rpdl.experiments.team import work_together
from napari_rpdl.experiments.working import work
from napari_rpdl.learning.requirements import check_requirements
from napari_rpdl.settings.experiment import ExecutionSettings, ExperimentSettings


def run_experiment(
    dataset: Dataset, folder: Path, settings: ExperimentSettings, execution: ExecutionSettings | None = None
) -> Iterator[Event]:
    """Do what is left of an experiment; yield what happens, at least once a step of training.

    Stopped or killed at any time and started again, it goes on: complete runs are
    skipped, a half-trained one is resumed after its last finished epoch. Several
    commands may work in one folder at once.

    Args:
        dataset: of all runs.
        folder: new, or of the same experiment with fewer arms, seeds or protocols.
        settings: what is compared.
        execution: how many processes work at once, and where.

    Raises:
        InputError: PyTorch is missing, too few bones or surgeons, or the folder holds
            something else.
    """
    check_requirements()
    execution = execution or ExecutionSettings()
    pieces = pieces_of(dataset, settings, execution.folds)
    share = _share(execution)
    if execution.plan != "skip":
        known = Results.known(folder, dataset, settings)
        left = [piece for piece in pieces if known is None or not known.complete(piece.key)]
        yield from plan(dataset.keeping(), pieces, left, settings, folder, share)
    if execution.plan == "only":
        return
    results = Results.claim(folder, dataset, settings)
    with closing(_working(results, dataset, pieces, share, execution)) as events:
        yield from counted(results, pieces, events)


def _share(execution: ExecutionSettings) -> Share:
    """Return how many runs go on at once, and the CPU threads of each; on a cluster, one for each of its threads."""
    if execution.scheduler:
        return Share(workers_of(execution.scheduler), 1)
    return Share(execution.jobs, max(1, (os.cpu_count() or 1) // execution.jobs))


def _working(
    results: Results, dataset: Dataset, pieces: Sequence[Piece], share: Share, execution: ExecutionSettings
) -> Generator[Event, None, None]:
    if execution.scheduler:
        yield from work_on_cluster(execution.scheduler, results, dataset, pieces, share.threads)
    elif share.jobs > 1:
        yield from work_together(results.folder, dataset.folder, share.jobs, share.threads, execution.folds)
    else:
        yield from work(results, dataset, pieces, share.threads)


def counted(results: Results, pieces: Sequence[Piece], events: Iterator[Event]) -> Iterator[Event]:
    """Yield events with how far the experiment is after every piece, and its end.

    Of several processes each may fail at the same piece, or one may do what another failed at.
    """
    begun, tried, done_here = time.monotonic(), dict[str, None](), 0
    first = sum(results.complete(piece.key) for piece in pieces)
    yield ExperimentProgressed(first, len(pieces), None)
    for event in events:
        yield event
        if isinstance(event, PieceFailed):
            tried[event.key] = None
        if isinstance(event, PieceScored | PieceFailed):
            done_here += 1
            done = sum(results.complete(piece.key) for piece in pieces)
            left = len(pieces) - done - len(_failed(tried, results))
            yield ExperimentProgressed(done, len(pieces), (time.monotonic() - begun) / done_here * left)
    rows = sum(1 for _ in results.rows())
    complete = sum(results.complete(piece.key) for piece in pieces)
    yield ExperimentEnded(str(results.folder), complete, rows, _failed(tried, results))


def _failed(tried: Iterable[str], results: Results) -> tuple[str, ...]:
    return tuple(key for key in tried if not results.complete(key))
