"""Where parallel rays first meet a body: an orthographic depth map with sub-voxel precision.

The body is a boolean array in the frame of the picture: (rows, columns, depth), depth
growing away from the viewer. It is smoothed and sampled by one Gaussian kernel, a
matrix along each axis, so that a coarse grid gives a smooth surface and no steps.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SIGMA_VOXELS = 0.6  # a plate of one voxel still reaches the level of one half; less shows the voxels as steps
_ROWS_AT_ONCE = 32
_LEAD_VOXELS = 3.0  # rays start outside, where the smoothed body is zero


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


def depth_map(body: NDArray[np.bool_], steps: tuple[float, float, float], window: Window) -> NDArray[np.float32]:
    """Return how deep below the frame's front face each ray first enters ``body``.

    Args:
        body: (rows, columns, depth).
        steps: voxel sizes along rows, columns and depth, in world units.
        window: what to sample.

    Returns:
        float32 (size, size) in world units; the depth at which the smoothed body first
        reaches one half, linearly interpolated; NaN where a ray misses.
    """
    depths = _depth_samples(body.shape[2], steps[2])
    along_rows = _kernel(window.rows(), body.shape[0], steps[0], window.pixel)
    along_columns = _kernel(window.columns(), body.shape[1], steps[1], window.pixel)
    along_depth = _kernel(depths, body.shape[2], steps[2], 0.0)
    partly = along_columns @ (body.astype(np.float32) @ along_depth.T)
    bands = np.array_split(along_rows, max(1, window.size // _ROWS_AT_ONCE))
    return np.concatenate([_first_crossing(np.tensordot(band, partly, 1), depths) for band in bands])


def _depth_samples(voxels: int, step: float) -> NDArray[np.float64]:
    """Return faces and centres of all voxels along a ray: a thin plate is highest at its centre."""
    return np.arange(-_LEAD_VOXELS, voxels + 0.5, 0.5) * step


def _kernel(positions: NDArray[np.float64], voxels: int, step: float, pixel: float) -> NDArray[np.float32]:
    """Return the (positions, voxels) weights of a Gaussian; outside the frame there is nothing."""
    sigma = max(_SIGMA_VOXELS, pixel / step / 2)
    distance = positions[:, None] / step - 0.5 - np.arange(voxels)[None, :]
    weights = np.exp(-0.5 * (distance / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
    return np.asarray(weights, np.float32)


def _first_crossing(field: NDArray[np.float32], depths: NDArray[np.float64]) -> NDArray[np.float32]:
    first = np.argmax(field >= 0.5, axis=-1)
    after = np.take_along_axis(field, first[..., None], axis=-1)[..., 0]
    before = np.take_along_axis(field, np.maximum(first - 1, 0)[..., None], axis=-1)[..., 0]
    missed = first == 0
    share = (after - 0.5) / np.where(missed, 1.0, after - before)
    depth = depths[first] - share * (depths[1] - depths[0])
    return np.asarray(np.where(missed, np.nan, depth), np.float32)


def _span(occupied: NDArray[np.bool_]) -> tuple[int, int]:
    where = np.flatnonzero(occupied)
    return (int(where[0]), int(where[-1]) + 1) if where.size else (0, occupied.size)
