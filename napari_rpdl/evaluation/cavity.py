"""The shape of what was drilled: stray parts, and bone that was left hanging over it.

A mastoidectomy is drilled from the lateral surface inwards, so nothing should be removed
beneath bone that stays.
"""

from dataclasses import dataclass
from math import prod

import numpy as np
from scipy import ndimage

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.evaluation.landmarks import lateral_first


@dataclass(frozen=True, slots=True)
class Depths:
    """How deep a cavity is, along lines from lateral to medial, in mm or voxels where the spacing is unknown.

    Attributes:
        mean: over the drilled lines, from the first to the last drilled voxel of each.
        most: of the deepest of these lines.
    """

    mean: float
    most: float


def cavity_depths(mask: Mask, case: Case) -> Depths:
    """Return how deep a region is drilled; 0 where it is empty.

    Args:
        mask: bool (z, y, x) on the case's grid.
        case: with a known side.
    """
    lines = lateral_first(case, mask)
    drilled = lines.any(axis=2)
    if not drilled.any():
        return Depths(0.0, 0.0)
    first = lines.argmax(axis=2)
    last = lines.shape[2] - 1 - lines[:, :, ::-1].argmax(axis=2)
    deep = (last - first + 1)[drilled] * case.grid.steps[2]
    return Depths(float(deep.mean()), float(deep.max()))


@dataclass(frozen=True, slots=True)
class Extent:
    """How much and how deep a surgeon drilled.

    Attributes:
        volume: in cm³, or voxels where the spacing is unknown.
        depths: None where the bone's side, and so the way inwards, is unknown.
        unit: of the depths, "mm", or "voxels" where the spacing is unknown.
    """

    volume: float
    depths: Depths | None
    unit: str


def extent(mask: Mask, case: Case) -> Extent:
    """Return how much and how deep a region (bool (z, y, x) on the case's grid) is drilled."""
    known = case.grid.spacing_known
    volume = np.count_nonzero(mask) * (prod(case.grid.steps) / 1000 if known else 1)
    depths = cavity_depths(mask, case) if case.side is not None else None
    return Extent(volume, depths, "mm" if known else "voxels")


def part_sizes(region: Mask) -> tuple[int, ...]:
    """Return the voxels of each part of a region, the largest first; parts touch at no face."""
    parts, _ = ndimage.label(region)
    return tuple(sorted(np.bincount(parts.ravel())[1:].tolist(), reverse=True))


def largest_part(region: Mask) -> Mask:
    """Return the largest part of a region, of equals the first; empty where the region is."""
    parts, _ = ndimage.label(region)
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    largest: Mask = (parts == sizes.argmax()) & region
    return largest


def overhanging_bone(mask: Mask, case: Case) -> Mask:
    """Return the remaining bone that has drilled voxels medially of it.

    Args:
        mask: bool (z, y, x) on the case's grid, True where bone was removed.
        case: with structures and a known side.
    """
    drilled = lateral_first(case, mask)
    deeper = np.logical_or.accumulate(drilled[:, :, ::-1], axis=2)[:, :, ::-1]
    return lateral_first(case, deeper & lateral_first(case, _remaining(mask, case)))


def undercut(mask: Mask, case: Case) -> Mask:
    """Return the drilled voxels that have remaining bone laterally of them; arguments as above."""
    remaining = lateral_first(case, _remaining(mask, case))
    covered = np.logical_or.accumulate(remaining, axis=2)
    return lateral_first(case, covered & lateral_first(case, mask))


def _remaining(mask: Mask, case: Case) -> Mask:
    remaining: Mask = ~case.table.mask_of(case.labels(), "air") & ~mask
    return remaining
