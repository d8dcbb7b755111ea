"""The pieces of an experiment: one training with its scores, or the baselines of one fold.

A piece is complete when its ``scores.csv`` exists, which is written last. Each is locked
by the process that works on it, and the lock ends with the process.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event
from napari_rpdl.experiments.baselines import baseline_rows
from napari_rpdl.experiments.cells import Cell, cells_of
from napari_rpdl.experiments.folds import Fold, folds_of
from napari_rpdl.experiments.judging import Answerer, decisions_of, measured, rows
from napari_rpdl.experiments.keeping import FIXED, keep_checkpoints, keep_prediction
from napari_rpdl.experiments.leaks import check_no_leak
from napari_rpdl.experiments.results import SCORES
from napari_rpdl.experiments.scores import ScoreRow, write_rows
from napari_rpdl.learning.finishing import finish
from napari_rpdl.learning.prediction import predict
from napari_rpdl.learning.runs import Run, remove_halves
from napari_rpdl.learning.tuning import Tuned, tune
from napari_rpdl.settings.experiment import ExperimentSettings

_PREDICTIONS = "predictions"


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of work.

    Attributes:
        key: its folder below the results.
        cell: the training, None for baselines.
        fold: of the baselines; the training's.
    """

    key: str
    fold: Fold
    cell: Cell | None = None


def pieces_of(dataset: Dataset, settings: ExperimentSettings, only: Sequence[str] = ()) -> list[Piece]:
    """Return all pieces in the order in which they are done: baselines first, they are quick.

    Args:
        dataset: of the experiment.
        settings: of the experiment.
        only: names of folds; all where none is named.

    Raises:
        InputError: too few bones or surgeons, or an unknown fold.
    """
    folds = [fold for protocol in settings.protocols for fold in folds_of(dataset, settings, protocol)]
    baselines = [Piece(f"baselines/{fold.protocol}/{fold.name}", fold) for fold in folds]
    pieces = baselines + [Piece(f"runs/{cell.key}", cell.fold, cell) for cell in cells_of(dataset, settings)]
    unknown = sorted(set(only) - {piece.fold.name for piece in pieces})
    if unknown:
        known = ", ".join(dict.fromkeys(piece.fold.name for piece in pieces))
        msg = f"This experiment has no fold {unknown[0]!r}; it has: {known}."
        raise InputError(msg)
    return [piece for piece in pieces if not only or piece.fold.name in only]


def do_piece(
    piece: Piece, dataset: Dataset, results: Path, settings: ExperimentSettings, threads: int
) -> Iterator[Event]:
    """Do a piece, or go on with it where it was stopped; its scores are written last.

    Args:
        piece: what to do.
        dataset: of the experiment.
        results: folder of the experiment.
        settings: of the experiment.
        threads: CPU threads, where the training does not say.

    Raises:
        InputError: as ``train``; or the run would leak, or its folder holds another training.
    """
    folder = results / piece.key
    for part in (folder, folder / _PREDICTIONS):
        remove_halves(part)
    if piece.cell is None:
        write_rows(baseline_rows(dataset, piece.fold, thorough=settings.thorough), folder / SCORES)
        return
    yield from _trained(piece.cell, dataset, folder, threads)
    tuned_on: tuple[str, ...] = ()
    if any(fold.protocol == "repaired" for fold in piece.cell.folds):
        for event in tune([folder], dataset):
            tuned_on += event.cases if isinstance(event, Tuned) else ()
            yield event
    record = Run.open(folder).record
    for fold in piece.cell.folds:
        check_no_leak(record, fold, dataset, tuned_on)
    found: list[ScoreRow] = []
    for fold in piece.cell.folds:
        found += _judged(piece.cell, fold, dataset, folder, settings)
    # Before the scores: whoever is killed in between does it all again, and no complete run keeps it for ever.
    keep_checkpoints(folder, settings.checkpoints)
    write_rows(found, folder / SCORES)


def _trained(cell: Cell, dataset: Dataset, folder: Path, threads: int) -> Iterator[Event]:
    training = cell.training.model_copy(update={"threads": cell.training.threads or threads})
    yield from finish(training, dataset, folder, cell.fold.bones, cell.fold.surgeons)


def _judged(cell: Cell, fold: Fold, dataset: Dataset, folder: Path, settings: ExperimentSettings) -> Iterator[ScoreRow]:
    network, loss = cell.arm.training.network.name, cell.arm.training.loss
    answerer = Answerer(cell.arm.method, cell.arm.preset, network, loss, cell.seed)
    for case_id in fold.judged_cases:
        case = dataset.case(case_id)
        if case.annotations and case.structures is not None:
            prediction = predict(folder, case)
            keep_prediction(prediction, case, folder / _PREDICTIONS, settings.keep)
            for decision in decisions_of(fold):
                mask = prediction.tuned_mask() if decision == "tuned" else prediction.mask(FIXED)
                found = measured(mask, prediction.probabilities, case, fold, thorough=settings.thorough)
                yield from rows(found, answerer, case, fold, decision)
