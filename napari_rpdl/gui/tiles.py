"""Bones side by side in one viewer: the same layers for each tile, one camera for all.

napari's grid does the rest: turning, zooming or slicing one tile does it to all. As in
``layers``, the layers are made once and reused.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.data.structures import StructureTable
from napari_rpdl.gui import colormaps
from napari_rpdl.gui.meshes import NOTHING, Mesh
from napari_rpdl.gui.opengl import current_context
from napari_rpdl.gui.palette import DRILLED, MARKED
from napari_rpdl.gui.space import placement
from napari_rpdl.gui.standpoint import Standpoint

_CT, _LABELS, _DRILLED, _MARKS, _BONE, _STRUCTURES, _MARKS_3D = range(7)
_SLICED = (_CT, _LABELS, _DRILLED, _MARKS)
_KINDS = ("CT", "slices", "drilled", "marks", "bone", "structures", "marks in 3-D")
_CAPTION_3D, _CAPTION_SLICES = _BONE, _LABELS


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What one tile shows.

    Attributes:
        title: written over the tile; must tell nothing that is blinded.
        labels: uint8 (z, y, x), None where only regions are known.
        ct: (z, y, x), None where there is none.
        region: the drilled region, coloured in the slices; None for an untouched bone.
        bone: surface, or that of the region where there is no bone.
        structures: surfaces inside the bone.
    """

    title: str
    labels: NDArray[np.uint8] | None
    ct: NDArray[Any] | None
    region: Mask | None
    bone: Mesh
    structures: Mesh


class Tiles:
    """A row of tiles in a viewer that shows nothing else."""

    def __init__(self, viewer: Any) -> None:
        self._viewer = viewer
        self.standpoint = Standpoint(viewer)
        self._layers: list[Any] = []
        self._full: set[int] = set()
        self._table: StructureTable | None = None
        self._covered = False
        viewer.canvas.overlays.scale_bar.gridded = False
        viewer.dims.events.ndisplay.connect(self._apply)

    def show(self, case: Case, scenes: Sequence[Scene]) -> None:
        """Show a bone in as many tiles as at the first call, from left to right."""
        self.standpoint.grid = case.grid
        if not self._layers:
            with current_context():
                self._make(scenes)
        self._full = set()
        for number, scene in enumerate(scenes):
            self._fill(number * len(_KINDS), scene, case)
        self._table = case.table
        for layer in self._layers:
            for name, value in placement(case.grid).items():
                if name != "axis_labels":
                    _change(layer, name, value)
        self._apply()
        self._viewer.layers.selection.clear()  # so that no key of napari's hides or paints anything

    def mark(self, number: int, voxels: Mask | None, mesh: Mesh = NOTHING) -> None:
        """Mark voxels in one tile, in the slices and in 3-D; None takes the marks away everywhere."""
        for tile in range(len(self._layers) // len(_KINDS)):
            first = tile * len(_KINDS)
            here = voxels if tile == number else None
            self._full -= {first + _MARKS, first + _MARKS_3D}
            if here is not None:
                self._layers[first + _MARKS].data = here.astype(np.uint8)
                self._full.add(first + _MARKS)
                self._put_mesh(first + _MARKS_3D, mesh)
        self._apply()

    def cover(self, covered: bool) -> None:
        """Hide everything, as in a pause, or show it again."""
        self._covered = covered
        self._apply()

    def view_state(self) -> str:
        """Return camera and slice as JSON, for the record."""
        camera, dims = self._viewer.scene.camera, self._viewer.dims
        state = {
            "angles": [round(float(angle), 2) for angle in camera.angles],
            "zoom": round(float(camera.zoom), 3),
            "center": [round(float(at), 2) for at in camera.center],
            "ndisplay": int(dims.ndisplay),
            "order": [int(axis) for axis in dims.order],
            "point": [round(float(at), 2) for at in dims.point],
        }
        return json.dumps(state)

    # -- layers -----------------------------------------------------------------------

    def _make(self, scenes: Sequence[Scene]) -> None:
        where = placement(self.standpoint.grid)
        nothing = np.zeros(self.standpoint.grid.shape, np.uint8)
        speck = NOTHING.drawable
        for scene in scenes:
            for kind, words in enumerate(_KINDS):
                named = {"name": f"{scene.title}, {words}", "visible": False, **where}
                if kind == _CT:
                    layer = self._viewer.add_image(nothing, **named)
                elif kind in _SLICED:
                    layer = self._viewer.add_labels(nothing, **named)
                else:
                    layer = self._viewer.add_surface(
                        (speck.vertices, speck.faces), vertex_colors=speck.colors, shading="none", **named
                    )
                self._layers.append(layer)
        self._dress()
        grid = self._viewer.canvas.grid
        grid.shape, grid.stride, grid.spacing = (1, len(scenes)), len(_KINDS), 2
        grid.enabled = True

    def _dress(self) -> None:
        drilled, marked = colormaps.one_color_labels(DRILLED), colormaps.one_color_labels(MARKED)
        for number, layer in enumerate(self._layers):
            kind = number % len(_KINDS)
            if kind == _LABELS:
                layer.opacity = 0.8
            if kind == _DRILLED:
                layer.colormap, layer.opacity = drilled, 0.75  # filled: between air cells an outline is a thicket
            if kind == _MARKS:
                layer.colormap, layer.opacity = marked, 0.8
            if kind == _MARKS_3D:
                layer.blending, layer.opacity = "translucent_no_depth", 0.7
            if kind in (_CAPTION_3D, _CAPTION_SLICES):
                layer.name_overlay.visible = True

    def _fill(self, first: int, scene: Scene, case: Case) -> None:
        shape = case.grid.shape
        for kind, words in enumerate(_KINDS):
            captioned = kind in (_CAPTION_3D, _CAPTION_SLICES)
            # A blank at the end, because names of layers are unique and both are written over the tile.
            self._layers[first + kind].name = (
                scene.title + " " * (kind == _CAPTION_SLICES) if captioned else f"{scene.title}, {words}"
            )
        labels = np.zeros(shape, np.uint8) if scene.labels is None else scene.labels
        self._layers[first + _LABELS].data = labels
        if case.table is not self._table:
            self._layers[first + _LABELS].colormap = colormaps.structure_labels(case.table)
        self._full.add(first + _LABELS)  # gives the slices their extent where only regions are known
        self._put_ct(first + _CT, scene.ct, shape)
        region = np.zeros(shape, np.uint8) if scene.region is None else scene.region.astype(np.uint8)
        self._layers[first + _DRILLED].data = region
        self._layers[first + _MARKS].data = np.zeros(shape, np.uint8)
        if scene.region is not None:
            self._full.add(first + _DRILLED)
        self._put_mesh(first + _BONE, scene.bone)
        self._full.add(first + _BONE)  # an empty tile still has its title
        self._put_mesh(first + _STRUCTURES, scene.structures)

    def _put_ct(self, place: int, ct: NDArray[Any] | None, shape: tuple[int, int, int]) -> None:
        layer = self._layers[place]
        layer.data = np.zeros(shape, np.uint8) if ct is None else ct
        if ct is not None:
            layer.reset_contrast_limits()
            self._full.add(place)

    def _put_mesh(self, place: int, mesh: Mesh) -> None:
        layer, drawable = self._layers[place], mesh.drawable
        layer.vertex_colors = None  # the old colours do not fit the new vertices
        layer.data = (drawable.vertices, drawable.faces)
        layer.vertex_colors = drawable.colors
        if not mesh.is_empty:
            self._full.add(place)

    def _apply(self, _: object = None) -> None:
        is_3d = self.standpoint.is_3d
        for place, layer in enumerate(self._layers):
            fits = ((place % len(_KINDS)) in _SLICED) != is_3d
            _change(layer, "visible", not self._covered and place in self._full and fits)


def _change(layer: Any, name: str, value: Any) -> None:
    """Set an attribute that has another value: in a grid, napari lays out all tiles anew at every change."""
    now = getattr(layer, name)
    if now != value if isinstance(value, bool) else tuple(map(str, now)) != tuple(map(str, value)):
        setattr(layer, name, value)
