"""What the viewer shows of a bone that is drilled or played: its surface, the region in the slices, the burr."""

from typing import Any

import numpy as np
from napari.components.overlays import BrushCircleOverlay
from numpy.typing import NDArray

from napari_rpdl.data.case import Mask
from napari_rpdl.data.volume import Spacing
from napari_rpdl.gui import colormaps
from napari_rpdl.gui.carving import CarvedSurface
from napari_rpdl.gui.meshes import Mesh
from napari_rpdl.gui.palette import rgb
from napari_rpdl.gui.roles import (
    BEING_DRILLED,
    BONE,
    BURR,
    CUT_FACE,
    DRILL_SITE,
    DRILLED_BONE,
    NETWORK_SURFACE,
    PROBABILITY,
)
from napari_rpdl.gui.slots import Slots
from napari_rpdl.gui.standpoint import Standpoint

_IN_THE_WAY = (BONE, CUT_FACE, NETWORK_SURFACE, PROBABILITY)
_CAVITY = "#5f3dc4"
_BURR_OPACITY = 0.85
_RINGS, _SPOKES = 10, 16


class DrillLayers:
    """The layers of a drilling, among the others of a viewer."""

    def __init__(self, viewer: Any, slots: Slots, standpoint: Standpoint) -> None:
        self._viewer, self._slots, self._standpoint = viewer, slots, standpoint
        self._on = False
        self._stale = False  # the slices show an older region than there is
        self._colors = colormaps.one_color_labels(_CAVITY)
        standpoint.when_turned(self.refresh)

    def hides(self, role: str) -> bool:
        """Say whether a layer would stand in the way of the bone that is drilled, in 3-D."""
        return self._on and role in _IN_THE_WAY

    def show(self, surface: CarvedSurface | None, mask: Mask) -> None:
        """Show a bone that is drilled, in place of the bone as it was.

        Args:
            surface: for the 3-D view; None where there is nothing to see in 3-D.
            mask: bool (z, y, x); the slices show this very array, ``changed`` says when to look again.
        """
        self._on = True
        layer = self._slots.labels(BEING_DRILLED, mask.view(np.uint8))
        layer.colormap, layer.opacity = self._colors, 0.8
        layer.contour = 0
        if surface is not None:
            self._slots.surface(DRILLED_BONE, surface.rest)
            self._slots.surface(DRILL_SITE, surface.site)
        self._apply()

    def changed(self, surface: CarvedSurface | None, rest_too: bool) -> None:
        """Show what a stroke has changed."""
        self._stale = True
        if not self._standpoint.is_3d:
            self.refresh()
        if surface is not None:
            if rest_too:
                self._slots.surface(DRILLED_BONE, surface.rest)
            self._slots.surface(DRILL_SITE, surface.site)

    def refresh(self) -> None:
        """Let the slices show the region as it is; in 3-D nobody sees them, so they wait."""
        layer = self._slots.find(BEING_DRILLED)
        if self._on and self._stale and layer is not None and not self._standpoint.is_3d:
            self._stale = False
            layer.refresh()

    def hide(self) -> None:
        """Show the bone as it was again."""
        self._on = False
        for role in (DRILLED_BONE, DRILL_SITE, BEING_DRILLED, BURR):
            self._slots.want(role, False)
        self._apply()

    def show_burr(self, position: NDArray[np.float64] | None, diameter: float, steps: Spacing, color: str) -> None:
        """Show the burr as a ball at a position (z, y, x; voxel indices), or not at all."""
        if position is None:
            self._slots.want(BURR, False)
            return
        layer = self._slots.surface(BURR, _ball(position, diameter, steps, color))
        layer.opacity, layer.blending = _BURR_OPACITY, "translucent"

    def use_burr_cursor(self, diameter: float | None) -> None:
        """Let the mouse be a circle of the burr's diameter in the world's unit; None gives the arrow back."""
        cursor = self._viewer.cursor
        if diameter is None:
            cursor.style = "standard"
        else:
            cursor.scaled = True
            cursor.size, cursor.style = diameter, "circle"
        # napari 0.9 draws an empty, dark box in the middle of the circle, and leaves it there when the circle goes.
        for overlay in self._viewer.canvas.overlays.values():
            if isinstance(overlay, BrushCircleOverlay):
                overlay.box = False

    def hold_camera(self, held: bool) -> None:
        """Keep the camera still while the burr moves."""
        self._viewer.scene.camera.mouse_pan = not held

    def take_keys(self) -> None:
        """Make the drilled bone the active layer: one with undo keys of its own would swallow ours."""
        if (layer := self._slots.find(DRILLED_BONE) or self._slots.find(BONE)) is not None:
            self._viewer.layers.selection.active = layer

    def _apply(self) -> None:
        for role in _IN_THE_WAY:
            self._slots.want(role, self._slots.wanted.get(role, False))


def _ball(position: NDArray[np.float64], diameter: float, steps: Spacing, color: str) -> Mesh:
    """Return a lit ball: rings of latitude between two poles."""
    polar = np.linspace(0, np.pi, _RINGS)[:, None]
    around = np.linspace(0, 2 * np.pi, _SPOKES, endpoint=False)[None, :]
    normals = np.stack(
        [np.cos(polar) + 0 * around, np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around)], axis=-1
    ).reshape(-1, 3)
    ring, spoke = (part.reshape(-1) for part in np.mgrid[: _RINGS - 1, :_SPOKES])
    here, beside = ring * _SPOKES + spoke, ring * _SPOKES + (spoke + 1) % _SPOKES
    faces = np.concatenate(
        [np.stack([here, beside, here + _SPOKES], 1), np.stack([beside, beside + _SPOKES, here + _SPOKES], 1)]
    )
    colors = np.ones((len(normals), 4), np.float32)
    colors[:, :3] = np.array(rgb(color)) * (0.65 + 0.35 * normals[:, :1])
    vertices = position + normals * diameter / 2 / np.array(steps)
    return Mesh(vertices.astype(np.float32), faces.astype(np.int32), colors)
