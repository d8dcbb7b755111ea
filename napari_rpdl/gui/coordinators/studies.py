"""A grading study is written from the open dataset."""

from collections.abc import Iterator

from napari_rpdl.events import Event, Failed, Progressed
from napari_rpdl.gui.jobs import Jobs
from napari_rpdl.gui.session import Session

JOB = "study"


class StudyCoordinator:
    """Writes one study at a time."""

    def __init__(self, session: Session, jobs: Jobs) -> None:
        self._session, self._jobs = session, jobs
        self._failed = False

    def write(self, events: Iterator[Event], said: str) -> None:
        """Follow the writing of a study; say ``said`` when it is there."""
        if self._jobs.running(JOB):
            self._session.told = "A study is being written. Wait for it to end."
            return
        self._failed = False
        self._session.busy = "Writing the study…"
        self._jobs.start(JOB, events, self._hear, lambda: self._end(said))

    def _hear(self, event: Event) -> None:
        if isinstance(event, Progressed):
            self._session.busy = f"{event.task}: {event.done} of {event.total}"
        self._failed |= isinstance(event, Failed)

    def _end(self, said: str) -> None:
        self._session.busy = ""
        if not self._failed:
            self._session.told = said
