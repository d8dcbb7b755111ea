"""What the eye sees of a body: where rays meet it, how it lies to the light, what is just below."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_rpdl.data.case import Mask
from napari_rpdl.figures.depth_map import Window, depth_map
from napari_rpdl.figures.view_frame import ViewFrame

_NORMAL_SIGMA_VOXELS = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class VisibleSurface:
    """What the eye sees of a body.

    Attributes:
        frame: how the volume is turned.
        depth: float32 (size, size), NaN where nothing is seen.
        hit: bool (size, size), where something is.
        points: (3, N), where the rays enter, voxel indices of the frame.
        outward: float32 (N, 3), unit vectors out of the surface along rows, columns and
            towards the eye.
    """

    frame: ViewFrame
    depth: NDArray[np.float32]
    hit: Mask
    points: NDArray[np.float64]
    outward: NDArray[np.float32]

    @classmethod
    def of(cls, field: NDArray[np.float32], frame: ViewFrame, window: Window) -> "VisibleSurface":
        """Cast rays at the zero level of a field in the frame.

        For the light the field is blurred a little more than for the depth, so that it
        glides over the grid.
        """
        depth, steps = depth_map(field, frame.steps, window), frame.steps
        hit = np.isfinite(depth)
        rows, columns = np.nonzero(hit)
        places = np.stack([window.rows()[rows], window.columns()[columns], depth[hit].astype(np.float64)])
        points = places / np.array(steps)[:, None] - 0.5
        slopes = np.stack([_slope(field, axis, points) / steps[axis] for axis in range(3)], axis=-1)
        outward = slopes * np.array([-1, -1, 1], np.float32)
        length = np.maximum(np.linalg.norm(outward, axis=-1, keepdims=True), 1e-9)
        return cls(frame, depth, hit, points, np.asarray(outward / length, np.float32))

    @property
    def normals(self) -> NDArray[np.float32]:
        """Return ``outward`` as a picture, float32 (size, size, 3)."""
        return self.spread(self.outward)

    def spread(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return values of the points (N, 3) as a picture (size, size, 3), 0 where nothing is."""
        picture = np.zeros((*self.hit.shape, values.shape[-1]), np.float32)
        picture[self.hit] = values
        return picture

    def sampled(self, voxels: NDArray[np.float32], below: float) -> NDArray[np.float32]:
        """Return a volume (z, y, x) at a number of voxels below each point."""
        return _sampled(self.frame.seen(voxels, outside=0), self._below(below))

    def labels_below(self, labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the codes one voxel below each point."""
        inside = np.array(self.frame.shape)[:, None] - 1
        z, y, x = np.clip(np.rint(self._below(1.0)).astype(np.intp), 0, inside)
        codes: NDArray[np.uint8] = self.frame.seen(labels, outside=0)[z, y, x]
        return codes

    def _below(self, voxels: float) -> NDArray[np.float64]:
        return self.points + voxels * self.outward.T * np.array([-1, -1, 1], np.float32)[:, None]


def _slope(field: NDArray[np.float32], axis: int, points: NDArray[np.float64]) -> NDArray[np.float32]:
    order = tuple(int(axis == other) for other in range(3))
    return _sampled(ndimage.gaussian_filter(field, _NORMAL_SIGMA_VOXELS, order, truncate=3.0), points)


def _sampled(voxels: NDArray[np.float32], points: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(ndimage.map_coordinates(voxels, points, order=1, mode="nearest", prefilter=False), np.float32)
