"""Where the surgeons of a bone disagree most."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.measure import block_reduce

from napari_rpdl.consensus.votes import vote_map
from napari_rpdl.data.case import Case
from napari_rpdl.evaluation.landmarks import Voxel
from napari_rpdl.evaluation.probe import Probe, probe

RADIUS = 2.0
"""How far a place reaches that is looked at as one: 2 mm, 2 voxels where the spacing is unknown."""
_CELLS = 4.0
"""Cells of voxels to a ``RADIUS`` where voxels are finer: the Gaussian hides what is smaller, to 2 % of its height."""


@dataclass(frozen=True, slots=True)
class HotSpot:
    """A place where surgeons disagree.

    Attributes:
        voxel: its middle (z, y, x).
        disagreement: share of all pairs of surgeons of whom one drilled there and one did
            not, 0..1, as a mean around the place under a Gaussian of ``RADIUS``.
        found: what is known of the middle: who drilled it and what is near.
    """

    voxel: Voxel
    disagreement: float
    found: Probe


def hot_spots(case: Case, surgeons: Sequence[str] | None = None, most: int = 8) -> tuple[HotSpot, ...]:
    """Return the places of most disagreement, the worst first, at least two radii apart.

    Empty where fewer than two surgeons count, or all of them agree.

    Args:
        case: the bone.
        surgeons: who counts; everybody who drilled it where None.
        most: how many places at most.
    """
    names = case.surgeons if surgeons is None else tuple(surgeons)
    if len(names) < 2:
        return ()
    votes = vote_map(case.masks(*names))
    if not votes.any():
        return ()
    reach = np.divide(RADIUS, case.grid.steps)
    cells = np.maximum(reach // _CELLS, 1).astype(int)
    box = _around(votes, reach)
    coarse, spread = block_reduce(_pairs(votes[box], len(names)), tuple(cells.tolist()), np.mean), reach / cells
    smooth = ndimage.gaussian_filter(coarse, spread, mode="constant")
    start = np.array([part.start for part in box])
    found: list[HotSpot] = []
    for place, value in _peaks(smooth, spread):
        z, y, x = np.minimum(place * cells + cells // 2 + start, np.subtract(votes.shape, 1)).tolist()
        if all(_apart((z, y, x), other.voxel, case) for other in found):
            found.append(HotSpot((z, y, x), value, probe(case, (z, y, x))))
        if len(found) == most:
            break
    return tuple(found)


def _pairs(votes: NDArray[np.unsignedinteger], surgeons: int) -> NDArray[np.float32]:
    """Return the share of pairs that disagree at each voxel: v (K - v) of K (K - 1) / 2."""
    some = votes.astype(np.float32)
    share: NDArray[np.float32] = some * (surgeons - some) / np.float32(surgeons * (surgeons - 1) / 2)
    return share


def _around(votes: NDArray[np.unsignedinteger], reach: NDArray[np.float64]) -> tuple[slice, ...]:
    """Return the box of what anybody drilled, with room for the Gaussian."""
    box = ndimage.find_objects((votes > 0).astype(np.uint8))[0]
    margins = [int(3 * part) + 1 for part in reach]
    return tuple(
        slice(max(part.start - margin, 0), min(part.stop + margin, size))
        for part, margin, size in zip(box, margins, votes.shape, strict=True)
    )


def _peaks(smooth: NDArray[np.float32], spread: NDArray[np.float64]) -> list[tuple[NDArray[np.intp], float]]:
    """Return places and heights of all local maxima, the highest first."""
    window = [2 * max(int(part), 1) + 1 for part in spread]
    tops = np.argwhere((smooth == ndimage.maximum_filter(smooth, window, mode="constant")) & (smooth > 1e-6))
    heights = smooth[tuple(tops.T)]
    return [(tops[row], float(heights[row])) for row in np.argsort(-heights, kind="stable")]


def _apart(one: Voxel, other: Voxel, case: Case) -> bool:
    away = np.linalg.norm(np.subtract(one, other) * case.grid.steps)
    return bool(away >= 2 * RADIUS)
