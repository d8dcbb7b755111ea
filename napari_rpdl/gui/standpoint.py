"""Where the viewer's camera stands and what it slices through."""

from collections.abc import Callable
from typing import Any

from napari_rpdl.data.case import Case
from napari_rpdl.data.volume import Grid
from napari_rpdl.gui.camera import View, stance

_STORED_ORDER = (0, 1, 2)
_NEAR = 2.5


class Standpoint:
    """The camera and the slider of one viewer, on the grid of the bone that is shown."""

    def __init__(self, viewer: Any) -> None:
        self._viewer = viewer
        self.grid = Grid.of_shape((1, 1, 1))
        viewer.canvas.overlays.scale_bar.visible = True  # its unit is that of the layers: mm, or pixels where unknown

    @property
    def is_3d(self) -> bool:
        """Whether the viewer shows three dimensions."""
        return bool(self._viewer.dims.ndisplay == 3)

    def when_turned(self, act: Callable[[], None]) -> None:
        """Call ``act`` whenever the viewer has turned from slices to 3-D or back."""
        self._viewer.dims.events.ndisplay.connect(lambda _: act())

    def look(self, view: View, case: Case) -> None:
        """Turn to 3-D and stand where a view stands."""
        self.set_3d(True)
        self.face(view, case)

    def face(self, view: View, case: Case) -> None:
        """Stand where a view stands, as soon as there are three dimensions."""
        towards = stance(view, case.side)
        self._viewer.scene.camera.set_view_direction(towards.gaze, towards.up)

    def set_3d(self, on: bool) -> None:
        """Show surfaces, or slices."""
        if on:
            self._viewer.dims.order = _STORED_ORDER  # a slice may have turned the axes
        self._viewer.dims.ndisplay = 3 if on else 2
        self.orient()

    def slice_through(self, order: tuple[int, int, int], voxel: tuple[int, int, int] | None) -> None:
        """Show the slice across the first axis of ``order`` through ``voxel`` (z, y, x), the middle where None."""
        self._viewer.dims.ndisplay = 2
        self._viewer.dims.order = order
        self.fit(voxel)

    def fit(self, voxel: tuple[int, int, int] | None = None) -> None:
        """Bring the whole bone into view, sliced at ``voxel`` (z, y, x), in the middle where None."""
        self.orient()
        self._viewer.reset_view(reset_camera_angle=False)
        self.go_to(voxel or tuple(size // 2 for size in self.grid.shape))

    def go_to(self, voxel: tuple[int, ...]) -> None:
        """Slice through a voxel (z, y, x)."""
        placed = zip(self.grid.origin, self.grid.steps, voxel, strict=True)
        self._viewer.dims.set_point((0, 1, 2), [origin + step * index for origin, step, index in placed])

    def fly_to(self, voxel: tuple[int, int, int]) -> None:
        """Bring a voxel (z, y, x) near, in the middle of the 3-D picture; the gaze keeps its direction."""
        self.set_3d(True)
        self._viewer.reset_view(reset_camera_angle=False)
        camera, grid = self._viewer.scene.camera, self.grid
        placed = zip(grid.origin, grid.steps, voxel, strict=True)
        camera.center = tuple(origin + step * index for origin, step, index in placed)
        camera.zoom *= _NEAR

    def follow(self, hear: Callable[[tuple[int, int, int] | None], None]) -> None:
        """Tell from now on which voxel (z, y, x) the sliders point at, None outside the grid."""

        def tell(_: object) -> None:
            point = self._viewer.dims.point
            hear(self.voxel_at(point[-3:]) if len(point) >= 3 else None)  # fewer where all layers are gone

        self._viewer.dims.events.point.connect(tell)

    def orient(self) -> None:
        """Show the patient unmirrored: napari's own default shows (z, y, x) as a mirror image.

        In axial slices the face is up and the patient's right on the left, as radiologists look.
        """
        self._viewer.scene.camera.orientation = ("away", "up", "left")

    def voxel_at(self, point: Any) -> tuple[int, int, int] | None:
        """Return the voxel (z, y, x) that holds a point of the world, None outside the grid."""
        place = zip(point, self.grid.origin, self.grid.steps, strict=True)
        z, y, x = (round((at - origin) / step) for at, origin, step in place)
        inside = all(0 <= index < size for index, size in zip((z, y, x), self.grid.shape, strict=True))
        return (z, y, x) if inside else None
