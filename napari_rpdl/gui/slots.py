"""The layers of one viewer, each found by its role and used again for the next bone."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.gui.meshes import Mesh
from napari_rpdl.gui.opengl import current_context
from napari_rpdl.gui.roles import drawing_rank
from napari_rpdl.gui.space import METADATA, metadata_of, placement
from napari_rpdl.gui.standpoint import Standpoint

_ROLE = "role"
_LONG_NAMES = {"mm": "millimeter"}


class Slots:
    """Fills, places and switches layers.

    napari lays out everything anew at each change of a layer; a bone consists of a dozen
    of them. So what is as it should be stays untouched, and what changes does so once.

    Args:
        viewer: napari's viewer or its model.
        standpoint: knows the grid of the bone.
        fits: says whether a role is worth seeing in the dimension that is shown.

    Attributes:
        case_id: the bone that layers are filled for.
        wanted: by role: whether its layer is wanted where it fits.
    """

    def __init__(self, viewer: Any, standpoint: Standpoint, fits: Callable[[str], bool]) -> None:
        self._viewer, self._standpoint, self._fits = viewer, standpoint, fits
        self.case_id = ""
        self.wanted: dict[str, bool] = {}
        self._at_once = False

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Let one bone give way to the next in a single step: no layer of ours draws before the end.

        napari slices a visible layer anew at each change of its data, its place and the point that is shown; a hidden
        one only once, when it appears. It also walks through the whole scene whenever it hears of a layer that
        appears or vanishes, so it is told of those alone that have changed in the end.
        """
        self._at_once = True
        before = [layer for layer in self._ours() if layer.visible]
        for layer in before:
            with layer.events.visible.blocker():
                layer.visible = False
        try:
            yield
        finally:
            self._at_once = False
            for layer in before:
                visible = self._seen(layer.metadata[METADATA][_ROLE])
                with layer.events.visible.blocker() if visible else nullcontext():
                    layer.visible = visible
            for role in self.roles():
                self._apply(role)

    # -- filling ----------------------------------------------------------------------

    def image(self, role: str, data: Any) -> Any:
        """Show an array (z, y, x), or what can be read like one, as an image; return its layer."""
        return self._array(role, data, self._viewer.add_image, role)

    def labels(self, role: str, data: NDArray[np.uint8], name: str = "") -> Any:
        """Show codes (z, y, x), under the role's name where none is given; return their layer."""
        return self._array(role, data, self._viewer.add_labels, name or role)

    def _array(self, role: str, data: Any, add: Callable[..., Any], name: str) -> Any:
        layer = self.find(role)
        if layer is None:
            with current_context():
                layer = add(data, **self._fresh(role, name))
            self._order()
        else:
            layer.data = data
            layer.name = name
        self.place(layer)
        self.want(role, True)
        return layer

    def surface(self, role: str, mesh: Mesh) -> Any:
        """Show a surface, hide it where it is empty; return its layer."""
        vertices, faces, shades = mesh.drawable.vertices, mesh.drawable.faces, mesh.drawable.colors
        layer = self.find(role)
        if layer is None:
            new = self._fresh(role, role)
            layer = self._viewer.add_surface((vertices, faces), vertex_colors=shades, shading="none", **new)
            self._order()
        else:
            with layer.events.data.blocker(), layer.events.set_data.blocker():  # drawn once, not three times
                layer.vertex_colors = None  # the old colours do not fit the new vertices
                layer.data = (vertices, faces)
            layer.vertex_colors = shades
        self.place(layer)
        self.want(role, not mesh.is_empty)
        return layer

    def _fresh(self, role: str, name: str) -> dict[str, Any]:
        return {"name": name, "visible": False, "metadata": {METADATA: {_ROLE: role}}} | placement(
            self._standpoint.grid
        )

    def _order(self) -> None:
        """Keep what must stay visible on top: later layers are drawn over earlier ones."""
        ranks = [drawing_rank(layer.metadata.get(METADATA, {}).get(_ROLE, "")) for layer in self._viewer.layers]
        order = sorted(range(len(ranks)), key=lambda index: ranks[index])
        if order != sorted(order):
            self._viewer.layers.move_multiple(order, 0)

    def place_all(self) -> None:
        """Put all layers where the case lies; napari, which lays out all of them anew at each move, is told once."""
        layers = list(self._ours())
        for layer in layers:
            with ExitStack() as quiet:
                for name in ("translate", "units", "axis_labels"):
                    quiet.enter_context(getattr(layer.events, name).blocker())
                self.place(layer)
        if layers:
            layers[-1].events.translate()

    def place(self, layer: Any) -> None:
        """Put a layer where the case lies and remember how to save it; what lies there already stays untouched."""
        where = placement(self._standpoint.grid)
        if not _same(layer.scale, where["scale"]) or not _same(layer.translate, where["translate"]):
            with layer.events.scale.blocker():  # napari lays out everything anew at each: once is enough
                layer.scale = where["scale"]
            layer.translate = where["translate"]
        for name in ("units", "axis_labels"):
            if not _same(getattr(layer, name), where[name]):
                setattr(layer, name, where[name])
        role = layer.metadata[METADATA][_ROLE]
        layer.metadata = {**layer.metadata, **metadata_of(self._standpoint.grid, role=role, case_id=self.case_id)}

    # -- finding and switching --------------------------------------------------------

    def roles(self) -> list[str]:
        """Return the roles of all layers of ours."""
        return [layer.metadata[METADATA][_ROLE] for layer in self._ours()]

    def _ours(self) -> Iterator[Any]:
        return (layer for layer in self._viewer.layers if self.is_ours(layer))

    def is_ours(self, layer: Any) -> bool:
        """Say whether a layer was made here."""
        return bool(layer.metadata.get(METADATA, {}).get(_ROLE))

    def find(self, role: str) -> Any | None:
        """Return the layer of a role, however a person renamed it; None where there is none."""
        for layer in self._viewer.layers:
            if layer.metadata.get(METADATA, {}).get(_ROLE) == role:
                return layer
        return None

    def want(self, role: str, wanted: bool) -> None:
        """Let a layer be seen where its role fits what is shown, or not at all."""
        self.wanted[role] = wanted
        if not self._at_once:
            self._apply(role)

    def _apply(self, role: str) -> None:
        layer, visible = self.find(role), self._seen(role)
        if layer is not None and layer.visible != visible:
            layer.visible = visible

    def _seen(self, role: str) -> bool:
        return self.wanted.get(role, False) and self._fits(role)


def _same(kept: Any, given: Any) -> bool:
    """Compare what napari keeps with what it was given; it keeps units under their long names."""
    if isinstance(given[0], str):
        return [str(part) for part in kept] == [_LONG_NAMES.get(part, part) for part in given]
    return np.array_equal(kept, given)
