"""A drilling that is recorded while it is made, and that outlives the program that records it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from napari_rpdl.data.case import Annotation, Mask, checked_name
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.drill_log import (
    DrillEvent,
    DrillLog,
    LogHeader,
    Redo,
    Saved,
    StartKind,
    Stroke,
    Undo,
    region_hash,
    start_from,
    starting_region,
    strokes_that_count,
)
from napari_rpdl.drilling.burr import Box, Positions
from napari_rpdl.drilling.journal import Journal, Unsaved
from napari_rpdl.drilling.region import DrilledRegion, Tool
from napari_rpdl.drilling.surroundings import Surroundings
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.surfaces import unit_of

Clock = Callable[[], float]


class RecordedDrilling:
    """One surgeon at one bone: the region, the log, and the journal on the disk.

    Every method that changes the region first changes it and then writes the journal. An
    error of the disk costs no stroke and raises nothing: ``problem`` tells of it, and what
    could not be written is written with the next stroke. ``begin`` and ``resume`` make one.

    Attributes:
        surroundings: of the bone.
        region: what is drilled.
        events: of the log, in order.
        problem: why the journal is not up to date, in a sentence; empty where it is.
    """

    def __init__(
        self,
        surroundings: Surroundings,
        header: LogHeader,
        journal: Journal | None,
        events: tuple[DrillEvent, ...] = (),
        clock: Clock = time.monotonic,
    ) -> None:
        self.surroundings, self._header, self._journal = surroundings, header, journal
        self.region = region_of(surroundings, header, events)
        self.events: list[DrillEvent] = list(events)
        self.problem = ""
        self._clock = clock
        self._zero = clock() - (events[-1].at_s if events else 0.0)

    @classmethod
    def begin(
        cls,
        surroundings: Surroundings,
        kind: StartKind,
        name: str,
        start: Mask,
        folder_of_case: Path | None,
        clock: Clock = time.monotonic,
    ) -> "RecordedDrilling":
        """Begin at a region.

        Args:
            surroundings: of the bone.
            kind: of the start.
            name: whose region it is, "" for nothing.
            start: bool (z, y, x).
            folder_of_case: where the journal goes; None keeps none.
            clock: seconds; for tests.

        Raises:
            InputError: the folder cannot be written.
        """
        case = surroundings.case
        header = LogHeader(
            case_id=case.case_id,
            shape=case.grid.shape,
            unit=unit_of(case.grid),
            structures_sha256=surroundings.structures_sha256,
            started_at=datetime.now(UTC).isoformat(timespec="seconds"),
            start=start_from(kind, name, start),
        )
        journal = None if folder_of_case is None else Journal.begin(folder_of_case, DrillLog(header=header))
        return cls(surroundings, header, journal, clock=clock)

    @classmethod
    def resume(cls, surroundings: Surroundings, unsaved: Unsaved) -> "RecordedDrilling":
        """Go on with what a program that ended, however it ended, had not saved.

        Raises:
            InputError: it belongs to another bone, is open elsewhere, or cannot be written.
        """
        check_bone(surroundings, unsaved.log.header)
        return cls(surroundings, unsaved.log.header, Journal.resume(unsaved), unsaved.log.events)

    @property
    def log(self) -> DrillLog:
        """What has happened so far."""
        return DrillLog(header=self._header, events=tuple(self.events))

    @property
    def is_saved(self) -> bool:
        """Whether nothing would be lost if it ended now."""
        return self.log.is_saved

    def begin_stroke(self, tool: Tool) -> None:
        """Begin a stroke (``DrilledRegion.begin``)."""
        self.region.begin(tool, self._now())

    def extend(self, positions: Positions, lifted: bool = False) -> Box | None:
        """Move the burr (``DrilledRegion.extend``)."""
        return self.region.extend(positions, lifted)

    def end_stroke(self) -> Stroke | None:
        """End the stroke and keep it; None where it changed nothing."""
        stroke = self.region.end(self._now())
        if stroke is not None:
            self._note(stroke)
        return stroke

    def undo(self) -> Box | None:
        """Take the last stroke back; return the part of the grid that may have changed."""
        return self._step(self.region.can_undo, self.region.undo, Undo)

    def redo(self) -> Box | None:
        """Bring the last stroke that was taken back, back; return the part of the grid that may have changed."""
        return self._step(self.region.can_redo, self.region.redo, Redo)

    def prepared(self, surgeon: str) -> Annotation:
        """Return the region as it is, as the annotation of ``surgeon`` with its log; nothing is written.

        Raises:
            InputError: the name is no name, or nothing is drilled.
        """
        checked_name(surgeon, "surgeon's name")
        if not self.region.mask.any():
            msg = "Nothing is drilled. Drill first, then save."
            raise InputError(msg)
        mask = self.region.mask.copy()
        saved = Saved(surgeon=surgeon, at_s=self._now(), region_sha256=region_hash(mask))
        log = DrillLog(header=self._header, events=(*self.events, saved))
        return Annotation(surgeon, mask, log.burr_positions(), log)

    def note_saved(self, annotation: Annotation) -> None:
        """Note that what ``prepared`` returned is saved, unless it has changed meanwhile."""
        events = annotation.log.events if annotation.log is not None else ()
        if events[:-1] == tuple(self.events):
            self._note(events[-1])

    def save(self, dataset_folder: Path, surgeon: str) -> Annotation:
        """Save the region as the annotation of ``surgeon``, who joins the dataset's surgeons.

        Saving again under the same name replaces what this drilling saved before, nothing else.

        Raises:
            InputError: as ``prepared``; the name is taken by another region of this bone, or
                the folder cannot be written. The journal still holds all.
        """
        annotation = self.prepared(surgeon)
        Dataset.open(dataset_folder).add_annotation(self._header.case_id, annotation)
        self.note_saved(annotation)
        return annotation

    def close(self) -> None:
        """Let go of the journal; it stays on the disk where something is not saved."""
        if self._journal is not None:
            self._journal.close(remove=self.is_saved)

    def _step(self, possible: bool, act: Callable[[], Box | None], event: type[Undo | Redo]) -> Box | None:
        if not possible or self.region.is_drilling:
            return None
        box = act()
        self._note(event(at_s=self._now()))
        return box

    def _note(self, event: DrillEvent) -> None:
        self.events.append(event)
        if self._journal is None:
            return
        try:
            self._journal.add(event)
            self.problem = ""
        except InputError as error:
            self.problem = str(error)

    def _now(self) -> float:
        return round(max(self._clock() - self._zero, self.events[-1].at_s if self.events else 0.0), 3)


def region_of(surroundings: Surroundings, header: LogHeader, events: tuple[DrillEvent, ...]) -> DrilledRegion:
    """Return the region that a log leads to, drilled anew stroke by stroke.

    Raises:
        InputError: the log belongs to another bone, or is damaged.
    """
    check_bone(surroundings, header)
    region = DrilledRegion(surroundings, starting_region(header))
    for stroke in strokes_that_count(events):
        region.repeat(stroke)
    return region


def check_bone(surroundings: Surroundings, header: LogHeader) -> None:
    """Raise an InputError unless a log was recorded on this bone as it is."""
    case = surroundings.case
    if (header.shape, header.unit) != (case.grid.shape, unit_of(case.grid)):
        msg = f"This drilling was recorded on a grid of {header.shape} in {header.unit}; {case.case_id} has another."
        raise InputError(msg)
    if header.structures_sha256 != surroundings.structures_sha256:
        msg = (
            f"The structures of {case.case_id} have changed since this was drilled, so it cannot be replayed to the "
            "voxel. The saved region is unchanged; start from it instead."
        )
        raise InputError(msg)
