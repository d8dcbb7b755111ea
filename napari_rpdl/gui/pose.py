"""How a bone is held before the eye: a rotation, a zoom and a shift, shared by all linked tiles. Plain numbers."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.gui.camera import Direction, Stance

Matrix = NDArray[np.float64]
_CLOSEST, _FARTHEST = 12.0, 0.4
_TURN = np.pi
"""A drag across a whole tile turns the bone by half a turn."""


@dataclass(frozen=True, slots=True)
class Pose:
    """An orthographic view on a ball around the bone.

    Attributes:
        gaze: direction of gaze (z, y, x) in the body, unit length.
        up: direction (z, y, x) that points up on the screen, unit length, at right angles to ``gaze``.
        zoom: 1 where the ball just fits the tile.
        shift: of the picture to the right and up, in tile widths.
    """

    gaze: Direction
    up: Direction
    zoom: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def of(cls, stance: Stance) -> "Pose":
        """Return the pose of a named view (``camera.stance``), whole in the tile."""
        gaze = _unit(np.array(stance.gaze))
        up = np.array(stance.up) - gaze * (gaze @ np.array(stance.up))
        return cls(_direction(gaze), _direction(_unit(up)))

    @property
    def rows(self) -> Matrix:
        """The rotation, float64 (3, 3): rows are screen right, up and towards the eye, each (z, y, x).

        Right is gaze x up in the body's right-handed (x, y, z), so that no patient is mirrored.
        """
        gaze, up = np.array(self.gaze), np.array(self.up)
        right = np.cross(gaze[::-1], up[::-1])[::-1]
        return np.stack([right, up, -gaze])

    def turned(self, right: float, up: float) -> "Pose":
        """Return the pose after a drag by ``right`` and ``up`` tile widths: the surface follows the hand."""
        angle = float(np.hypot(right, up)) * _TURN
        if angle == 0:
            return self
        rows = self.rows
        axis = _unit(-up * rows[0] + right * rows[1])
        return replace(self, gaze=_turned(self.gaze, axis, -angle), up=_turned(self.up, axis, -angle))

    def zoomed(self, by: float) -> "Pose":
        """Return the pose ``by`` times as near, within reason."""
        return replace(self, zoom=float(np.clip(self.zoom * by, _FARTHEST, _CLOSEST)))

    def shifted(self, right: float, up: float) -> "Pose":
        """Return the pose after the picture was pulled by ``right`` and ``up`` tile widths."""
        return replace(self, shift=(self.shift[0] + right, self.shift[1] + up))

    def onto(self, stance: Stance) -> "Pose":
        """Return a named view at this zoom and shift."""
        return replace(Pose.of(stance), zoom=self.zoom, shift=self.shift)

    def mirrored(self) -> "Pose":
        """Return the pose that shows a left ear's mirror image as this one shows a right ear."""
        (gz, gy, gx), (uz, uy, ux), (right, up) = self.gaze, self.up, self.shift
        return replace(self, gaze=(gz, gy, -gx), up=(uz, uy, -ux), shift=(-right, up))

    def projection(self, center: Direction, radius: float) -> Matrix:
        """Return float64 (4, 4) from world points (z, y, x, 1) to the tile's cube: right, up, depth in -1..1.

        Args:
            center: of the ball (z, y, x) in the world.
            radius: of the ball, in the world's unit.
        """
        near = np.eye(4)
        near[:3, :3] = self.rows / radius
        near[2, :3] /= -2 * _CLOSEST  # depth grows away from the eye; never cut by the near or far end
        near[:3, 3] = -near[:3, :3] @ np.array(center)
        near[:2] *= self.zoom
        near[:2, 3] += 2 * np.array(self.shift)
        return near


def _turned(direction: Direction, axis: Matrix, angle: float) -> Direction:
    """Rotate (z, y, x) about ``axis`` by Rodrigues' formula, right-handed in (x, y, z)."""
    vector, about = np.array(direction)[::-1], axis[::-1]
    turned = (
        vector * np.cos(angle)
        + np.cross(about, vector) * np.sin(angle)
        + about * (about @ vector) * (1 - np.cos(angle))
    )
    return _direction(_unit(turned[::-1]))


def _unit(vector: Matrix) -> Matrix:
    return np.asarray(vector / np.linalg.norm(vector), np.float64)


def _direction(vector: Matrix) -> Direction:
    z, y, x = vector.tolist()
    return z, y, x
