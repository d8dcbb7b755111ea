"""After the last lock, and with the key: what lay behind the codes, hints with their voxels, results."""

import webbrowser
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.drilling.effort import Effort, efforts
from napari_rpdl.errors import InputError
from napari_rpdl.events import Failed
from napari_rpdl.gui.camera import View, lamp
from napari_rpdl.gui.coordinators.grading import look, titles
from napari_rpdl.gui.grading_session import GradingSession
from napari_rpdl.gui.jobs import Jobs, Made, computing
from napari_rpdl.gui.meshes import Mesh, surface
from napari_rpdl.gui.palette import MARKED
from napari_rpdl.gui.scenes import scenes_of
from napari_rpdl.gui.tiles import Scene, Tiles
from napari_rpdl.review.gradebook import GradeBook
from napari_rpdl.review.hints import Hint
from napari_rpdl.review.sitting import Sitting
from napari_rpdl.review.study import UnblindingKey
from napari_rpdl.review.study_folder import StudyFolder, read_key
from napari_rpdl.review.unblinding import JudgedItem, Unblinded, bone_with_surgeons, judged, unblind


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """An unblinded result, ready to be looked at."""

    place: int
    bone: Case
    scenes: tuple[Scene, ...]
    judged: tuple[JudgedItem, ...]


class UnblindingCoordinator:
    """Holds the key from the moment a person shows it; that is refused before the last lock."""

    def __init__(self, session: GradingSession, tiles: Tiles, jobs: Jobs, study: StudyFolder, sitting: Sitting) -> None:
        self._session, self._tiles, self._jobs = session, tiles, jobs
        self._study, self._sitting = study, sitting
        self._key: UnblindingKey | None = None
        self._bone: Case | None = None

    def unblind(self, key_folder: Path) -> None:
        """Read the key and show what lay behind the codes.

        Raises:
            InputError: something is not locked, or this is not the study's key.
        """
        if not self._sitting.is_finished:
            msg = "Codes are revealed when everything is locked."
            raise InputError(msg)
        key = read_key(key_folder, self._study.study)
        found = unblind(self._sitting.book, key, self._sitting.grader)
        self._key = key
        self._session.unblinded = found
        self.show(0)

    def show(self, place: int) -> None:
        """Show one of the unblinded results with its hints."""
        if self._key is None or not 0 <= place < len(self._session.unblinded):
            return
        self._bone = None
        self._session.chosen, self._session.judged = place, ()
        self._session.busy = "Asking the voxels…"
        work = computing(_look_at, self._study, self._key, self._session.unblinded[place], place)
        self._jobs.start("unblinded", work, self._hear)

    def go_to(self, row: int) -> None:
        """Show where a hint comes from: mark its voxels, and slice through the middle one."""
        if self._bone is None or not 0 <= row < len(self._session.judged):
            return
        found = self._session.judged[row].hint
        tile = 1 + self._session.unblinded[self._session.chosen].tile
        if found is None or not len(found.voxels):
            self._tiles.mark(tile, None)
            return
        voxels = np.zeros(self._bone.grid.shape, np.bool_)
        voxels[tuple(found.voxels.T)] = True
        self._tiles.mark(tile, voxels, _lit(voxels, self._bone))
        self._tiles.standpoint.go_to(middle(found))

    def look(self, view: View) -> None:
        """Stand where a view stands, or slice where it slices."""
        if self._bone is not None:
            look(self._tiles, view, self._bone)

    def write_results(self, folder: Path) -> None:
        """Write the whole study's results into a folder and open the page.

        Raises:
            InputError: the key was not shown yet.
        """
        if self._key is None:
            msg = "The results need the key: choose its folder first."
            raise InputError(msg)
        self._session.busy = "Analysing the study…"
        work = computing(_report, self._sitting.book, self._key, folder)
        self._jobs.start("results", work, self._hear_results)

    def _hear(self, event: Made | Failed) -> None:
        self._session.busy = ""
        if isinstance(event, Failed) or event.value.place != self._session.chosen:
            return
        looked: Looked = event.value
        self._bone = looked.bone
        self._tiles.cover(False)
        self._tiles.show(looked.bone, looked.scenes)
        self._tiles.mark(0, None)
        self._tiles.standpoint.look("surgical", looked.bone)
        self._tiles.standpoint.fit()
        self._session.judged = looked.judged

    def _hear_results(self, event: Made | Failed) -> None:
        self._session.busy = ""
        if isinstance(event, Made):
            self._session.told = f"Wrote {event.value}."
            open_page(event.value)


def middle(found: Hint) -> tuple[int, ...]:
    """Return the voxel (z, y, x) of a hint that lies nearest to the middle of all of them."""
    center = found.voxels.mean(axis=0)
    return tuple(int(at) for at in found.voxels[((found.voxels - center) ** 2).sum(axis=1).argmin()])


def _look_at(study: StudyFolder, key: UnblindingKey, result: Unblinded, place: int) -> Looked:
    presentation = result.presentation
    bone = bone_with_surgeons(study, key, presentation)
    regions = [study.region(code, bone) for code in presentation.tiles]
    names = [key.row(code).candidate.source for code in presentation.tiles]
    shown = titles(presentation)
    named = [shown[0], *(f"{title}: {name}" for title, name in zip(shown[1:], names, strict=True))]
    told = judged(study.study.scale, result.answers, regions[result.tile], bone)
    return Looked(place, bone, scenes_of(bone, regions, named), told)


def _lit(voxels: Mask, bone: Case) -> Mesh:
    return surface(voxels, MARKED, lamp(bone.side))


def report_on(study: Path, answers: str, key: Path, out: Path, corrections: Path | None = None) -> Path:
    """Write a study's results; return the path of the page.

    Args:
        study: folder of the study.
        answers: file or postgresql:// address; the study's own file when empty.
        key: folder of the key.
        out: folder for the report.
        corrections: dataset in which surgeons corrected predictions of the study's bones.

    Raises:
        InputError: something cannot be read or written, or the key is another study's.
    """
    opened = StudyFolder.open(study)
    book = GradeBook(answers or opened.answers_file, opened.study)
    spent = () if corrections is None else efforts(Dataset.open(corrections))
    return _report(book, read_key(key, opened.study), out, spent)


def open_page(page: Path) -> None:
    """Show a page in the person's browser."""
    webbrowser.open(page.absolute().as_uri())


def _report(book: GradeBook, key: UnblindingKey, folder: Path, spent: Iterable[Effort] = ()) -> Path:
    from napari_rpdl.review.report import write_results  # imported late: matplotlib and statsmodels take seconds
    from napari_rpdl.review.results import results

    return write_results(results(book, key, spent), folder)
