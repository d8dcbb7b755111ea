"""Foreign files become a dataset, which is then opened."""

from collections.abc import Callable, Iterator
from pathlib import Path

from napari_rpdl.events import Event, Failed, Progressed, Said
from napari_rpdl.gui.jobs import Jobs
from napari_rpdl.gui.session import Session

JOB = "import"


class ImportCoordinator:
    """Runs one import at a time."""

    def __init__(self, session: Session, jobs: Jobs, open_dataset: Callable[[Path], None]) -> None:
        self._session, self._jobs, self._open = session, jobs, open_dataset
        self._failed = False

    def start(self, events: Iterator[Event], out: Path) -> None:
        """Follow an importer that writes the dataset folder ``out``; open it at the end."""
        if self._jobs.running(JOB):
            self._session.told = "An import is running. Wait for it to end."
            return
        self._failed = False
        self._session.busy = "Importing…"
        self._jobs.start(JOB, events, self._hear, lambda: self._end(out))

    def _hear(self, event: Event) -> None:
        match event:
            case Progressed(task=task, done=done, total=total):
                self._session.busy = f"{task}: {done} of {total}" if total else f"{task}…"
            case Said(text=text):
                self._session.told = text
            case Failed():
                self._failed = True

    def _end(self, out: Path) -> None:
        self._session.busy = ""
        if not self._failed:
            self._open(out)
