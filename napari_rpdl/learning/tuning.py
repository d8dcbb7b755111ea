"""Tune the threshold of a run on bones that it never learned from and does not hold out.

Nested: the bone that a run holds out, on which it will be judged, has no say in its
threshold. Needs no torch itself.
"""

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from napari_rpdl.consensus.decision import Curve, best_threshold, dice_by_threshold
from napari_rpdl.data.case import Case
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event, Progressed
from napari_rpdl.learning.fingerprints import bone_fingerprint
from napari_rpdl.learning.prediction import Prediction, predict
from napari_rpdl.learning.requirements import check_requirements
from napari_rpdl.learning.runs import Run
from napari_rpdl.learning.thresholds import Asked, Source, TunedThreshold, write_thresholds
from napari_rpdl.settings import AskingSettings

Curves = dict[str, Curve]
"""Case -> mean Dice to its surgeons at each threshold."""
HeadCurves = dict[str, Curves]
"""Surgeon -> the curves of this surgeon's head, on the cases that the surgeon drilled; "" for the mean over all."""


@dataclass(frozen=True, slots=True)
class Tuned(Event):
    """The threshold of ``run`` was tuned; Dice is the mean over bones of the mean over their surgeons.

    ``surgeon`` names whose head it was tuned for; empty for the mean over all.
    """

    run: str
    threshold: float
    source: str
    cases: tuple[str, ...]
    dice: float
    dice_at_half: float
    surgeon: str = ""


def tune(runs: Sequence[Path], dataset: Dataset, settings: AskingSettings | None = None) -> Iterator[Event]:
    """Tune each run's threshold for the highest mean Dice, and write it beside its checkpoint.

    Where each surgeon has a head, each head gets a threshold of its own, too, on the bones
    that this surgeon drilled. A threshold counts for exactly these weights, views and way
    of bringing bones to the network.

    One run: on its validation bones. Several runs of a leave-one-bone-out experiment: each
    on the bones that the *others* hold out, as those predict them, without the bones it
    holds out itself.

    Args:
        runs: run folders.
        dataset: of all runs.
        settings: checkpoint and views, as they will be used for prediction.

    Yields:
        Progress, and a ``Tuned`` for each run and each of its heads.

    Raises:
        InputError: PyTorch is missing, there is no run, no bone that a run may be tuned on, or a bone only
            bears the name of one that the run knows.
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
        usable = _usable([of_run for other, of_run in curves.items() if alone or other != path], bones, own)
        if not usable.get(""):
            raise InputError(_nothing_to_tune_on(run))
        way = _asked(run, settings)
        source: Source = "validation bones" if alone else "bones held out by other runs"
        tuned = [_tuned(found, bones, way, source, surgeon) for surgeon, found in usable.items()]
        write_thresholds(tuned, run.checkpoint(settings.checkpoint))
        for one in tuned:
            yield Tuned(str(path), one.threshold, one.source, one.cases, one.dice, one.dice_at_half, one.surgeon)


def _watching(run: Run) -> tuple[str, ...]:
    """Return the cases that watched the training and that it did not learn from."""
    return tuple(case for case in run.record.validation_cases if case not in run.record.training_cases)


def _all_curves(
    asked: Mapping[Path, Sequence[str]], dataset: Dataset, settings: AskingSettings
) -> Generator[Event, None, dict[Path, HeadCurves]]:
    """Predict every asked case with its run and score it at every threshold.

    Cases that nobody drilled have no say, or a threshold that drills nothing anywhere would be best.
    """
    curves: dict[Path, HeadCurves] = {path: {} for path in asked}
    work = [(path, case_id) for path, cases in asked.items() for case_id in cases]
    for done, (path, case_id) in enumerate(work, 1):
        run = Run.open(path)
        case = dataset.case(case_id).without(run.record.hold_out_surgeons)
        _check_same(case, run, dataset)
        if any(mask.any() for mask in case.masks()):
            for surgeon, curve in _scored(predict(path, case, settings), case):
                curves[path].setdefault(surgeon, {})[case_id] = curve
        yield Progressed("Predicting", done, len(work))
    return curves


def _check_same(case: Case, run: Run, dataset: Dataset) -> None:
    """Raise an InputError where a bone only bears the name of one that the run knows."""
    known = run.record.bone_fingerprints.get(case.case_id)
    if known is not None and known != bone_fingerprint(case):
        msg = (
            f"{case.case_id} of {dataset.name} is not the bone of this name that watched the training of {run.folder}, "
            f"or was changed since. Open the dataset of the run ({run.record.dataset_name}), or train anew."
        )
        raise InputError(msg)


def _scored(prediction: Prediction, case: Case) -> Iterator[tuple[str, Curve]]:
    """Yield the curve of the mean over all, and of each head whose surgeon drilled the case."""
    yield "", dice_by_threshold(prediction.probabilities, case.masks())
    for surgeon, probabilities in prediction.surgeons.items():
        if surgeon in case.surgeons and (drilled := case.annotation(surgeon).mask).any():
            yield surgeon, dice_by_threshold(probabilities, [drilled])


def _usable(
    of_runs: Sequence[HeadCurves], bones: Mapping[str, str], forbidden: Collection[str]
) -> dict[str, list[Curves]]:
    """Return the curves of each head without forbidden bones, those of all runs together."""
    usable: dict[str, list[Curves]] = {}
    for of_run in of_runs:
        for surgeon, of_cases in of_run.items():
            if allowed := {case: curve for case, curve in of_cases.items() if bones[case] not in forbidden}:
                usable.setdefault(surgeon, []).append(allowed)
    return usable


def _nothing_to_tune_on(run: Run) -> str:
    return (
        f"There is no bone that somebody drilled to tune the threshold of {run.folder} on. "
        "Train with whole bones that watch (validation bones, validation_bones 1 or more), "
        "or name runs that hold out other bones."
    )


def _tuned(
    curves: Sequence[Curves], bones: Mapping[str, str], asked: Asked, source: Source, surgeon: str
) -> TunedThreshold:
    """Return the threshold at the top of the mean curve, every bone counting the same."""
    of_bones: dict[str, list[Curve]] = {}
    for of_run in curves:
        for case, curve in of_run.items():
            of_bones.setdefault(bones[case], []).append(curve)
    mean = np.mean([np.mean(some, axis=0) for some in of_bones.values()], axis=0)
    return TunedThreshold(
        threshold=best_threshold(mean),
        asked=asked,
        surgeon=surgeon,
        source=source,
        cases=tuple(dict.fromkeys(case for of_run in curves for case in of_run)),
        dice=float(mean.max()),
        dice_at_half=float(mean[49]),
    )


def _asked(run: Run, settings: AskingSettings) -> Asked:
    from napari_rpdl.learning.checkpoint import read_checkpoint
    from napari_rpdl.learning.inference import asked_of

    return asked_of(read_checkpoint(run.checkpoint(settings.checkpoint)), settings)
