"""What colour a surface has: that of the anatomy just below it, or that of a difference to another region."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_rpdl.data.case import Mask
from napari_rpdl.data.structures import StructureTable

BONE_COLOR = "#eee6d6"
AGREED, MISSED, EXTRA = "#9fc9bb", "#1f78c8", "#e0691a"
"""Drilled by both; by the reference alone; beyond the reference. Told apart with any colour vision."""

_SIGMA_VOXELS = 1.1  # thin bone lets the sinus shine through, as it does in life
_DEPTHS_VOXELS = (0.4, 1.2)  # where colours are looked up, below or above the surface
Colors = NDArray[np.float32]
Sampler = Callable[[NDArray[np.float32], float], NDArray[np.float32]]
"""Interpolates a volume at a number of voxels below each point of the surface (above it where negative)."""


def color_of(code: str) -> Colors:
    """Return red, green and blue of "#rrggbb", float32 in 0..255."""
    return np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)], np.float32)


def tissue_colors(labels: NDArray[np.uint8], body: Mask, table: StructureTable, sample: Sampler) -> Colors:
    """Return the colour of the anatomy just below the surface, float32 (points, 3) in 0..255.

    Colours are averaged over what is solid only, so that borders between structures are
    smooth and borders to air keep their colour.
    """
    lookup = _lookup(table)
    solid = _below(body, sample)
    channels = [_below(lookup[:, c][labels] * body, sample) for c in range(3)]
    return np.asarray(np.stack(channels, axis=-1) / np.maximum(solid, 1e-3)[..., None], np.float32)


def difference_colors(body: Mask, drilled: Mask, reference: Mask, sample: Sampler) -> Colors:
    """Return bone, and on it where ``drilled`` agrees with ``reference`` and where not, float32 (points, 3).

    What was missed is still solid: it lies below the surface. What was agreed or too much
    is gone: it lies above the floor and the walls of the cavity.
    """
    missed = _strength(_below(reference & ~drilled & body, sample), _below(body, sample))
    taken = _above(drilled, sample)
    cut = _strength(taken, _above(~body, sample))
    extra = _strength(_above(drilled & ~reference, sample), taken)
    colors = np.broadcast_to(color_of(BONE_COLOR), (*missed.shape, 3))
    for color, strength in ((AGREED, cut * (1 - extra)), (EXTRA, cut * extra), (MISSED, missed)):
        colors = colors + strength[..., None] * (color_of(color) - colors)
    return np.asarray(colors, np.float32)


def _strength(part: NDArray[np.float32], whole: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the share of ``part`` in ``whole``, made crisp: 0 below a third, 1 above two thirds."""
    share = np.clip(3 * part / np.maximum(whole, 0.05) - 1, 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def _below(voxels: NDArray[np.bool_] | NDArray[np.float32], sample: Sampler) -> NDArray[np.float32]:
    """Return the mean of ``voxels`` round the places just below the surface."""
    blurred = _blurred(voxels)
    return np.asarray(sum(sample(blurred, depth) for depth in _DEPTHS_VOXELS) / len(_DEPTHS_VOXELS), np.float32)


def _above(voxels: NDArray[np.bool_], sample: Sampler) -> NDArray[np.float32]:
    """Return the mean of ``voxels`` round the places just above the surface."""
    return sample(_blurred(voxels), -_DEPTHS_VOXELS[0])


def _blurred(voxels: NDArray[np.bool_] | NDArray[np.float32]) -> NDArray[np.float32]:
    blurred = ndimage.gaussian_filter(voxels.astype(np.float32), _SIGMA_VOXELS, mode="constant", truncate=3.0)
    return np.asarray(blurred, np.float32)


def _lookup(table: StructureTable) -> Colors:
    """Return the colour of every structure code, float32 (256, 3) in 0..255; bone is one grey-beige."""
    lookup = np.tile(color_of(BONE_COLOR), (256, 1))
    for structure in table.structures:
        if structure.role != "bone":
            lookup[structure.code] = color_of(structure.color)
    return lookup
