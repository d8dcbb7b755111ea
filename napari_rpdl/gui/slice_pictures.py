"""Slices as pictures: structures or CT, drilled regions as outlines, differences in colour. NumPy only."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.gui.cut import ACROSS, CutAxis
from napari_rpdl.gui.differing import BOTH, EXTRA, MISSED
from napari_rpdl.gui.palette import rgb

Pixels = NDArray[np.uint8]
_AIR = (18, 20, 24)
_DRILLED = 0.38
"""Brightness of what was drilled away: what it was can still be told."""
_STRENGTH = 0.7  # of a colour laid over the slice
_SIDE = 320  # pixels that a slice of few voxels is enlarged to, so that outlines are fine lines


def slice_picture(
    case: Case,
    axis: CutAxis,
    index: int,
    drilled: Mask | None = None,
    outlines: Sequence[tuple[Mask, str]] = (),
    differences: NDArray[np.uint8] | None = None,
) -> Pixels:
    """Return one layer of voxels as clinicians look at it: front or crown up, the patient's right on the left.

    Sagittal layers have the front on the left.

    Args:
        case: its structures are drawn, else its CT, else only what follows.
        axis: which way the layer lies; not empty.
        index: of the layer, clipped into the grid.
        drilled: bool (z, y, x), shown darkly; None for nothing.
        outlines: masks (z, y, x) and the colours "#rrggbb" of their borders, the last on top.
        differences: codes of ``differing.differences`` (z, y, x), laid over the layer.

    Returns:
        uint8 (height, width, 3), each voxel enlarged to a square of pixels.
    """
    where = ACROSS[axis]
    at = int(np.clip(index, 0, case.grid.shape[where] - 1))
    picture = _ground(case, where, at)
    if drilled is not None:
        picture = np.where(layer(drilled, where, at)[..., None], picture * _DRILLED, picture)
    if differences is not None:
        picture = _laid_over(picture, layer(differences, where, at))
    larger = max(1, _SIDE // max(picture.shape[:2]))
    picture = picture.repeat(larger, axis=0).repeat(larger, axis=1)
    for mask, color in outlines:
        picture[_border(layer(mask, where, at), larger)] = np.multiply(rgb(color), 255)
    return np.asarray(np.rint(picture), np.uint8)


def layer(voxels: NDArray[Any], across: int, index: int) -> NDArray[Any]:
    """Return a layer of (z, y, x) as it is looked at: rows downwards, columns to the right."""
    return np.moveaxis(voxels, across, 0)[index, ::-1, ::-1]


def aspect(case: Case, axis: CutAxis) -> float:
    """Return the height of a layer / its width, as it shall look."""
    across = ACROSS[axis]
    height, width = (
        size * step
        for at, (size, step) in enumerate(zip(case.grid.shape, case.grid.steps, strict=True))
        if at != across
    )
    return float(height / width)


def _ground(case: Case, across: int, index: int) -> NDArray[np.float32]:
    if case.structures is not None:
        lookup = np.tile(np.array(_AIR, np.float32), (256, 1))
        for structure in case.table.structures:
            if structure.role != "air":
                lookup[structure.code] = np.multiply(rgb(structure.color), 255)
        colors: NDArray[np.float32] = lookup[layer(case.labels(), across, index)]
        return colors
    if case.ct is not None:
        return _grey(layer(case.ct.voxels, across, index), case)
    shape = layer(np.empty(case.grid.shape, np.bool_), across, index).shape
    return np.broadcast_to(np.array(_AIR, np.float32), (*shape, 3)).copy()


def _grey(values: NDArray[Any], case: Case) -> NDArray[np.float32]:
    voxels = case.ct.voxels if case.ct is not None else values
    low, high = (float(end) for end in np.percentile(voxels[::4, ::4, ::4], (1, 99.5)))
    grey = np.clip((values.astype(np.float32) - low) / max(high - low, 1e-6), 0, 1) * 255
    return np.asarray(grey[..., None].repeat(3, axis=2), np.float32)


def _laid_over(picture: NDArray[np.float32], codes: NDArray[Any]) -> NDArray[np.float32]:
    for code, color in ((1, BOTH), (2, MISSED), (3, EXTRA)):
        tint = np.multiply(rgb(color), 255) * _STRENGTH
        picture = np.where((codes == code)[..., None], picture * (1 - _STRENGTH) + tint, picture)
    return picture.astype(np.float32)


def _border(inside: NDArray[Any], larger: int) -> Mask:
    """Return the rim of a mask's layer, inside of it and one or two pixels wide, smooth where voxels are enlarged."""
    from scipy.ndimage import binary_erosion, gaussian_filter, zoom

    if not inside.any():
        return np.zeros((inside.shape[0] * larger, inside.shape[1] * larger), np.bool_)
    if larger == 1:
        full = np.asarray(inside, np.bool_)
    else:
        soft = zoom(gaussian_filter(inside.astype(np.float32), 0.5), larger, order=1, grid_mode=True, mode="nearest")
        full = soft > 0.5
    return np.asarray(full & ~binary_erosion(full, iterations=2 if larger > 2 else 1), np.bool_)
