"""The oracle: the one mask that agrees most with all surgeons.

No single answer for a bone can have a higher mean Dice to its K annotations, so the
oracle bounds every prediction. Write D(A) = 1/K sum_k 2 |A and Y_k| / (|A| + |Y_k|).
For a fixed size n = |A| this is a sum over the voxels of A of

    w_i(n) = 2/K sum_k y_k(i) / (n + |Y_k|),

so the n voxels of largest weight are best, and voxels that the same surgeons drilled
weigh the same. What remains is to find n.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.consensus.patterns import PatternCounts, count_patterns, counts_of
from napari_rpdl.consensus.votes import Votes, vote_map, vote_patterns
from napari_rpdl.data.case import Mask

Values = NDArray[np.float64]

# Sizes are weighed in batches of so many pattern weights, to bound the memory.
_BATCH = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Oracle:
    """A mask and how well it agrees with the annotations.

    Attributes:
        mask: bool, in the annotations' shape.
        dice: mean Dice to the annotations, 0..1.
        votes: the mask is where at least so many surgeons drilled; None where it is no
            threshold of the vote map.
    """

    mask: Mask
    dice: float
    votes: int | None


def vote_oracle(masks: Sequence[Mask]) -> Oracle:
    """Return the threshold of the vote map with the highest mean Dice to the masks.

    All thresholds 1..K are tried; of equals the smallest is taken.

    Raises:
        InputError: there is no mask, there are more than 64, or they do not fit together.
    """
    scores = threshold_dice(count_patterns(masks))
    votes = int(scores.argmax()) + 1
    return Oracle(vote_map(masks) >= votes, float(scores[votes - 1]), votes)


def exact_oracle(masks: Sequence[Mask]) -> Oracle:
    """Return the mask with the highest mean Dice to the masks, the exact optimum.

    Where only a part of the voxels of equal weight is taken, it is the first of them in
    the order of the array. A threshold of the vote map is preferred to an equal mask.

    Raises:
        InputError: there is no mask, there are more than 64, or they do not fit together.
    """
    patterns = vote_patterns(masks)
    counts = counts_of(patterns, len(masks))
    thresholds = threshold_dice(counts)
    size, best = best_size(counts)
    if thresholds.max() >= best - 1e-12:
        votes = int(thresholds.argmax()) + 1
        return Oracle(vote_map(masks) >= votes, float(thresholds[votes - 1]), votes)
    return Oracle(_heaviest_voxels(patterns, counts, size), best, None)


def best_mean_dice(counts: PatternCounts) -> float:
    """Return the mean Dice of the exact oracle without building its mask."""
    return max(best_size(counts)[1], float(threshold_dice(counts).max()))


def threshold_dice(counts: PatternCounts) -> Values:
    """Return the mean Dice of the masks "at least v votes" for v = 1..K, (K,)."""
    taken = counts.votes[:, None] >= np.arange(1, counts.members.shape[1] + 1)
    shared = counts.members.T @ (counts.voxels[:, None] * taken)
    total = np.add.outer(counts.sizes, counts.voxels @ taken)
    scores: Values = np.divide(2 * shared, total, out=np.ones_like(total), where=total > 0).mean(axis=0)
    return scores


def best_size(counts: PatternCounts) -> tuple[int, float]:
    """Return the size n of the oracle and its mean Dice D(n), by bisection with bounds.

    Weights fall with n. So no size in a..b can do better than b voxels at the weights
    of a, and a range whose bound is below what was found already is dropped unseen.
    The empty mask agrees with the empty annotations only.
    """
    best, best_dice = 0, float(np.mean(counts.sizes == 0))
    low, high = np.array([1]), np.array([int(counts.voxels.sum())])
    low, high = low[low <= high], high[low <= high]
    while low.size:
        exact, bound = _filled(counts, low, low), _filled(counts, low, high)
        if exact.max() > best_dice:
            best, best_dice = int(low[exact.argmax()]), float(exact.max())
        split = (bound > best_dice + 1e-12) & (low < high)
        low, high = low[split], high[split]
        middle = (low + high + 1) // 2
        low, high = np.concatenate([low, middle]), np.concatenate([middle - 1, high])
    return best, best_dice


def _filled(counts: PatternCounts, weighed_at: NDArray[np.intp], filled_to: NDArray[np.intp]) -> Values:
    """Return the sum of the ``filled_to`` largest voxel weights w(``weighed_at``), each (N,)."""
    step = max(1, _BATCH // max(counts.codes.size, 1))
    values = np.empty(weighed_at.size)
    for start in range(0, weighed_at.size, step):
        part = slice(start, start + step)
        weights = _weights(counts, weighed_at[part])
        order = np.argsort(-weights, axis=1)
        before = np.cumsum(counts.voxels[order], axis=1) - counts.voxels[order]
        taken = np.clip(filled_to[part, None] - before, 0, counts.voxels[order])
        values[part] = (taken * np.take_along_axis(weights, order, axis=1)).sum(axis=1)
    return values


def _weights(counts: PatternCounts, sizes: NDArray[np.intp]) -> Values:
    """Return w(n) of a voxel of each pattern for each n of ``sizes``, (N, P)."""
    weights: Values = (2 / counts.members.shape[1]) / np.add.outer(sizes, counts.sizes) @ counts.members.T
    return weights


def _heaviest_voxels(patterns: Votes, counts: PatternCounts, size: int) -> Mask:
    weights = _weights(counts, np.array([size]))[0]
    order = np.argsort(-weights, kind="stable")
    reached = np.cumsum(counts.voxels[order])
    whole = order[reached <= size]
    mask = np.isin(patterns, counts.codes[whole])
    missing = size - int(counts.voxels[whole].sum())
    if missing:
        partial = counts.codes[order[whole.size]]
        mask.reshape(-1)[np.flatnonzero(patterns == partial)[:missing]] = True
    return mask
