"""A large bone, cube by cube.

Cubes of the network's size lie on the bone's own voxels and overlap by half. Where
several cover a voxel, the mean of their answers counts, weighted by how central the
voxel lies in each. The weight is a product of one weight for each axis, and so is the
sum of the weights of all cubes: no volume of weights is needed.
"""

from collections.abc import Callable
from itertools import product

import numpy as np
from numpy.typing import NDArray

Answering = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


def over_patches(structures: NDArray[np.uint8], size: int, ask: Answering) -> NDArray[np.float32]:
    """Return the answer for a volume that is put together from those for its cubes.

    Memory: 4 bytes for each voxel and channel of the answer, 1 byte for each voxel where the
    volume is thinner than a cube and must be padded, and what ``ask`` takes for one cube.

    Args:
        structures: (z, y, x), any size; where an axis has fewer than ``size`` voxels its
            border is repeated.
        size: n, voxels along each axis of a cube.
        ask: from (n, n, n) to float32 (C, n, n, n), for any C.

    Returns:
        float32 (C, z, y, x).
    """
    padding = [_both_sides(size - length) for length in structures.shape]
    padded = np.pad(structures, padding, mode="edge") if any(map(any, padding)) else structures
    starts = [cube_starts(length, size) for length in padded.shape]
    weight = central_weights(size)
    z, y, x = (weight.reshape([-1 if axis == a else 1 for a in range(3)]) for axis in range(3))
    total = np.zeros((0, *padded.shape), np.float32)
    for corner in product(*starts):
        cube = tuple(slice(start, start + size) for start in corner)
        answer = ask(padded[cube])
        if not len(total):
            total = np.zeros((len(answer), *padded.shape), np.float32)
        total[(slice(None), *cube)] += answer * (z * y * x)
    for axis, corners in enumerate(starts):
        covered = np.zeros(padded.shape[axis], np.float32)
        for start in corners:
            covered[start : start + size] += weight
        total /= covered.reshape([-1 if axis == a else 1 for a in range(3)])
    inner = tuple(slice(low, low + length) for (low, _), length in zip(padding, structures.shape, strict=True))
    return total[(slice(None), *inner)]


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
