"""Where the bone in the viewer is cut open."""

from collections.abc import Callable

from qtpy.QtCore import QTimer

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.events import Failed
from napari_rpdl.gui.cut import Cut
from napari_rpdl.gui.cut_faces import bone_face
from napari_rpdl.gui.jobs import Jobs, Made, computing
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.meshes import NOTHING, Mesh
from napari_rpdl.gui.session import Session

RESTING_MS = 60


class CutCoordinator:
    """Cuts at once; the face that closes the bone follows when the hand rests.

    Args:
        region_of: returns what a surgeon or the network drilled of a case, None where unknown.
    """

    def __init__(
        self, session: Session, layers: Layers, jobs: Jobs, region_of: Callable[[Case, str], Mask | None]
    ) -> None:
        self._session, self._layers, self._jobs, self._region_of = session, layers, jobs, region_of
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(RESTING_MS)
        self._timer.timeout.connect(self._make_face)
        session.events.cut.connect(lambda _: self._cut())
        for changed in (session.events.case, session.events.left_by, session.events.decision):
            changed.connect(lambda _: self._follow())

    def choose(self, cut: Cut) -> None:
        """Cut the bone there, and all bones that stand side by side."""
        if cut.axis and not self._layers.standpoint.is_3d:
            self._layers.standpoint.set_3d(True)
        self._session.cut = cut

    def _follow(self) -> None:
        """Cut the next bone, or the next cavity, at the same place."""
        if self._session.cut.axis:
            self._cut()

    def _cut(self) -> None:
        case, cut = self._session.case, self._session.cut
        if case is None:
            return
        self._layers.cut_bone(cut.plane(case.grid.shape, case.side == "left"), cut.structures)
        self._layers.show_cut_face(NOTHING)
        if cut.axis and case.structures is not None:
            self._timer.start()
        else:
            self._timer.stop()

    def _make_face(self) -> None:
        case = self._session.case
        if case is not None and self._session.cut.axis:
            region = self._region_of(case, self._session.left_by)
            self._jobs.start("cut", computing(_face, case, region, self._session.cut), self._hear)

    def _hear(self, event: Made | Failed) -> None:
        if isinstance(event, Made) and self._session.shows(event.value[0]) and event.value[1] == self._session.cut:
            self._layers.show_cut_face(event.value[2])


def _face(case: Case, region: Mask | None, cut: Cut) -> tuple[str, Cut, Mesh]:
    return case.case_id, cut, bone_face(case, region, cut)
