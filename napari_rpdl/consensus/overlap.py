"""How similar two drilled regions are: Dice (Eq. 5) and RPD (Eq. 6)."""

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.consensus.patterns import PatternCounts
from napari_rpdl.consensus.rpmap import PAPER, RPMap, reward_table
from napari_rpdl.data.case import Mask
from napari_rpdl.errors import InputError

Matrix = NDArray[np.float64]


def dice(a: Mask, b: Mask) -> float:
    """Return 2 |A and B| / (|A| + |B|), paper Eq. (5), in 0..1; 1.0 where both are empty.

    Raises:
        InputError: the shapes differ.
    """
    _check_shapes(a, b)
    total = int(np.count_nonzero(a)) + int(np.count_nonzero(b))
    return 2 * int(np.count_nonzero(a & b)) / total if total else 1.0


def rpd(prediction: Mask, annotation: Mask, rpmap: RPMap) -> float:
    """Return the reward-penalty Dice of a prediction, paper Eq. (6).

    2 sum(y P M) / (sum(y |M|) + sum(P |M|)) for annotation y, prediction P and RPMap M.
    It is at most 1, and at least 0 where y took part in the map; a factor on M cancels.
    Where nothing weighs anything (both regions empty, or M is 0 on them) it is 1.0, as
    for Dice.

    Raises:
        InputError: the shapes differ.
    """
    _check_shapes(prediction, annotation)
    _check_shapes(prediction, rpmap)
    shared = rpmap[prediction & annotation].sum(dtype=np.float64)
    weight = sum(np.abs(rpmap[mask]).sum(dtype=np.float64) for mask in (prediction, annotation))
    return float(2 * shared / weight) if weight else 1.0


def dice_matrix(counts: PatternCounts) -> Matrix:
    """Return the Dice of every two of the K masks, (K, K), symmetric, 1 on the diagonal."""
    return _ratio(2 * counts.intersections, np.add.outer(counts.sizes, counts.sizes))


def rpd_matrix(counts: PatternCounts) -> Matrix:
    """Return the RPD of every surgeon against every other, (K, K).

    Paper, Sec. V-B: row k takes surgeon k for the prediction, compares it with surgeon
    j (column), and judges by the RPMap of all but k. What k alone drilled therefore costs
    the full penalty (-6 with 6 others, before division; the division cancels in Eq. 6).
    The diagonal is NaN: nobody is compared with themselves.
    """
    surgeons = counts.members.shape[1]
    matrix = np.full((surgeons, surgeons), np.nan)
    for k in range(surgeons if surgeons > 1 else 0):
        others = counts.members.sum(axis=1) - counts.members[:, k]
        rewards = reward_table(surgeons - 1, PAPER, surgeons - 1).astype(np.float64)[others.astype(np.intp)]
        shared = (counts.voxels * rewards * counts.members[:, k]) @ counts.members
        weights = (counts.voxels * np.abs(rewards)) @ counts.members
        matrix[k] = _ratio(2 * shared, weights + weights[k])
    np.fill_diagonal(matrix, np.nan)
    return matrix


def _ratio(shared: Matrix, total: Matrix) -> Matrix:
    """Divide; 1.0 where both regions are empty."""
    return np.divide(shared, total, out=np.ones_like(total), where=total > 0)


def _check_shapes(a: NDArray[np.bool_], b: NDArray[np.bool_] | RPMap) -> None:
    if a.shape != b.shape:
        msg = f"Expected two arrays of the same shape, got {a.shape} and {b.shape}. Resample one to the other's grid."
        raise InputError(msg)
