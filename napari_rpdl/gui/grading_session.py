"""What a grader at the viewer is working on: evented state, no Qt."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from psygnal import SignalGroupDescriptor

from napari_rpdl.review.scale import Scale

if TYPE_CHECKING:
    from napari_rpdl.review.sitting import Draft
    from napari_rpdl.review.unblinding import JudgedItem, Unblinded


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a grader is.

    Attributes:
        index: the presentation that is shown, from 0.
        count: all presentations.
        locked: how many are locked.
        practice: whether the one that is shown is left out of the results.
        titles: of the tiles, from left to right; codes only.
        has_previous: whether one that is not locked comes before.
        has_next: whether one that is not locked comes after.
    """

    index: int = 0
    count: int = 0
    locked: int = 0
    practice: bool = False
    titles: tuple[str, ...] = ()
    has_previous: bool = False
    has_next: bool = False


@dataclass(eq=False)
class GradingSession:
    """One grader's desk. The panel watches ``session.events.<field>``; coordinators set the fields.

    Attributes:
        title: of the study.
        origin: where the bones come from.
        scale: the form.
        progress: how far the grader is.
        item: id of the question that keys answer.
        drafts: what stands on the form, by item.
        seconds: time on what is shown, idle time and pauses excluded (s).
        resting: whether the grader takes a rest.
        trouble: what could not be saved, and what to do; empty when all is in the record.
        finished: whether everything is locked.
        unblinded: what lay behind the codes; empty until the key was shown.
        chosen: place in ``unblinded`` of the result that is looked at.
        judged: what the voxels say about it, item by item.
        busy: what the background is doing; empty when idle.
        told: the last sentence meant for the person, shown once.
    """

    events: ClassVar[SignalGroupDescriptor] = SignalGroupDescriptor()

    title: str
    origin: str
    scale: Scale
    progress: Progress = Progress()
    item: str = ""
    drafts: "dict[str, Draft] | None" = None
    seconds: float = 0.0
    resting: bool = False
    trouble: str = ""
    finished: bool = False
    unblinded: "tuple[Unblinded, ...]" = ()
    chosen: int = -1
    judged: "tuple[JudgedItem, ...]" = ()
    busy: str = ""
    told: str = ""

    def draft(self, item_id: str) -> "Draft | None":
        """Return what stands on the form for an item, None where it is blank."""
        return (self.drafts or {}).get(item_id)
