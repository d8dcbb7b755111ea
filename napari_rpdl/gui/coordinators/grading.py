"""A grader's wishes: show, answer, lock, pause. Everything stays under codes."""

from collections.abc import Callable
from dataclasses import dataclass

from napari_rpdl.data.case import Case
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.landmarks import Voxel, lateral_canal
from napari_rpdl.events import Failed
from napari_rpdl.gui.camera import SLICED, View
from napari_rpdl.gui.grading_session import GradingSession, Progress
from napari_rpdl.gui.jobs import Jobs, Made, computing
from napari_rpdl.gui.scenes import scenes_of
from napari_rpdl.gui.tiles import Scene, Tiles
from napari_rpdl.review.sitting import Sitting
from napari_rpdl.review.study import Presentation
from napari_rpdl.review.study_folder import StudyFolder

_NOT_YET = "Wait until the bone is shown."


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A presentation, ready to be looked at."""

    presentation: Presentation
    bone: Case
    scenes: tuple[Scene, ...]
    data_hash: str


class GradingCoordinator:
    """Leads a grader through a study; never holds the key."""

    def __init__(self, session: GradingSession, tiles: Tiles, jobs: Jobs, study: StudyFolder, sitting: Sitting) -> None:
        self._session, self._tiles, self._jobs = session, tiles, jobs
        self._study, self._sitting = study, sitting
        self._bone: Case | None = None

    # -- wishes -----------------------------------------------------------------------

    def begin(self) -> None:
        """Show the first presentation that is not locked."""
        self._session.item = self._first_open()
        self._show()

    def answer(self, score: float | None) -> None:
        """Answer the current question; None is "not assessable"."""
        item_id = self._session.item
        if self._act(lambda: self._sitting.answer(item_id, score, self._tiles.view_state())) and self._sitting.goes_on:
            self._go_on(item_id)

    def be_sure(self, confidence: int) -> None:
        """Say how sure the answer to the current question is."""
        self._act(lambda: self._sitting.be_sure(self._session.item, confidence, self._tiles.view_state()))

    def comment(self, item_id: str, text: str) -> None:
        """Comment on a question."""
        self._act(lambda: self._sitting.comment(item_id, text, self._tiles.view_state()))

    def choose_item(self, item_id: str) -> None:
        """Make a question the one that keys answer."""
        self._sitting.touch()
        self._session.item = item_id

    def step_item(self, by: int) -> None:
        """Go to the next (+1) or previous (-1) question."""
        ids = [item.id for item in self._session.scale.items]
        place = ids.index(self._session.item) + by
        if 0 <= place < len(ids):
            self.choose_item(ids[place])

    def step(self, by: int) -> None:
        """Show the next (+1) or previous (-1) presentation that is not locked."""
        if self._may_act() and self._sitting.step(by):
            self._session.item = self._first_open()
            self._show()

    def lock(self) -> None:
        """Make the answers final and go on to what is left."""
        if self._act(self._sitting.lock):
            self._session.item = self._first_open()
            self._show()

    def pause(self, paused: bool) -> None:
        """Cover the bones and stop the time, or go on."""
        if paused:
            self._sitting.pause()
        else:
            self._sitting.resume()
        self._tiles.cover(paused)
        self._session.resting = paused

    def save_again(self) -> None:
        """Try once more to write what could not be written."""
        self._act(self._sitting.save_again)

    def let_go(self) -> int:
        """Write what can still be written before the window closes; return how many answers would be lost."""
        try:
            self._sitting.save_again()
        except InputError as error:
            self._tell(str(error))
        return self._sitting.unsaved

    def look(self, view: View) -> None:
        """Stand where a view stands, or slice where it slices."""
        self._sitting.touch()
        if self._bone is None or self._session.resting:
            return
        look(self._tiles, view, self._bone)

    def touch(self) -> None:
        """Note that the grader moves."""
        self._sitting.touch()

    def tick(self) -> None:
        """Show the time."""
        self._session.seconds = self._sitting.active_seconds

    # -- doing ------------------------------------------------------------------------

    def _may_act(self) -> bool:
        if self._session.resting or self._session.finished:
            return False
        if self._bone is None:
            self._say(_NOT_YET)
            return False
        return True

    def _act(self, act: Callable[[], None]) -> bool:
        """Do what a grader wishes; what could not be written is told at once, and stays on the form."""
        if not self._may_act():
            return False
        try:
            act()
        except InputError as error:
            self._refresh()
            self._tell(str(error))
            return False
        self._refresh()
        if not self._sitting.unsaved:
            self._session.trouble = ""
        return True

    def _tell(self, text: str) -> None:
        """Say what is wrong: beside the answers that it concerns, where some are not in the record."""
        unsaved = self._sitting.unsaved
        if unsaved:
            answers = "1 answer is" if unsaved == 1 else f"{unsaved} answers are"
            self._session.trouble = f"{answers} on this form but not in the record. {text}"
        else:
            self._say(text)

    def _say(self, text: str) -> None:
        self._session.told = ""  # the same sentence twice is told twice
        self._session.told = text

    def _refresh(self) -> None:
        sitting, session = self._sitting, self._session
        session.drafts = sitting.drafts
        session.finished = sitting.is_finished
        open_ones = [index for index in range(sitting.count) if index not in sitting.locked]
        session.progress = Progress(
            index=sitting.index,
            count=sitting.count,
            locked=len(sitting.locked),
            practice=sitting.presentation.phase == "calibration",
            titles=titles(sitting.presentation),
            has_previous=any(index < sitting.index for index in open_ones),
            has_next=any(index > sitting.index for index in open_ones),
        )
        session.seconds = sitting.active_seconds

    def _first_open(self) -> str:
        items = self._session.scale.items
        drafts = self._sitting.drafts
        return next((item.id for item in items if not _answered(drafts.get(item.id))), items[0].id)

    def _go_on(self, item_id: str) -> None:
        """Go to the next question without an answer, counted from ``item_id``; stay where there is none."""
        items = self._session.scale.items
        if self._session.scale.item(item_id).answer == "visual analogue":
            return  # it is set in several steps
        place = [item.id for item in items].index(item_id)
        for item in items[place + 1 :]:
            if not _answered(self._session.draft(item.id)):
                self._session.item = item.id
                return

    # -- showing ----------------------------------------------------------------------

    def _show(self) -> None:
        self._bone = None
        self._refresh()
        if self._sitting.is_finished:
            self._tiles.cover(True)
            self._session.busy = ""
            return
        self._session.busy = "Loading the bone…"  # the last one stays in view; it cannot be answered any more
        work = computing(_make, self._study, self._sitting.presentation)
        self._jobs.start("presentation", work, self._hear)

    def _hear(self, event: Made | Failed) -> None:
        self._session.busy = ""
        if isinstance(event, Failed):
            self._tiles.cover(True)
            self._say(event.text)
            return
        shown: Shown = event.value
        if shown.presentation != self._sitting.presentation:
            return
        self._bone = shown.bone
        self._sitting.shown(shown.data_hash)
        self._sitting.resume()
        self._tiles.show(shown.bone, shown.scenes)
        self._tiles.cover(self._session.resting)
        self._tiles.standpoint.look("surgical", shown.bone)  # everybody starts from the same view
        self._tiles.standpoint.fit()


def titles(presentation: Presentation) -> tuple[str, ...]:
    """Return what is written over the tiles: codes, from left to right."""
    if len(presentation.tiles) == 1:
        return f"Original {presentation.bone}", f"Result {presentation.tiles[0]}"
    sides = ("Left", "Right")
    results = (f"{side} {code}" for side, code in zip(sides, presentation.tiles, strict=True))
    return f"Original {presentation.bone}", *results


def look(tiles: Tiles, view: View, bone: Case) -> None:
    """Stand where a view stands, or slice where it slices."""
    if view in SLICED:
        tiles.standpoint.slice_through(SLICED[view], _landmark(bone))
    else:
        tiles.standpoint.look(view, bone)
        tiles.standpoint.fit()


def _landmark(bone: Case) -> Voxel | None:
    return lateral_canal(bone) if bone.structures is not None else None


def _answered(draft: object) -> bool:
    return bool(draft is not None and getattr(draft, "answered", False))


def _make(study: StudyFolder, presentation: Presentation) -> Shown:
    bone = study.bone(presentation)
    regions = [study.region(code, bone) for code in presentation.tiles]
    return Shown(presentation, bone, scenes_of(bone, regions, titles(presentation)), study.data_hash(presentation))
