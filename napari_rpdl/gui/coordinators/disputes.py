"""Where the surgeons of the bone in the viewer disagree most."""

from napari_rpdl.data.case import Case
from napari_rpdl.evaluation.hot_spots import HotSpot, hot_spots
from napari_rpdl.gui.jobs import Jobs, Made, computing
from napari_rpdl.gui.session import Session


class DisputeCoordinator:
    """Looks for hot spots on every bone that several surgeons drilled."""

    def __init__(self, session: Session, jobs: Jobs) -> None:
        self._session, self._jobs = session, jobs
        session.events.case.connect(self._look)

    def _look(self, case: Case | None) -> None:
        self._session.hot_spots = ()
        if case is not None and len(case.annotations) > 1:
            self._jobs.start("hot spots", computing(_hot_spots, case), self._hear)

    def _hear(self, event: object) -> None:
        if isinstance(event, Made) and self._session.shows(event.value[0]):
            self._session.hot_spots = event.value[1]


def _hot_spots(case: Case) -> tuple[str, tuple[HotSpot, ...]]:
    return case.case_id, hot_spots(case)
