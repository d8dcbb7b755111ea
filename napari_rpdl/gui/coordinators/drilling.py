"""A surgeon drills the bone in the viewer: start, strokes, undo, autosave, saving."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.drill_log import Mode
from napari_rpdl.drilling.burr import Box
from napari_rpdl.drilling.recorded import RecordedDrilling
from napari_rpdl.drilling.region import Tool
from napari_rpdl.errors import InputError
from napari_rpdl.gui.coordinators.bench import Begin, Bench, Joined, bench_of, save, volume_words
from napari_rpdl.gui.coordinators.burr_hand import BurrHand, Point
from napari_rpdl.gui.coordinators.carved_view import CarvedView
from napari_rpdl.gui.coordinators.starts import find_unsaved, start_choices, starting_mask
from napari_rpdl.gui.drill_state import DrillState, StartChoice
from napari_rpdl.gui.jobs import Jobs, Made, computing
from napari_rpdl.gui.keys import Keys
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.session import Session
from napari_rpdl.settings import DrillingSettings

JOB = "drilling"
SAVING = "saving a drilling"
SMALLEST, LARGEST = 0.1, 100.0
_GROWTH = 1.25


class DrillCoordinator:
    """Lets a surgeon drill.

    Args:
        renew: shows a dataset and a bone that have one surgeon more.
        leave: is called when drilling ends, to show the bone as it was.
    """

    def __init__(
        self,
        session: Session,
        layers: Layers,
        jobs: Jobs,
        renew: Callable[[Dataset, Case], None],
        leave: Callable[[], None],
    ) -> None:
        self._session, self._layers, self._jobs, self._renew, self._leave = session, layers, jobs, renew, leave
        self._bench: Bench | None = None
        self._hand: BurrHand | None = None
        self._view = CarvedView(layers)
        self._saved_as = self._problem = ""
        self._renewing = False
        session.events.case.connect(self._meet)
        session.events.decision.connect(lambda _: self.offer())
        layers.standpoint.when_turned(self._catch_up)

    @property
    def region(self) -> Mask:
        """What is drilled, bool (z, y, x).

        Raises:
            InputError: nobody drills.
        """
        if self._bench is None:
            msg = "Nobody drills. Start drilling first."
            raise InputError(msg)
        return self._bench.drilling.region.mask

    # -- wishes -----------------------------------------------------------------------

    def offer(self) -> None:
        """Offer what there is to start from."""
        self._session.drill_starts = start_choices(self._session)

    def start(self, choice: StartChoice) -> None:
        """Begin to drill at a region, or go on with an unsaved drilling.

        Raises:
            InputError: the region is not there any more, or something is drilled already.
        """
        session, case = self._session, self._session.case
        if case is None or session.dataset is None:
            return
        if self._bench is not None or self._jobs.running(JOB):
            msg = "A bone is being drilled. End that first."
            raise InputError(msg)
        session.busy = "Preparing the bone…"
        folder = session.dataset.case_folder(case.case_id)
        if choice.kind == "unsaved":
            found = find_unsaved(session, choice)
            begin: Begin = partial(RecordedDrilling.resume, unsaved=found)
        else:
            mask = starting_mask(session, case, choice)
            begin = partial(
                RecordedDrilling.begin, kind=choice.kind, name=choice.name, start=mask, folder_of_case=folder
            )
        self._jobs.start(JOB, computing(bench_of, case, begin, choice.words), self._hear, self._rest)

    def stop(self) -> None:
        """End drilling; what is not saved stays in the autosave."""
        bench, self._bench, self._hand = self._bench, None, None
        if bench is None:
            return
        bench.drilling.close()
        self._view.end()
        self._session.drilling = self._session.burr_distance = None
        self.offer()
        self._leave()

    def let_go(self) -> None:
        """Leave the autosave to whoever comes next; the window is closing."""
        if self._bench is not None:
            self._bench.drilling.close()

    def undo(self) -> None:
        """Take the last stroke back."""
        if self._bench is not None:
            self._after(self._bench.drilling.undo())

    def redo(self) -> None:
        """Bring the last stroke that was taken back, back."""
        if self._bench is not None:
            self._after(self._bench.drilling.redo())

    def choose_settings(self, settings: DrillingSettings) -> None:
        """Use another burr."""
        self._session.burr = settings
        self._show_cursor()

    def resize(self, larger: bool) -> None:
        """Use the next larger or smaller burr."""
        now = self._session.burr.diameter
        diameter = round(min(max(now * _GROWTH if larger else now / _GROWTH, SMALLEST), LARGEST), 1)
        self.choose_settings(self._session.burr.model_copy(update={"diameter": diameter}))

    def choose_mode(self, mode: Mode) -> None:
        """Drill or refill."""
        self._session.burr_mode = mode

    def lift(self, lifted: bool) -> None:
        """Let the mouse move the picture, or the burr."""
        self._session.burr_lifted = lifted
        self._session.burr_distance = None
        self._show_cursor()

    def save(self, surgeon: str) -> None:
        """Save the region as the annotation of a surgeon.

        Raises:
            InputError: the name is no name, or nothing is drilled.
        """
        dataset = self._session.dataset
        if self._bench is None or dataset is None:
            return
        annotation = self._bench.drilling.prepared(surgeon)
        self._session.busy = "Saving…"
        self._jobs.start(
            SAVING, computing(save, dataset, self._bench.case.case_id, annotation), self._hear_saved, self._rest
        )

    def bind(self, viewer: Any, keys: Keys) -> None:
        """Let a viewer's mouse and keys work the burr; the keys are those that the panel's buttons name."""
        viewer.mouse_drag_callbacks.append(self.dragged)
        viewer.mouse_move_callbacks.append(self.moved)
        for key, act in (
            ("Ctrl+Z", self.undo),
            ("Ctrl+Shift+Z", self.redo),
            ("K", self.swap_mode),
            ("J", lambda: self.lift(not self._session.burr_lifted)),
            ("H", lambda: self.resize(larger=False)),
            ("Shift+H", lambda: self.resize(larger=True)),
        ):
            keys.bind(key, _when_drilling(self._session, act))

    def swap_mode(self) -> None:
        """Refill instead of drilling, or the other way round."""
        self.choose_mode("drill" if self._session.burr_mode == "refill" else "refill")

    # -- the mouse --------------------------------------------------------------------

    def dragged(self, _: Any, event: Any) -> Iterator[None]:
        """Drill while the mouse is dragged (a mouse callback of napari)."""
        if self._hand is not None and not self._session.burr_lifted:
            yield from self._hand.drag(event)

    def moved(self, _: Any, event: Any) -> None:
        """Tell how close the burr is (a mouse callback of napari)."""
        if self._hand is not None and not self._session.burr_lifted:
            self._hand.hover(event)

    def begin(self) -> None:
        """Begin a stroke with the burr as it is chosen."""
        burr = self._session.burr
        if self._bench is not None:
            tool = Tool(burr.diameter, self._session.burr_mode, burr.spares_critical, burr.margin)
            self._bench.drilling.begin_stroke(tool)

    def move(self, position: Point, lifted: bool) -> None:
        """Move the burr, and show what it takes."""
        if self._bench is not None:
            self._view.change(self._bench.drilling.extend(position, lifted))
            self.hover(position)

    def end(self) -> None:
        """End the stroke; what cannot be written is told, and kept."""
        if self._bench is not None:
            self._bench.drilling.end_stroke()
            self._after(None)

    def hover(self, position: Point | None) -> None:
        """Tell how close the burr is to what it must not touch."""
        if self._bench is not None:
            around, diameter = self._bench.drilling.surroundings, self._session.burr.diameter
            self._session.burr_distance = None if position is None else around.distance(position, diameter)

    # -- results ----------------------------------------------------------------------

    def _hear(self, event: object) -> None:
        if not isinstance(event, Made):
            return
        bench: Bench = event.value
        if not self._session.shows(bench.case.case_id):
            bench.drilling.close()
            return
        self._bench, self._saved_as, self._problem = bench, "", ""
        mask = bench.drilling.region.mask
        self._hand = BurrHand(bench.case, mask, self._layers, self, lambda: self._session.burr.diameter)
        self._view.begin(bench.surface, mask)
        self._show_cursor()
        self._tell()

    def _hear_saved(self, event: object) -> None:
        if not isinstance(event, Made):
            return
        joined: Joined = event.value
        bench = self._bench
        if bench is None or not self._session.shows(joined.case.case_id):
            return
        bench.drilling.note_saved(joined.annotation)
        self._saved_as = joined.annotation.surgeon
        self._renewing = True
        self._renew(joined.dataset, joined.case)
        self._renewing = False
        self._after(None)
        self._session.told = f"Saved as the region of {joined.annotation.surgeon}."

    def _rest(self) -> None:
        self._session.busy = ""

    def _meet(self, case: Case | None) -> None:
        """Offer the starts of another bone; what is drilled of the last one stays in the autosave."""
        if not self._renewing:
            self.stop()
        self.offer()

    # -- showing ----------------------------------------------------------------------

    def _after(self, box: Box | None) -> None:
        """Show what has changed; a disk that does not obey is told once."""
        self._view.change(box)
        problem = self._bench.drilling.problem if self._bench is not None else ""
        if problem and not self._problem:
            self._session.told = problem
        self._problem = problem
        self._tell()

    def _catch_up(self) -> None:
        self._view.catch_up()
        self._show_cursor()

    def _show_cursor(self) -> None:
        if self._bench is not None:
            lifted = self._session.burr_lifted
            self._view.use_cursor(None if lifted else self._session.burr.diameter)

    def _tell(self) -> None:
        bench = self._bench
        if bench is None:
            return
        region, log = bench.drilling.region, bench.drilling.log
        added, removed = region.difference()
        self._session.drilling = DrillState(
            start=bench.start,
            strokes=len(region.strokes),
            can_undo=region.can_undo,
            can_redo=region.can_redo,
            added=added,
            removed=removed,
            volume=volume_words(bench.case, int(np.count_nonzero(region.mask))),
            minutes=log.minutes(self._session.burr.idle_s),
            saved_as=self._saved_as if log.is_saved else "",
            problem=self._problem,
        )


def _when_drilling(session: Session, act: Callable[[], None]) -> Callable[[], None]:
    return lambda: act() if session.drilling is not None else None
