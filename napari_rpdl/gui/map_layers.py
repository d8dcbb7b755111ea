"""What the viewer shows of a reward-penalty map and of the consensus behind it."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Mask
from napari_rpdl.gui import colormaps
from napari_rpdl.gui.meshes import Mesh
from napari_rpdl.gui.palette import AGREED
from napari_rpdl.gui.roles import CONSENSUS, CONSENSUS_OUTLINE, RPMAP
from napari_rpdl.gui.slots import Slots
from napari_rpdl.gui.standpoint import Standpoint

if TYPE_CHECKING:
    from napari_rpdl.consensus.ballots import LookedUp


class MapLayers:
    """The layers of the map, among the others of a viewer."""

    def __init__(self, slots: Slots, standpoint: Standpoint) -> None:
        self._slots, self._standpoint = slots, standpoint
        self._colors = colormaps.one_color_labels(AGREED)
        self._colored_for_3d: bool | None = None
        standpoint.when_turned(self._color)

    def show(self, rpmap: "NDArray[np.float32] | LookedUp | None", limit: float = 1.0) -> None:
        """Show a reward-penalty map (z, y, x) with a colour bar, zero neutral; or none.

        Args:
            rpmap: an array, or what can be read like one; None for nothing.
            limit: the largest reward or penalty, which has the strongest colour.
        """
        if rpmap is None:
            self._slots.want(RPMAP, False)
            return
        layer: Any = self._slots.find(RPMAP)
        known = layer is not None
        if known and hasattr(layer.data, "become") and hasattr(rpmap, "become") and layer.data.become(rpmap):
            layer.refresh(extent=False, thumbnail=False, highlight=False)  # new data would lay out the viewer anew
            self._slots.want(RPMAP, True)
        else:
            layer = self._slots.image(RPMAP, rpmap)
        limits = (-max(limit, 1e-6), max(limit, 1e-6))
        if not known or tuple(layer.contrast_limits) != limits:  # each of these draws anew
            layer.contrast_limits_range = layer.contrast_limits = limits
        if not known:
            layer.rendering = "mip"
            layer.colorbar.visible = True
            self._colored_for_3d = None
        self._color()

    def _color(self) -> None:
        """Leave penalties out in 3-D, where they are everywhere that nobody drilled."""
        is_3d, layer = self._standpoint.is_3d, self._slots.find(RPMAP)
        if layer is not None and is_3d != self._colored_for_3d:
            layer.colormap = colormaps.rpmap_colormap(penalties=not is_3d)
            self._colored_for_3d = is_3d

    def show_consensus(self, mask: Mask | None, mesh: Mesh | None = None) -> None:
        """Show what enough surgeons drilled, or nothing.

        Args:
            mask: outlined in the slices; bool (z, y, x).
            mesh: its surface for the 3-D view; None while it is not made, then none is seen.
        """
        if mask is None:
            self._slots.want(CONSENSUS, False)
            self._slots.want(CONSENSUS_OUTLINE, False)
            return
        if mesh is None:
            self._slots.want(CONSENSUS, False)
        else:
            layer = self._slots.surface(CONSENSUS, mesh)
            layer.blending, layer.opacity = "translucent_no_depth", 0.6
        known = self._slots.find(CONSENSUS_OUTLINE) is not None
        outline = self._slots.labels(CONSENSUS_OUTLINE, mask.view(np.uint8))
        if not known:
            outline.colormap = self._colors
            outline.contour, outline.opacity = 1, 1.0
