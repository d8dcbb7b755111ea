"""What panels show of a drilling and of a replay: plain data."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from napari_rpdl.data.drill_log import StartKind

if TYPE_CHECKING:
    from napari_rpdl.drilling.surroundings import BurrDistance

Wanted = StartKind | Literal["unsaved"]


@dataclass(frozen=True, slots=True)
class StartChoice:
    """A region that drilling can start from.

    Attributes:
        kind: of region; "unsaved" for a drilling that is gone on with.
        name: the surgeon, or the journal's path.
        votes: for a consensus: drilled by at least so many.
        words: for the list.
    """

    kind: Wanted
    name: str = ""
    votes: int = 0
    words: str = "nothing"

    @property
    def journal(self) -> Path:
        """Where the unsaved drilling lies."""
        return Path(self.name)


@dataclass(frozen=True, slots=True)
class DrillState:
    """How far a drilling is.

    Attributes:
        start: what it started from, in words.
        strokes: that count.
        can_undo: whether there is one to take back.
        can_redo: whether there is one to bring back.
        added: voxels drilled beyond the start.
        removed: voxels of the start that were refilled.
        volume: of the region, in words.
        minutes: at work, pauses left out.
        saved_as: the surgeon it was last saved as, empty where what is there is not saved.
        problem: why the autosave does not work, empty where it does.
    """

    start: str
    strokes: int = 0
    can_undo: bool = False
    can_redo: bool = False
    added: int = 0
    removed: int = 0
    volume: str = ""
    minutes: float = 0.0
    saved_as: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ReplayState:
    """Where a replay is.

    Attributes:
        surgeon: whose drilling is played.
        steps: how many positions of the burr there are.
        step: how many are done.
        playing: whether it goes on by itself.
        time_s: at the step; None where the recording has no times.
        volume: after the step, in words.
        distance: of the burr from what it must not touch; None where there is nothing.
    """

    surgeon: str
    steps: int
    step: int = 0
    playing: bool = False
    time_s: float | None = None
    volume: str = ""
    distance: "BurrDistance | None" = None
