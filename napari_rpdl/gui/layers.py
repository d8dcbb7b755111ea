"""What the viewer shows. The only file that touches ``viewer.layers``.

A fixed set of layers is made once and reused: removing a drawn layer leaks memory and
crashes software OpenGL. Surfaces are seen in 3-D, arrays in the slices.
"""

import warnings
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.data.structures import StructureTable
from napari_rpdl.gui import colormaps
from napari_rpdl.gui.cut import Plane
from napari_rpdl.gui.drill_layers import DrillLayers
from napari_rpdl.gui.map_layers import MapLayers
from napari_rpdl.gui.meshes import NOTHING, Mesh
from napari_rpdl.gui.palette import AGREED, NETWORK, surgeon_color
from napari_rpdl.gui.roles import (
    BONE,
    CONSENSUS,
    CROSSHAIR,
    CT,
    CUT_FACE,
    DIFFERENCES,
    LABELS,
    NETWORK_REGION,
    NETWORK_SURFACE,
    PROBABILITY,
    REGIONS,
    SPREAD,
    STRUCTURES,
    WALL,
    YARDSTICK,
    YARDSTICK_OUTLINE,
    fits,
)
from napari_rpdl.gui.slots import Slots
from napari_rpdl.gui.space import METADATA, clipping
from napari_rpdl.gui.standpoint import Standpoint


class Layers:
    """The layers of one viewer, found by their role however a person renames them."""

    def __init__(self, viewer: Any) -> None:
        self._viewer = viewer
        self.standpoint = Standpoint(viewer)
        self._slots = Slots(viewer, self.standpoint, self._fits_dimension)
        self.drilling = DrillLayers(viewer, self._slots, self.standpoint)
        self.maps = MapLayers(self._slots, self.standpoint)
        self._table: StructureTable | None = None
        self._threshold = 0.5
        self._region: Mask | None = None
        self._probabilities: NDArray[np.float32] = np.zeros((1, 1, 1), np.float32)
        self._fading: NDArray[np.float32] | None = None
        self._solid = False
        self._uncovered = False
        self._outline_colors: dict[int, str] = {}
        self._network_colors = colormaps.one_color_labels(NETWORK)  # built once: 10 ms, a slider has 30
        warnings.filterwarnings("ignore", "Contours are not displayed")  # they are hidden in 3-D
        warnings.filterwarnings("ignore", "Inconsistent units across layers")  # while one bone gives way to the next
        viewer.dims.events.ndisplay.connect(self._apply_dimension)

    def at_once(self) -> AbstractContextManager[None]:
        """Turn layers on and off only at the end, so that one bone gives way to the next in a single step."""
        return self._slots.at_once()

    def by_hand(self) -> list[Any]:
        """Return the labels layers that a person brought in."""
        return [layer for layer in self._viewer.layers if hasattr(layer, "contour") and not self._slots.is_ours(layer)]

    # -- what a bone consists of ------------------------------------------------------

    def show_case(self, case: Case) -> None:
        """Show the arrays of another bone; surfaces and results of the last one vanish."""
        self.standpoint.grid, self._slots.case_id = case.grid, case.case_id
        for role in self._slots.roles():
            self._slots.want(role, False)
        self._slots.place_all()  # hidden layers, too: napari wants one unit for all
        if case.ct is not None:
            self._show_ct(case.ct.voxels)
        nothing = np.zeros(case.grid.shape, np.uint8)  # gives the slices their extent where only drillings are known
        self._show_labels(nothing if case.structures is None else case.structures.voxels, case.table)
        self.standpoint.orient()
        self._viewer.dims.axis_labels = ("z", "y", "x")

    def show_bone(self, mesh: Mesh) -> None:
        """Show the bone's surface."""
        self._slots.surface(BONE, mesh)

    def show_structures(self, mesh: Mesh) -> None:
        """Show the surfaces of structures."""
        self._slots.surface(STRUCTURES, mesh)

    def set_bone_opacity(self, opacity: float) -> None:
        """Make the bone more or less transparent, 0 to 1."""
        if (layer := self._slots.find(BONE)) is not None:
            layer.opacity = opacity

    def cut_bone(self, plane: Plane | None, structures: bool) -> None:
        """Cut the bone's surface, and the structures' if asked, along a plane in voxels; leave them whole for None."""
        for role, asked in ((BONE, True), (WALL, True), (STRUCTURES, structures)):
            if (layer := self._slots.find(role)) is not None:
                planes = [clipping(plane, self.standpoint.grid)] if plane is not None and asked else []
                layer.experimental_clipping_planes = planes

    def show_cut_face(self, mesh: Mesh) -> None:
        """Close the cut bone."""
        if not mesh.is_empty or self._slots.find(CUT_FACE) is not None:
            self._slots.surface(CUT_FACE, mesh)

    def show_wall(self, mesh: Mesh | None) -> None:
        """Show in 3-D the wall of a cavity, in place of glassy regions that would cover it; or nothing."""
        if mesh is None:
            self._slots.want(WALL, False)
        else:
            layer, bone = self._slots.surface(WALL, mesh), self._slots.find(BONE)
            if bone is not None:
                layer.experimental_clipping_planes = bone.experimental_clipping_planes
        self._apply_dimension()

    def show_crosshair(self, mesh: Mesh | None) -> None:
        """Show in 3-D where the slices cross, through the bone; or nothing."""
        if mesh is None:
            self._slots.want(CROSSHAIR, False)
            return
        layer = self._slots.surface(CROSSHAIR, mesh)
        layer.blending, layer.opacity = "translucent_no_depth", 0.9

    # -- what surgeons drilled --------------------------------------------------------

    def show_regions(self, masks: Mapping[str, tuple[int, Mask]], mesh: Mesh) -> None:
        """Outline regions in the slices and show them as a glassy surface in 3-D.

        Args:
            masks: by surgeon: rank (for the colour) and mask (z, y, x).
            mesh: the surfaces of all regions.
        """
        layer = self._slots.surface(REGIONS, mesh)
        layer.blending, layer.opacity = "translucent_no_depth", 0.35
        for role in self._slots.roles():
            if role.startswith("outline"):
                self._slots.want(role, False)
        for slot, (surgeon, (rank, mask)) in enumerate(masks.items()):
            outline = self._slots.labels(f"outline {slot}", mask.astype(np.uint8), name=f"Drilled by {surgeon}")
            if self._outline_colors.get(slot) != surgeon_color(rank):
                outline.colormap = colormaps.one_color_labels(surgeon_color(rank))
                self._outline_colors[slot] = surgeon_color(rank)
            outline.contour, outline.opacity = 1, 1.0
            outline.metadata = {**outline.metadata, METADATA: {**outline.metadata[METADATA], "surgeon": surgeon}}

    # -- maps and predictions ---------------------------------------------------------

    def show_yardstick(self, mask: Mask | None, mesh: Mesh = NOTHING, color: str = AGREED, name: str = "") -> None:
        """Outline in the slices, and show in 3-D, a region that a prediction is held against; or nothing."""
        if mask is None:
            self._slots.want(YARDSTICK, False)
            self._slots.want(YARDSTICK_OUTLINE, False)
            return
        layer = self._slots.surface(YARDSTICK, mesh)
        layer.blending, layer.opacity = "translucent_no_depth", 0.4
        outline = self._slots.labels(YARDSTICK_OUTLINE, mask.astype(np.uint8), name=name)
        outline.colormap = colormaps.one_color_labels(color)
        outline.contour, outline.opacity = 1, 1.0

    def show_differences(self, differences: NDArray[np.uint8] | None, colormap: Any = None) -> None:
        """Colour in the slices where two regions agree (1), or only one of them is (2, 3); or nothing."""
        if differences is None:
            self._slots.want(DIFFERENCES, False)
            return
        layer = self._slots.labels(DIFFERENCES, differences)
        layer.colormap, layer.opacity = colormap, 0.7

    def show_probabilities(self, probabilities: NDArray[np.float32] | None, threshold: float = 0.5) -> None:
        """Show what a network predicts for the bone, and outline what reaches a threshold; or nothing.

        In 3-D the region's surface follows (``show_solid``); without a graphics card the probabilities themselves
        take several times as long to draw as everything else together.
        """
        self._solid = True
        self._slots.want(NETWORK_SURFACE, False)
        if probabilities is None:
            self._slots.want(PROBABILITY, False)
            self._slots.want(NETWORK_REGION, False)
            return
        layer = self._slots.image(PROBABILITY, probabilities)
        layer.colormap, layer.contrast_limits = colormaps.probability_colormap(), (0, 1)
        layer.rendering = "iso"
        self._probabilities, self._fading = probabilities, None
        outline = self._slots.labels(NETWORK_REGION, (probabilities >= threshold).astype(np.uint8))
        outline.colormap = self._network_colors
        outline.contour, outline.opacity = 1, 1.0
        self._threshold, self._region = threshold, None
        layer.iso_threshold = threshold

    def show_threshold(self, threshold: float) -> None:
        """Move the border of the predicted region, in 3-D on the probabilities; cheap enough to follow a slider."""
        self._threshold, self._region = threshold, None
        self.show_solid(None)
        layer = self._slots.find(PROBABILITY)
        if layer is None or not self._slots.wanted.get(PROBABILITY):
            return
        layer.iso_threshold = threshold
        if not self.standpoint.is_3d:
            self._fill_region()

    def show_region(self, mask: Mask) -> None:
        """Outline what was decided in the slices."""
        self._region = mask
        if not self.standpoint.is_3d:
            self._fill_region()

    def show_solid(self, mesh: Mesh | None) -> None:
        """Show the predicted region in 3-D as a surface, or, for None, as the threshold of the probabilities."""
        before, self._solid = self._solid, mesh is not None
        if mesh is not None:
            layer = self._slots.surface(NETWORK_SURFACE, mesh)
            layer.blending, layer.opacity = "translucent_no_depth", 0.6
        if before != self._solid:
            self._slots.want(NETWORK_SURFACE, mesh is not None and not mesh.is_empty)
            self._slots.want(PROBABILITY, self._slots.wanted.get(PROBABILITY, False))

    def _fill_region(self) -> None:
        """Outline the region, or what reaches the threshold; in 3-D nobody sees it, so it waits for the slices."""
        layer, outline = self._slots.find(PROBABILITY), self._slots.find(NETWORK_REGION)
        if layer is not None and outline is not None:
            region = self._probabilities >= self._threshold if self._region is None else self._region
            outline.data = region.astype(np.uint8)

    def fade(self, spread: NDArray[np.float32] | None) -> None:
        """Let the probabilities fade in the slices where answers differ (0 to 0.5), or not at all."""
        if spread is not None or self._fading is not None:
            self._fading = spread
            self._show_fading()

    def _show_fading(self) -> None:
        """Show a probability the fainter, the less the answers agree; the region's border stays where it is."""
        layer = self._slots.find(PROBABILITY)
        if layer is not None and self._slots.wanted.get(PROBABILITY):
            spread = None if self.standpoint.is_3d else self._fading
            layer.data = self._probabilities if spread is None else self._probabilities * (1 - 2 * spread)

    def show_spread(self, spread: NDArray[np.float32] | None) -> None:
        """Show how far answers differ, 0 (dark) to 0.5, over everything else; or nothing."""
        if spread is None:
            self._slots.want(SPREAD, False)
            return
        layer = self._slots.image(SPREAD, spread)
        layer.colormap, layer.contrast_limits, layer.blending = "magma", (0, 0.5), "additive"

    def uncover_cavity(self, uncovered: bool) -> None:
        """Hide the predicted region in 3-D while the bone has it cut out, else it would fill the cavity."""
        self._uncovered = uncovered
        self._apply_dimension()

    # -- layers -----------------------------------------------------------------------

    def _show_ct(self, voxels: NDArray[Any]) -> None:
        layer = self._slots.image(CT, voxels)
        layer.colormap = colormaps.gray()
        layer.reset_contrast_limits()

    def _show_labels(self, labels: NDArray[np.uint8], table: StructureTable) -> None:
        layer = self._slots.labels(LABELS, labels)
        if table is not self._table:
            layer.colormap = colormaps.structure_labels(table)
            self._table = table
        layer.opacity = 0.8

    def _fits_dimension(self, role: str) -> bool:
        is_3d = self.standpoint.is_3d
        if is_3d and self.drilling.hides(role):
            return False
        if is_3d and role in (REGIONS, CONSENSUS) and self._slots.wanted.get(WALL):
            return False
        if is_3d and (
            (role == NETWORK_SURFACE and self._uncovered) or (role == PROBABILITY and (self._uncovered or self._solid))
        ):
            return False
        return fits(role, is_3d)

    def _apply_dimension(self, _: object = None) -> None:
        for role in self._slots.roles():
            self._slots.want(role, self._slots.wanted.get(role, False))
        if not self.standpoint.is_3d and self._slots.wanted.get(PROBABILITY):
            self._fill_region()
        if self._fading is not None:
            self._show_fading()
