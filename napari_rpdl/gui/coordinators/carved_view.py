"""What the burr takes, as it is seen: in slices at once, the surface as soon as the bone is seen in 3-D."""

from napari_rpdl.data.case import Mask
from napari_rpdl.drilling.burr import Box
from napari_rpdl.gui.carving import CarvedSurface
from napari_rpdl.gui.layers import Layers


class CarvedView:
    """Shows a bone while it is drilled; a surface that nobody sees is not made."""

    def __init__(self, layers: Layers) -> None:
        self._layers = layers
        self._surface: CarvedSurface | None = None
        self._unseen: list[Box] = []

    def begin(self, surface: CarvedSurface, mask: Mask) -> None:
        """Show a bone and what is drilled of it, ``mask`` (z, y, x)."""
        self._surface = surface
        self._layers.drilling.show(surface, mask)
        self._layers.drilling.take_keys()

    def end(self) -> None:
        """Show it no more; what was not seen of it belongs to no other bone."""
        self._surface = None
        self._unseen.clear()
        self._layers.drilling.hide()
        self.use_cursor(None)

    def change(self, box: Box | None) -> None:
        """Show that the region changed within a box; nothing happens where None."""
        if box is None or self._surface is None:
            return
        if self._layers.standpoint.is_3d:
            rest_too = self._surface.carve(box)
            self._layers.drilling.changed(self._surface, rest_too)
        else:
            self._unseen.append(box)
            self._layers.drilling.changed(None, False)

    def catch_up(self) -> None:
        """Bring the surface up to date with what was drilled in slices, if the bone is seen in 3-D."""
        if self._unseen and self._layers.standpoint.is_3d:
            z, y, x = (
                slice(min(part.start for part in parts), max(part.stop for part in parts))
                for parts in zip(*self._unseen, strict=True)
            )
            self._unseen.clear()
            self.change((z, y, x))

    def use_cursor(self, diameter: float | None) -> None:
        """Show the burr as the mouse's cursor, or the usual one where None."""
        self._layers.drilling.use_burr_cursor(diameter)
