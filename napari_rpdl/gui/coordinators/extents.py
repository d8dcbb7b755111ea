"""How much and how deep each surgeon of the bone in the viewer drilled."""

from napari_rpdl.data.case import Case
from napari_rpdl.evaluation.cavity import Extent, extent
from napari_rpdl.gui.jobs import Jobs, Made, computing
from napari_rpdl.gui.session import Session


class ExtentCoordinator:
    """Measures every bone's regions in the background: large ones take as long as a few frames."""

    def __init__(self, session: Session, jobs: Jobs) -> None:
        self._session, self._jobs = session, jobs
        session.events.case.connect(self._measure)

    def _measure(self, case: Case | None) -> None:
        self._session.extents = {}
        if case is not None and case.annotations:
            self._jobs.start("extents", computing(_extents, case), self._hear)

    def _hear(self, event: object) -> None:
        if isinstance(event, Made) and self._session.shows(event.value[0]):
            self._session.extents = event.value[1]


def _extents(case: Case) -> tuple[str, dict[str, Extent]]:
    return case.case_id, {one.surgeon: extent(one.mask, case) for one in case.annotations}
