"""Answers for one bone side by side: the surgeons themselves, the trivial answer, the network, the best possible."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.evaluation.scoring import Scores, score


@dataclass(frozen=True, slots=True)
class MethodScores:
    """One line of the comparison: how a method agrees with the surgeons of a bone.

    Attributes:
        key: short name for files, such as "network".
        title: name for people.
        case_id: the bone's case.
        surgeons: who the method is compared with, the order of ``dice`` and ``rpd``.
        dice: Dice with each surgeon, 0..1.
        rpd: RPD with each surgeon by the map of all of them.
        dice_mean: mean of the comparisons.
        dice_sd: population SD of the comparisons: the spread between surgeons.
        rpd_mean: as ``dice_mean``.
        rpd_sd: as ``dice_sd``.
        fraction_of_oracle: ``dice_mean`` as a share of the best possible.
        volume_ratio: drilled volume / mean volume of the surgeons; None where they drilled nothing.
        critical_voxels: structure -> drilled voxels inside it, a mean for several regions.
    """

    key: str
    title: str
    case_id: str
    surgeons: tuple[str, ...]
    dice: tuple[float, ...]
    rpd: tuple[float, ...]
    dice_mean: float
    dice_sd: float
    rpd_mean: float
    rpd_sd: float
    fraction_of_oracle: float
    volume_ratio: float | None
    critical_voxels: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A drilled region that a method proposes, and its scores."""

    mask: Mask
    scores: MethodScores


def scored_answer(key: str, title: str, mask: Mask, case: Case) -> Answer:
    """Score a proposed region against every surgeon of the case."""
    scores = score(mask, case)
    return Answer(mask, _from_scores(key, title, scores))


def surgeons_among_each_other(case: Case) -> MethodScores | None:
    """Take every surgeon for the prediction and compare with each other one; None for fewer than two.

    The entry of a surgeon is the mean of what the others reach with him or her, and so
    stands beside what a method reaches with the same surgeon. RPD uses the map of all
    surgeons, as for every other method, so that the figures compare; the paper's figure,
    by the map of the others, is in ``measure_agreement``.
    """
    if len(case.surgeons) < 2:
        return None
    judged = [score(mask, case) for mask in case.masks()]
    dice, rpd = (_without_self([getattr(one, name) for one in judged]) for name in ("dice", "rpd"))
    return MethodScores(
        key="surgeons",
        title="Surgeons among each other",
        case_id=case.case_id,
        surgeons=case.surgeons,
        dice=tuple(np.nanmean(dice, axis=0).tolist()),
        rpd=tuple(np.nanmean(rpd, axis=0).tolist()),
        dice_mean=float(np.nanmean(dice)),
        dice_sd=float(np.nanstd(dice)),
        rpd_mean=float(np.nanmean(rpd)),
        rpd_sd=float(np.nanstd(rpd)),
        fraction_of_oracle=float(np.nanmean(dice)) / judged[0].oracle_dice,
        volume_ratio=None if judged[0].volume_ratio is None else 1.0,
        critical_voxels=_mean_voxels(judged),
    )


def _without_self(rows: Sequence[Sequence[float]]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the (K, K) matrix, row = taken for the prediction, with NaN on the diagonal."""
    matrix = np.array(rows, dtype=np.float64)
    np.fill_diagonal(matrix, np.nan)
    return matrix


def _mean_voxels(judged: Sequence[Scores]) -> dict[str, float]:
    names = judged[0].critical_voxels
    return {name: float(np.mean([one.critical_voxels[name] for one in judged])) for name in names}


def _from_scores(key: str, title: str, scores: Scores) -> MethodScores:
    return MethodScores(
        key=key,
        title=title,
        case_id=scores.case_id,
        surgeons=scores.surgeons,
        dice=scores.dice,
        rpd=scores.rpd,
        dice_mean=scores.dice_mean,
        dice_sd=scores.dice_sd,
        rpd_mean=scores.rpd_mean,
        rpd_sd=scores.rpd_sd,
        fraction_of_oracle=scores.fraction_of_oracle,
        volume_ratio=scores.volume_ratio,
        critical_voxels={name: float(voxels) for name, voxels in scores.critical_voxels.items()},
    )
