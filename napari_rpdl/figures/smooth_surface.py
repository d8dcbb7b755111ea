"""A smooth surface for a body of voxels: no steps on gentle slopes, no thin plate lost.

The signed distance to the voxels' faces is smoothed again and again, and after each
time held so close to what it was that every voxel's centre stays on its side of the
surface. So the surface settles like a stretched skin between the centres inside and
those outside (constrained smoothing, after Whitaker: "Reducing aliasing artifacts in
iso-surfaces of binary volumes", 2000).
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

_SLACK_VOXELS = 0.45  # how far the surface may move; at half a voxel it would reach the centres
_THICK_VOXELS = 1.4  # what is nowhere that deep is thin: a plate of bone, a pit
_SIGMA_VOXELS = 1.0
_DRIFT_SIGMA_VOXELS = 2.0
_REPEATS_64 = 24  # wipes out terraces up to about seven voxels wide on a grid of 64 layers
_FROM_FACE = np.array([0, *(np.sqrt([1, 2, 3, 4]) - 0.5)], np.float32)
"""Distance to the faces of the voxels for each squared distance of centres, 1.5 voxels at most."""
_LIMIT_VOXELS = 0.7  # lets later interpolation see a thin plate as strong as the air on both its sides


def signed_distance(body: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the distance to the faces of ``body`` in voxels, positive inside, cut off at 1.5 voxels.

    A voxel beside a face has a distance of half a voxel. Without faces (empty, or full)
    all are far.
    """
    return np.asarray(_FROM_FACE[_squared_reach(body)] - _FROM_FACE[_squared_reach(~body)], np.float32)


def _squared_reach(body: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return the squared distance from voxels of ``body`` to the closest other one, at most 4; 0 outside.

    Exact, axis after axis, because squares add up; much faster than a distance transform,
    which looks further.
    """
    reach = np.where(body, np.uint8(4), np.uint8(0))
    for axis in range(body.ndim):
        line = np.moveaxis(reach, axis, 0)
        before = line.copy()
        np.minimum(line[1:], before[:-1] + np.uint8(1), out=line[1:])
        np.minimum(line[:-1], before[1:] + np.uint8(1), out=line[:-1])
    return reach


def smooth_field(body: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return a field whose zero level is a smooth surface of ``body``, positive inside, in voxels.

    Every voxel of the body has a positive value and every other one a negative value.
    Plates and pits of one or two voxels stay as thick as they were.

    Args:
        body: any shape of three axes. Where it touches the frame it is taken to go on.

    Returns:
        float32, same shape, -1.5 to 1.5.
    """
    distance = signed_distance(without_closed_cells(body))
    slack = np.where(_is_thick(distance), np.float32(_SLACK_VOXELS), np.float32(0))
    lowest, highest = distance - slack, distance + slack
    field = distance
    for _ in range(_repeats(max(body.shape))):
        field = ndimage.gaussian_filter(field, _SIGMA_VOXELS, mode="nearest", truncate=2.5)
        np.clip(field, lowest, highest, out=field)
    field = np.clip(field + _drift(distance, field), lowest, highest)
    return np.asarray(np.clip(field, -_LIMIT_VOXELS, _LIMIT_VOXELS), np.float32)


def _drift(distance: NDArray[np.float32], field: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how far the surface has moved on the whole: a stretched skin shrinks what is round."""
    beside = (np.abs(distance) < 1).astype(np.float32)
    moved, weight = (
        ndimage.gaussian_filter(part, _DRIFT_SIGMA_VOXELS, truncate=2.5)
        for part in ((distance - field) * beside, beside)
    )
    return np.asarray(moved / np.maximum(weight, 1e-3), np.float32)


def without_closed_cells(body: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return ``body`` with all air filled that is not connected to the frame's faces: no eye can see it."""
    air, parts = ndimage.label(~body)
    faces = [air.take(end, axis) for axis in range(3) for end in (0, -1)]
    filled = np.ones(parts + 1, np.bool_)
    filled[np.concatenate([face.ravel() for face in faces])] = False
    filled[0] = True  # the body itself
    return np.asarray(filled[air])


def _is_thick(distance: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which voxels have deep body and wide air near by: next to them on their own side, or one further."""
    thick = np.where(distance > 0, _near_depth(distance, -distance), _near_depth(-distance, distance))
    most = ndimage.uniform_filter(thick.astype(np.float32), 3, mode="nearest") > 0.5
    return np.asarray(thick | most)  # a lone voxel on a plain is part of the plain


def _near_depth(own: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.bool_]:
    deep_here = ndimage.maximum_filter(own, 3, mode="nearest") >= _THICK_VOXELS
    deep_there = ndimage.maximum_filter(other, 5, mode="nearest") >= _THICK_VOXELS
    return np.asarray(deep_here & deep_there)


def _repeats(layers: int) -> int:
    """Return fewer repeats for finer grids: their steps are finer in the picture, and each repeat costs more."""
    return max(4, round(_REPEATS_64 * min(1.0, 64 / layers)))
