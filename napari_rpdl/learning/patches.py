"""A large bone, cube by cube.

Cubes of the network's size lie on the bone's own voxels and overlap by half. Where
several cover a voxel, the mean of their answers counts, weighted by how central the
voxel lies in each. The weight is a product of one weight for each axis, and so is the
sum of the weights of all cubes: no volume of weights is needed.
"""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

Answering = Callable[..., NDArray[np.float32]]


def over_patches(volumes: Sequence[NDArray[Any]], size: int, ask: Answering) -> NDArray[np.float32]:
    """Return the answer for a bone that is put together from those for its cubes.

    Memory: 4 bytes for each voxel and channel of the answer, a copy of ``volumes`` where
    the bone is thinner than a cube and must be padded, and what ``ask`` takes for one cube.

    Args:
        volumes: what is known of the bone, each (..., z, y, x) of any one size; where an
            axis has fewer than ``size`` voxels its border is repeated.
        size: n, voxels along each axis of a cube.
        ask: from the cubes (..., n, n, n) of all volumes to float32 (C, n, n, n), any C.

    Returns:
        float32 (C, z, y, x).
    """
    shape = volumes[0].shape[-3:]
    padding = [_both_sides(size - length) for length in shape]
    padded = [_padded(volume, padding) for volume in volumes]
    starts = [cube_starts(length, size) for length in padded[0].shape[-3:]]
    weight = central_weights(size)
    z, y, x = (_along(axis, weight) for axis in range(3))
    total = np.zeros((0, *padded[0].shape[-3:]), np.float32)
    for corner in product(*starts):
        answer = ask(*(_box(volume, corner, (size,) * 3) for volume in padded))
        if not len(total):
            total = np.zeros((len(answer), *total.shape[1:]), np.float32)
        _box(total, corner, (size,) * 3)[:] += answer * (z * y * x)
    for axis, corners in enumerate(starts):
        covered = np.zeros(total.shape[1 + axis], np.float32)
        for start in corners:
            covered[start : start + size] += weight
        total /= _along(axis, covered)
    return _box(total, [low for low, _ in padding], shape)


def cube_starts(length: int, size: int) -> list[int]:
    """Return where cubes begin along an axis: evenly spread, at most half a cube apart, border to border."""
    steps = -(-2 * (length - size) // size)
    return [0] if steps <= 0 else np.linspace(0, length - size, steps + 1).round().astype(int).tolist()


def central_weights(size: int) -> NDArray[np.float32]:
    """Return float32 (size,): falls evenly from the middle to both ends, where it is above 0."""
    distance = np.abs(np.arange(size) - (size - 1) / 2)
    weights: NDArray[np.float32] = (1 - distance / ((size + 1) / 2)).astype(np.float32)
    return weights


def _both_sides(missing: int) -> tuple[int, int]:
    missing = max(missing, 0)
    return missing // 2, missing - missing // 2


def _padded(volume: NDArray[Any], padding: Sequence[tuple[int, int]]) -> NDArray[Any]:
    if not any(map(any, padding)):
        return volume
    return np.pad(volume, [*[(0, 0)] * (volume.ndim - 3), *padding], mode="edge")


def _box(volume: NDArray[Any], corner: Sequence[int], shape: Sequence[int]) -> NDArray[Any]:
    """Return the part (..., *shape) of a volume that begins at ``corner``; no copy."""
    z, y, x = (slice(start, start + length) for start, length in zip(corner, shape, strict=True))
    return volume[..., z, y, x]


def _along(axis: int, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``values`` (n,) shaped to be broadcast along axis 0 = z, 1 = y or 2 = x."""
    return values.reshape([-1 if axis == a else 1 for a in range(3)])
