"""Volumes as somebody sees them: turned so that the last axis points away from the eye."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_rpdl.settings import View

Steps = tuple[float, float, float]
Scalar = TypeVar("Scalar", bound=np.generic)

_GAZES: dict[View, tuple[Steps, Steps]] = {
    "surgical": ((0.0, 0.0, -1.0), (0.0, 1.0, 0.0)),
    "lateral": ((0.0, 0.0, -1.0), (1.0, 0.0, 0.0)),
    "superior": ((-1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
    "posterior": ((-0.4, 0.65, -0.65), (1.0, 0.0, 0.0)),
}
"""Where the eye looks and what is up for it (z, y, x), at a right ear."""


@dataclass(frozen=True, slots=True)
class ViewFrame:
    """The frame (rows, columns, depth) of a right ear's view; a left ear is mirrored before and after.

    Attributes:
        axes: float64 (3, 3); its rows are the directions down, right and away in (z, y, x).
        stored_steps: voxel sizes (z, y, x).
        shape: voxels along rows, columns and depth of the frame.
        steps: their sizes; those of the grid where the view looks along an axis, else
            all the smallest of them.
    """

    axes: NDArray[np.float64]
    stored_steps: Steps
    shape: tuple[int, int, int]
    steps: Steps

    @classmethod
    def of(cls, view: View, shape: tuple[int, int, int], steps: Steps) -> "ViewFrame":
        """Return the frame in which ``view`` shows a volume of ``shape`` (z, y, x)."""
        axes = view_axes(view)
        lengths = np.abs(axes) @ (np.array(shape) * steps)
        sizes = np.abs(axes) @ steps if _is_turned_at_right_angles(axes) else np.full(3, min(steps))
        rows, columns, depth = np.maximum(np.rint(lengths / sizes), 1).astype(int).tolist()
        return cls(axes, steps, (rows, columns, depth), (float(sizes[0]), float(sizes[1]), float(sizes[2])))

    def seen(self, voxels: NDArray[Scalar], outside: float) -> NDArray[Scalar]:
        """Return a volume (z, y, x) in this frame; decimal ones are interpolated where the view is oblique.

        ``outside`` is the value beyond the volume. Booleans and codes go to the nearest voxel.
        """
        if _is_turned_at_right_angles(self.axes):
            order = np.argmax(np.abs(self.axes), axis=1)
            turned = voxels.transpose(order)
            flips = tuple(slice(None, None, int(self.axes[row, axis])) for row, axis in enumerate(order))
            return np.ascontiguousarray(turned[flips])
        to_voxels = np.diag(1 / np.array(self.stored_steps)) @ self.axes.T @ np.diag(self.steps)
        offset = (np.array(voxels.shape) - 1) / 2 - to_voxels @ ((np.array(self.shape) - 1) / 2)
        order_of_spline = 1 if voxels.dtype.kind == "f" else 0
        turned = ndimage.affine_transform(
            voxels, to_voxels, offset, self.shape, order=order_of_spline, cval=outside, prefilter=False
        )
        return np.asarray(turned, voxels.dtype)


def view_axes(view: View) -> NDArray[np.float64]:
    """Return the directions down, right and away from the eye at a right ear, unit vectors (z, y, x)."""
    gaze, up = map(np.array, _GAZES[view])
    away = gaze / np.linalg.norm(gaze)
    upright = up - np.dot(up, away) * away
    upright = upright / np.linalg.norm(upright)
    # The product of two (z, y, x) vectors is that of their (x, y, z), turned round.
    return np.stack([-upright, np.cross(upright, away), away])


def _is_turned_at_right_angles(axes: NDArray[np.float64]) -> bool:
    return bool(np.isin(np.abs(axes), (0.0, 1.0)).all())
