"""The burr: a ball that sweeps through the grid."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Mask
from napari_rpdl.data.volume import Shape, Spacing

Positions = NDArray[np.float64]
Box = tuple[slice, slice, slice]

_STEP_IN_RADII = 0.5
"""Between two centres along a path: the wall between two balls is then no higher than 0.03 of the radius."""


@dataclass(frozen=True, slots=True, eq=False)
class Swept:
    """The voxels that a burr went through.

    Attributes:
        box: the part of the grid that holds them.
        voxels: bool (z, y, x), of the box's shape.
    """

    box: Box
    voxels: Mask


def swept(positions: Positions, diameter: float, steps: Spacing, shape: Shape) -> Swept | None:
    """Return the voxels whose centre lies within a ball of ``diameter`` around one of ``positions``.

    A burr too small to reach a centre takes the voxel, or the voxels, closest to its own
    centre, so that it never drills nothing. None where the burr stays off the grid.

    Args:
        positions: (N, 3), centres (z, y, x) in voxel indices; off the grid, too.
        diameter: in the unit of ``steps``.
        steps: between voxel centres along z, y, x.
        shape: of the grid.
    """
    scale = np.array(steps)
    reach = np.maximum(diameter / 2 / scale, 0.5)
    first = np.ceil(positions - reach).astype(np.intp)
    last = np.floor(positions + reach).astype(np.intp)
    inside = ((last >= 0) & (first < shape)).all(axis=1)
    if not inside.any():
        return None
    positions, first = positions[inside], np.maximum(first[inside], 0)
    last = np.minimum(last[inside], np.array(shape) - 1)
    corner = first.min(axis=0)
    voxels = np.zeros(last.max(axis=0) - corner + 1, np.bool_)
    on_grid: list[bool] = np.all((positions >= -0.5) & (positions <= np.array(shape) - 0.5), axis=1).tolist()
    for centre, low, high, on in zip(positions, first, last + 1, on_grid, strict=True):
        inner = tuple(slice(int(a), int(b)) for a, b in zip(low - corner, high - corner, strict=True))
        voxels[inner] |= _ball(centre, low, high, diameter, steps, on)
    z, y, x = (slice(int(a), int(a) + size) for a, size in zip(corner, voxels.shape, strict=True))
    return Swept((z, y, x), voxels)


def path(start: Positions, end: Positions, diameter: float, steps: Spacing) -> Positions:
    """Return the centres (N, 3) of a straight movement from ``start`` (left out) to ``end`` (kept).

    They lie at most half the burr's radius apart, or half a voxel where that is more.
    """
    length = float(np.linalg.norm((end - start) * steps))
    step = max(diameter / 2 * _STEP_IN_RADII, min(steps) / 2)
    count = max(int(np.ceil(length / step)), 1)
    share = np.arange(1, count + 1)[:, None] / count
    between: Positions = start + share * (end - start)
    return between


def _ball(
    centre: Positions,
    low: NDArray[np.intp],
    high: NDArray[np.intp],
    diameter: float,
    steps: Spacing,
    on_grid: bool,
) -> Mask:
    """Return the ball in the part of the grid from ``low`` to before ``high``.

    From the grid's own indices, whatever else is swept: rounding must not depend on how a stroke was cut into pieces.
    """
    axes = [((np.arange(a, b) - at) * step) ** 2 for a, b, at, step in zip(low, high, centre, steps, strict=True)]
    squared = axes[0][:, None, None] + axes[1][None, :, None] + axes[2][None, None, :]
    closest = float(squared.min()) if on_grid else 0.0
    within: Mask = squared <= max((diameter / 2) ** 2, closest)
    return within
