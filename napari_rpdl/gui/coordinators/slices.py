"""Three slices that follow the crosshair, the bone and whom it is seen by."""

from collections.abc import Callable

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.evaluation.landmarks import Voxel, drilled_heart
from napari_rpdl.evaluation.probe import Probe
from napari_rpdl.gui.cut import ACROSS, CutAxis
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.meshes import cross
from napari_rpdl.gui.ortho import AXES, Ortho, SliceShown
from napari_rpdl.gui.palette import NETWORK, surgeon_color
from napari_rpdl.gui.session import Session
from napari_rpdl.gui.slice_pictures import aspect, slice_picture

_REST: dict[CutAxis, tuple[int, int]] = {"axial": (1, 2), "coronal": (0, 2), "sagittal": (0, 1)}
"""The axes (z, y, x) along a slice's height and width; both grow against the screen's directions."""


class SliceCoordinator:
    """Keeps crosshair, slices and the viewer's own slider in one voxel.

    Args:
        region_of: returns what a surgeon or the network drilled of a case, None where unknown.
    """

    def __init__(
        self, session: Session, ortho: Ortho, layers: Layers, region_of: Callable[[Case, str], Mask | None]
    ) -> None:
        self._session, self._ortho, self._layers, self._region_of = session, ortho, layers, region_of
        self._moving = False
        events = session.events
        events.case.connect(self._follow_case)
        events.probe.connect(self._follow_probe)
        events.cursor.connect(lambda _: self._show())
        for changed in (events.surgeons, events.left_by, events.decision):
            changed.connect(lambda _: self._show())
        ortho.events.seen.connect(lambda _: self._show())
        layers.standpoint.follow(self._follow_viewer)

    def see(self, seen: bool) -> None:
        """Draw slices from now on, or no longer."""
        self._ortho.seen = seen

    def go_to_place(self, axis: CutAxis, right: float, down: float) -> None:
        """Move the crosshair to a place of a slice: shares of its width and height from its upper left corner."""
        voxel, case = self._session.cursor, self._session.case
        if voxel is None or case is None:
            return
        vertical, horizontal = _REST[axis]
        moved = list(voxel)
        for along, share in ((vertical, 1 - down), (horizontal, 1 - right)):
            size = case.grid.shape[along]
            moved[along] = min(max(int(share * size), 0), size - 1)
        self.go_to((moved[0], moved[1], moved[2]))

    def step(self, axis: CutAxis, by: int) -> None:
        """Go to another layer across an axis."""
        voxel, case = self._session.cursor, self._session.case
        if voxel is not None and case is not None:
            moved, across = list(voxel), ACROSS[axis]
            moved[across] = min(max(moved[across] + by, 0), case.grid.shape[across] - 1)
            self.go_to((moved[0], moved[1], moved[2]))

    def go_to(self, voxel: Voxel) -> None:
        """Move the crosshair everywhere, the viewer's slider included."""
        self._moving = True
        try:
            self._layers.standpoint.go_to(voxel)
        finally:
            self._moving = False
        self._session.cursor = voxel

    def _follow_viewer(self, voxel: Voxel | None) -> None:
        if not self._moving and voxel is not None and self._session.case is not None:
            self._session.cursor = voxel

    def _follow_probe(self, probe: Probe | None) -> None:
        if probe is not None:
            self.go_to(probe.voxel)

    def _follow_case(self, case: Case | None) -> None:
        """Stay at the same voxel where the next bone has it."""
        voxel = self._session.cursor
        if case is None:
            self._session.cursor = None
        elif voxel is None or any(index >= size for index, size in zip(voxel, case.grid.shape, strict=True)):
            z, y, x = (size // 2 for size in case.grid.shape)
            self._session.cursor = drilled_heart(case) or (z, y, x)
        self._show()

    def _show(self) -> None:
        case, voxel = self._session.case, self._session.cursor
        if case is None or voxel is None or not self._ortho.seen:
            self._layers.show_crosshair(None)
            self._ortho.slices, self._ortho.words = (), ""
            return
        drilled = self._region_of(case, self._session.left_by)
        outlines = self._outlines(case)
        self._ortho.slices = tuple(_slice(case, axis, voxel, drilled, outlines) for axis in AXES)
        self._ortho.words = _words(case, voxel)
        self._layers.show_crosshair(cross(voxel, max(case.grid.shape) / 12, case.grid.shape))

    def _outlines(self, case: Case) -> list[tuple[Mask, str]]:
        session = self._session
        everyone = session.dataset.surgeons if session.dataset is not None else case.surgeons
        chosen = [name for name in session.surgeons if name in case.surgeons]
        outlines = [(case.annotation(name).mask, surgeon_color(everyone.index(name))) for name in chosen]
        if session.decision is not None:
            outlines.append((session.decision.mask, NETWORK))
        return outlines


def _slice(
    case: Case, axis: CutAxis, voxel: Voxel, drilled: Mask | None, outlines: list[tuple[Mask, str]]
) -> SliceShown:
    across, (vertical, horizontal) = ACROSS[axis], _REST[axis]
    sizes = case.grid.shape
    crossing = tuple(1 - (voxel[along] + 0.5) / sizes[along] for along in (horizontal, vertical))
    pixels = slice_picture(case, axis, voxel[across], drilled, outlines)
    return SliceShown(axis, pixels, aspect(case, axis), (crossing[0], crossing[1]), (voxel[across] + 1, sizes[across]))


def _words(case: Case, voxel: Voxel) -> str:
    """Return what lies at a voxel and who drilled it."""
    z, y, x = voxel
    what = case.table[int(case.labels()[voxel])].name if case.structures is not None else "no structures known"
    who = [annotation.surgeon for annotation in case.annotations if annotation.mask[voxel]]
    drilled = f"drilled by {len(who)} of {len(case.annotations)}" + (f": {', '.join(who)}" if who else "")
    return f"{what} at z {z}, y {y}, x {x} — {drilled if case.annotations else 'no surgeon drilled this bone'}"
