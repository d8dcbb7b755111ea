"""From one number of voxels to another over the same field of view.

The outer faces of the volume stay where they are (``Grid.resampled``), so nothing
shifts by half a voxel. Each axis is one small matrix: where it gets fewer voxels a new
voxel is the mean of the old ones it covers, weighted by the covered length (exact, no
aliasing); where it gets more, values are interpolated linearly between old centres. All
rows sum to 1 and no weight is negative, so values stay within the range they came from.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import convolve1d, find_objects

from napari_rpdl.data.case import Mask
from napari_rpdl.data.volume import Shape, Volume
from napari_rpdl.errors import InputError

Matrix = NDArray[np.float32]

# Shares such as 1/3 + 1/6 miss 1/2 by rounding; half a voxel must not depend on that.
_ROUNDING = 1e-5


def resample_labels(volume: Volume, shape: Shape, method: Literal["nearest", "majority"] = "majority") -> Volume:
    """Return uint8 labels over the same field of view with ``shape`` (z, y, x) voxels.

    "majority" gives each voxel the label with the largest share of it; where shares are
    equal, the smaller code. "nearest" takes the label at the voxel's centre; it is faster
    but may lose structures thinner than a voxel by chance.

    Raises:
        InputError: ``volume`` does not hold uint8, or ``shape`` is empty.
    """
    labels = volume.voxels
    if labels.dtype != np.uint8:
        msg = f"Expected labels as uint8, got {labels.dtype}. Read them as labels, not as an image."
        raise InputError(msg)
    grid = volume.grid.resampled(_checked(shape))
    if labels.shape == shape:
        return Volume(labels.copy(), grid)
    resample = _majority if method == "majority" else _nearest
    return Volume(resample(labels, shape), grid)


def resample_mask(mask: Mask, shape: Shape) -> Mask:
    """Return where ``mask`` (z, y, x) fills at least half of a voxel of the new ``shape``.

    Along axes that get more voxels the mask is rounded by (1/4, 1/2, 1/4) before it is
    interpolated, which takes the stairs of the coarse grid away (Dice of a ball of 13
    voxels' radius after 128 -> 64 -> 128: 0.991 instead of 0.980). Parts that the
    rounding would lose, one voxel thin, are interpolated as they are.

    Raises:
        InputError: ``shape`` is empty.
    """
    if mask.shape == _checked(shape):
        return mask.copy()
    matrices = _matrices(mask.shape, shape)
    rounded = mask.astype(np.float32)
    for axis, (old, new) in enumerate(zip(mask.shape, shape, strict=True)):
        if new > old:
            rounded = convolve1d(rounded, (0.25, 0.5, 0.25), axis, mode="nearest")
    share = _apply(rounded, matrices)
    thin = mask & (rounded <= 0.5)
    if thin.any():
        share = np.maximum(share, _apply(thin.astype(np.float32), matrices))
    resampled: Mask = share >= 0.5 - _ROUNDING
    return resampled


def resample_probabilities(probabilities: NDArray[np.float32], shape: Shape) -> NDArray[np.float32]:
    """Return float32 (z, y, x) of the new ``shape``; values stay in [0, 1].

    Raises:
        InputError: ``shape`` is empty.
    """
    if probabilities.shape == _checked(shape):
        return probabilities.astype(np.float32)
    resampled = _apply(probabilities.astype(np.float32, copy=False), _matrices(probabilities.shape, shape))
    return np.clip(resampled, 0, 1, out=resampled)


def _checked(shape: Shape) -> Shape:
    if len(shape) != 3 or min(shape) < 1:
        msg = f"Expected a shape of three axes with at least one voxel each, got {shape}."
        raise InputError(msg)
    return shape


def _majority(labels: NDArray[np.uint8], shape: Shape) -> NDArray[np.uint8]:
    matrices = _matrices(labels.shape, shape)
    winner = np.zeros(shape, np.uint8)
    largest = np.zeros(shape, np.float32)
    for code, box in _boxes(labels):
        inside = (labels[box] == code).astype(np.float32)
        share = _apply(inside, [matrix[:, part] for matrix, part in zip(matrices, box, strict=True)])
        better = share > largest + _ROUNDING
        winner[better] = code
        largest[better] = share[better]
    return winner


def _boxes(labels: NDArray[np.uint8]) -> list[tuple[int, tuple[slice, ...]]]:
    """Return each code that occurs, smallest first, with a box that holds all of it."""
    everything = (slice(None),) * labels.ndim
    others = enumerate(find_objects(labels), start=1)
    return [(0, everything), *((code, box) for code, box in others if box is not None)]


def _nearest(labels: NDArray[np.uint8], shape: Shape) -> NDArray[np.uint8]:
    picked = [(2 * np.arange(new) + 1) * old // (2 * new) for old, new in zip(labels.shape, shape, strict=True)]
    nearest: NDArray[np.uint8] = labels[np.ix_(*picked)]
    return nearest


def _apply(values: NDArray[np.float32], matrices: Sequence[Matrix]) -> NDArray[np.float32]:
    """Multiply every axis of ``values`` with its matrix (new, old)."""
    z, y, x = matrices
    values = np.tensordot(z, values, axes=1)
    product: NDArray[np.float32] = np.matmul(np.matmul(y, values), x.T)
    return product


def _matrices(old: tuple[int, ...], new: Sequence[int]) -> list[Matrix]:
    return [_covered(o, n) if n <= o else _between(o, n) for o, n in zip(old, new, strict=True)]


def _covered(old: int, new: int) -> Matrix:
    """Return (new, old): the share of each new cell that each old cell covers."""
    edges = np.arange(new + 1) * (old / new)
    cells = np.arange(old)
    overlap = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    shares: Matrix = (np.clip(overlap, 0, None) * (new / old)).astype(np.float32)
    return shares


def _between(old: int, new: int) -> Matrix:
    """Return (new, old): weights of linear interpolation; beyond the outer centres values stay constant."""
    centres = np.clip((np.arange(new) + 0.5) * (old / new) - 0.5, 0, old - 1)
    weights: Matrix = np.clip(1 - np.abs(centres[:, None] - np.arange(old)), 0, None).astype(np.float32)
    return weights
