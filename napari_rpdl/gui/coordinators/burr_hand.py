"""From the mouse to the burr: where it touches the bone, in slices and along the line of sight."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.meshes import solid_of

Point = NDArray[np.float64]

_STEPS_PER_VOXEL = 2
_LEFT = 1
_JUMP_IN_DIAMETERS = 2.0
"""In 3-D, two touches farther apart than this are two places, not a way through what lies between."""


class Drilled(Protocol):
    """What the hand drills with."""

    def begin(self) -> None:
        """Begin a stroke."""

    def move(self, position: Point, lifted: bool) -> None:
        """Move the burr to a position (z, y, x; voxel indices)."""

    def end(self) -> None:
        """End the stroke."""

    def hover(self, position: Point | None) -> None:
        """Hold the burr over a position, None beside the bone."""


class BurrHand:
    """Follows the mouse while a bone is drilled.

    Args:
        case: the bone.
        mask: what is drilled; looked at when a stroke begins.
        layers: of the viewer.
        drilled: does what the hand wants.
        diameter: tells the burr's diameter, in the grid's unit.
    """

    def __init__(self, case: Case, mask: Mask, layers: Layers, drilled: Drilled, diameter: Callable[[], float]) -> None:
        self._grid, self._mask, self._layers = case.grid, mask, layers
        self._drilled, self._diameter = drilled, diameter
        self._solid = solid_of(case) if case.structures is not None else None

    def drag(self, event: Any) -> Iterator[None]:
        """Drill from where the mouse is pressed to where it is let go (the body of a mouse callback of napari).

        Within a stroke, the line of sight meets the bone as it was when the stroke began:
        so a stroke takes one layer of bone, however long the hand stays.
        """
        before = self._mask.copy()
        here = self._touched(event, before)
        if here is None or event.button != _LEFT or event.modifiers:
            return
        self._layers.drilling.hold_camera(True)
        self._drilled.begin()
        try:
            self._drilled.move(here, False)
            yield
            while event.type == "mouse_move":
                there = self._touched(event, before)
                if there is not None:
                    self._drilled.move(there, self._jumps(here, there))
                    here = there
                yield
        finally:  # whatever happens, what was drilled stays drilled and the camera free
            self._layers.drilling.hold_camera(False)
            self._drilled.end()

    def hover(self, event: Any) -> None:
        """Tell over what the burr is (the body of a mouse callback of napari)."""
        self._drilled.hover(self._touched(event, self._mask))

    def _touched(self, event: Any, drilled: Mask) -> Point | None:
        """Return where the mouse touches the bone, in voxel indices."""
        point = (np.asarray(event.position, np.float64)[-3:] - self._grid.origin) / self._grid.steps
        if not self._layers.standpoint.is_3d:
            inside = (point > -0.5).all() and (point < np.array(self._grid.shape) - 0.5).all()
            return point if inside else None
        direction = event.view_direction
        if direction is None or self._solid is None:
            return None
        return self._met(point, np.asarray(direction, np.float64)[-3:] / self._grid.steps, drilled)

    def _met(self, point: Point, direction: Point, drilled: Mask) -> Point | None:
        """Return the first place on a line where there is bone."""
        direction = direction / np.abs(direction).max()
        reach = 2.0 * max(self._grid.shape) + float(np.abs(point).max())
        line = point + np.arange(-reach, reach, 1 / _STEPS_PER_VOXEL)[:, None] * direction
        places = np.rint(line).astype(np.intp)
        inside = ((places >= 0) & (places < self._grid.shape)).all(axis=1)
        line, index = line[inside], tuple(places[inside].T)
        assert self._solid is not None
        met = np.flatnonzero(self._solid[index] & ~drilled[index])
        return line[met[0]] if met.size else None

    def _jumps(self, here: Point, there: Point) -> bool:
        away = float(np.linalg.norm((there - here) * self._grid.steps))
        return self._layers.standpoint.is_3d and away > _JUMP_IN_DIAMETERS * self._diameter()
