"""What the table of bones tells: who drilled, what was predicted, and a picture of each."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from napari_rpdl.data.case_folder import annotators
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.gui.case_table import THUMBNAIL
from napari_rpdl.gui.jobs import Jobs, Made, computing
from napari_rpdl.gui.session import CaseFacts, Session, Thumbnail

_MOST = 300
"""Bones beyond these get no picture: making one takes a fifth of a second."""


class OverviewCoordinator:
    """Counts at once; draws afterwards, one bone at a time, and no more than half of the time."""

    def __init__(self, session: Session, jobs: Jobs) -> None:
        self._session, self._jobs = session, jobs
        self._drawn: Path | None = None
        session.events.dataset.connect(self._start_anew)
        session.events.case.connect(lambda _: self._draw())
        session.events.found.connect(lambda _: self.count())
        session.events.predicting.connect(lambda predicting: None if predicting else self.count())

    def _start_anew(self, _: Dataset | None) -> None:
        self._session.facts = {}
        self.count()

    def count(self) -> None:
        """Count surgeons and predictions of every bone anew."""
        session = self._session
        if session.dataset is not None:
            runs = {run.folder for run in session.found.runs} | ({session.run} if session.run else set())
            self._jobs.start("overview", computing(_facts, session.dataset, sorted(runs)), self._hear_facts)

    def _hear_facts(self, event: object) -> None:
        if isinstance(event, Made) and self._session.dataset is event.value[0]:
            graded = {case_id: fact.graded for case_id, fact in self._session.facts.items()}
            self._session.facts = {
                case_id: CaseFacts(surgeons, predictions, graded.get(case_id, 0))
                for case_id, (surgeons, predictions) in event.value[1].items()
            }

    def _draw(self) -> None:
        """Draw the bones of a dataset once its first bone is shown, which must not wait for this."""
        dataset = self._session.dataset
        if dataset is not None and self._session.case is not None and self._drawn != dataset.folder:
            self._drawn = dataset.folder
            self._jobs.start("thumbnails", _pictures(dataset), self._hear_picture)

    def _hear_picture(self, event: object) -> None:
        if (
            isinstance(event, Made)
            and self._session.dataset is not None
            and self._session.dataset.folder == self._drawn
        ):
            self._session.thumbnail = event.value


def _facts(dataset: Dataset, runs: Sequence[Path]) -> tuple[Dataset, dict[str, tuple[int, int]]]:
    counts = {}
    for case_id in dataset.case_ids:
        drilled = len(annotators(dataset.case_folder(case_id)) & set(dataset.surgeons))
        predicted = sum((run / "predictions" / f"{case_id}.nii.gz").is_file() for run in runs)
        counts[case_id] = drilled, predicted
    return dataset, counts


def _pictures(dataset: Dataset) -> Iterator[Made | None]:
    """Draw each bone that can be read; what is wrong with another is told when it is opened."""
    from napari_rpdl.figures.bone_view import bone_view

    for case_id in dataset.case_ids[:_MOST]:
        began = time.monotonic()
        try:
            pixels = bone_view(dataset.case(case_id), size=THUMBNAIL).pixels
        except InputError:
            yield None
            continue
        yield Made(Thumbnail(case_id, pixels))
        yield from _rest(time.monotonic() - began)


def _rest(seconds: float) -> Iterator[None]:
    """Wait, but let whoever follows stop meanwhile."""
    until = time.monotonic() + min(seconds, 2.0)
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, 0.1))
        yield None
