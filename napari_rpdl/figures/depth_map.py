"""Where parallel rays first meet a surface: an orthographic depth map with sub-voxel precision.

The surface is the zero level of a field in the frame of the picture: (rows, columns,
depth), depth growing away from the viewer. The field is interpolated linearly, layer
by layer from the front.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

_SIGMA_VOXELS = 0.6  # more would eat plates of one voxel, less shows the voxels as steps


@dataclass(frozen=True, slots=True)
class Window:
    """The square part of the frame that a picture shows.

    Attributes:
        center: (row, column) in world units from the outer corner of the frame.
        extent: side of the square in world units.
        size: pixels along each side.
    """

    center: tuple[float, float]
    extent: float
    size: int

    @property
    def pixel(self) -> float:
        """Side of a pixel in world units."""
        return self.extent / self.size

    def rows(self) -> NDArray[np.float64]:
        """Return the world positions of the rows' centres."""
        return self._along(self.center[0])

    def columns(self) -> NDArray[np.float64]:
        """Return the world positions of the columns' centres."""
        return self._along(self.center[1])

    def _along(self, center: float) -> NDArray[np.float64]:
        offsets = np.arange(self.size) + 0.5 - self.size / 2
        return np.asarray(center + offsets * self.pixel, np.float64)


def window_around(body: NDArray[np.bool_], steps: tuple[float, float, float], size: int, margin: float) -> Window:
    """Return the square window that just holds ``body``, plus ``margin`` (share of its longer side) all round.

    ``steps`` are the voxel sizes along rows, columns and depth. An empty body gives a
    window over the whole frame.
    """
    outline = np.asarray(body.any(axis=2))
    spans = [_span(np.asarray(outline.any(axis=other))) for other in (1, 0)]
    edges = [(low * step, high * step) for (low, high), step in zip(spans, steps[:2], strict=True)]
    center = (sum(edges[0]) / 2, sum(edges[1]) / 2)
    return Window(center, max(high - low for low, high in edges) * (1 + 2 * margin), size)


def depth_map(field: NDArray[np.float32], steps: tuple[float, float, float], window: Window) -> NDArray[np.float32]:
    """Return how deep below the frame's front face each ray first meets the surface.

    Args:
        field: float32 (rows, columns, depth), positive inside; as :func:`smooth_field` returns it.
        steps: voxel sizes along rows, columns and depth, in world units.
        window: what to sample; beyond the frame nothing is met.

    Returns:
        float32 (size, size) in world units; NaN where a ray misses. What is inside
        already in the first layer is met at that layer's centre.
    """
    along_rows = _weights(window.rows(), field.shape[0], steps[0])
    along_columns = _weights(window.columns(), field.shape[1], steps[1]).T
    reached = np.outer(along_rows.any(axis=1), along_columns.any(axis=0))
    layers = ndimage.gaussian_filter1d(field.transpose(2, 0, 1), _SIGMA_VOXELS, axis=0, mode="nearest")
    depth = np.full(reached.shape, np.nan, np.float32)
    before = np.full(reached.shape, -np.inf, np.float32)
    for index, layer in enumerate(layers):
        after = along_rows @ layer @ along_columns
        met = np.flatnonzero((after > 0) & reached)
        share = after.flat[met] / (after.flat[met] - before.flat[met])
        depth.flat[met] = (index + 0.5 - share) * steps[2]
        reached.flat[met] = False
        before = after
    return depth


def _weights(positions: NDArray[np.float64], voxels: int, step: float) -> NDArray[np.float32]:
    """Return the (positions, voxels) weights of a Gaussian; zeros outside the frame."""
    index = positions / step - 0.5
    distance = np.clip(index, 0, voxels - 1)[:, None] - np.arange(voxels)[None, :]
    weights = np.exp(-0.5 * (distance / _SIGMA_VOXELS) ** 2)
    weights /= weights.sum(axis=1, keepdims=True)
    weights[(index < -0.5) | (index > voxels - 0.5)] = 0
    return np.asarray(weights, np.float32)


def _span(occupied: NDArray[np.bool_]) -> tuple[int, int]:
    where = np.flatnonzero(occupied)
    return (int(where[0]), int(where[-1]) + 1) if where.size else (0, occupied.size)
