"""Tune the threshold of a run on bones that it never learned from and does not hold out.

Nested: the bone that a run holds out, on which it will be judged, has no say in its
threshold. Needs no torch itself.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from napari_rpdl.consensus.decision import Curve, best_threshold, dice_by_threshold
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event, Progressed
from napari_rpdl.learning.prediction import predict
from napari_rpdl.learning.requirements import check_requirements
from napari_rpdl.learning.runs import Run
from napari_rpdl.learning.thresholds import Source, TunedThreshold, write_threshold
from napari_rpdl.settings import AskingSettings

Curves = dict[str, Curve]
"""Case -> mean Dice to its surgeons at each threshold."""


@dataclass(frozen=True, slots=True)
class Tuned(Event):
    """The threshold of ``run`` was tuned; Dice is the mean over bones of the mean over their surgeons."""

    run: str
    threshold: float
    source: str
    cases: tuple[str, ...]
    dice: float
    dice_at_half: float


def tune(runs: Sequence[Path], dataset: Dataset, settings: AskingSettings | None = None) -> Iterator[Event]:
    """Tune each run's threshold for the highest mean Dice, and write it beside its checkpoint.

    One run: on its validation bones. Several runs of a leave-one-bone-out experiment: each
    on the bones that the *others* hold out, as those predict them, without the bones it
    holds out itself.

    Args:
        runs: run folders.
        dataset: of all runs.
        settings: checkpoint and views, as they will be used for prediction.

    Yields:
        Progress, and a ``Tuned`` for each run.

    Raises:
        InputError: PyTorch is missing, there is no run, or no bone that a run may be tuned on.
    """
    check_requirements()
    settings = settings or AskingSettings()
    if not runs:
        msg = "Expected at least one run to tune, got none. Name a run folder."
        raise InputError(msg)
    opened = {path: Run.open(path) for path in dict.fromkeys(runs)}
    alone = len(opened) == 1
    asked = {path: _watching(run) if alone else run.record.hold_out for path, run in opened.items()}
    bones = {case: dataset.bone_of(case) for cases in asked.values() for case in cases}
    curves = yield from _all_curves(asked, dataset, settings)
    for path, run in opened.items():
        own = {dataset.bone_of(case) for case in run.record.hold_out}
        usable = [
            {case: curve for case, curve in of_run.items() if bones[case] not in own}
            for other, of_run in curves.items()
            if alone or other != path
        ]
        tuned = _tuned(run, usable, bones, settings, "validation bones" if alone else "bones held out by other runs")
        write_threshold(tuned, run.checkpoint(settings.checkpoint))
        yield Tuned(str(path), tuned.threshold, tuned.source, tuned.cases, tuned.dice, tuned.dice_at_half)


def _watching(run: Run) -> tuple[str, ...]:
    """Return the cases that watched the training and that it did not learn from."""
    return tuple(case for case in run.record.validation_cases if case not in run.record.training_cases)


def _all_curves(
    asked: Mapping[Path, Sequence[str]], dataset: Dataset, settings: AskingSettings
) -> Generator[Event, None, dict[Path, Curves]]:
    """Predict every asked case with its run and score it at every threshold."""
    curves: dict[Path, Curves] = {path: {} for path in asked}
    work = [(path, case_id) for path, cases in asked.items() for case_id in cases]
    for done, (path, case_id) in enumerate(work, 1):
        case = dataset.case(case_id).without(Run.open(path).record.hold_out_surgeons)
        if case.annotations:
            curves[path][case_id] = dice_by_threshold(predict(path, case, settings).probabilities, case.masks())
        yield Progressed("Predicting", done, len(work))
    return curves


def _tuned(
    run: Run, curves: Sequence[Curves], bones: Mapping[str, str], settings: AskingSettings, source: Source
) -> TunedThreshold:
    """Return the threshold at the top of the mean curve, every bone counting the same."""
    of_bones: dict[str, list[Curve]] = {}
    for of_run in curves:
        for case, curve in of_run.items():
            of_bones.setdefault(bones[case], []).append(curve)
    if not of_bones:
        msg = (
            f"There is no bone to tune the threshold of {run.folder} on. Train with whole bones that watch "
            "(validation bones, validation_bones 1 or more), "
            "or name runs that hold out other bones."
        )
        raise InputError(msg)
    mean = np.mean([np.mean(some, axis=0) for some in of_bones.values()], axis=0)
    return TunedThreshold(
        threshold=best_threshold(mean),
        source=source,
        cases=tuple(dict.fromkeys(case for of_run in curves for case in of_run)),
        dice=float(mean.max()),
        dice_at_half=float(mean[49]),
        epoch=_epoch(run.checkpoint(settings.checkpoint)),
    )


def _epoch(checkpoint: Path) -> int:
    from napari_rpdl.learning.checkpoint import read_checkpoint

    return read_checkpoint(checkpoint).info.progress.epoch
