"""The region under the burr: strokes, refills, undo and redo without an end."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Mask
from napari_rpdl.data.drill_log import Mode, Position, Stroke, rounded
from napari_rpdl.drilling.burr import Box, Positions, path, swept
from napari_rpdl.drilling.surroundings import Surroundings
from napari_rpdl.errors import InputError

UNDO_BYTES = 128_000_000
"""What the changed voxels of past strokes may take; of older strokes, undoing drills all others anew."""


@dataclass(frozen=True, slots=True)
class Tool:
    """How the burr works in a stroke; see ``Stroke`` for the meaning."""

    diameter: float
    mode: Mode = "drill"
    spares_critical: bool = True
    margin: float = 0.0


@dataclass(slots=True, eq=False)
class _Begun:
    """A stroke on its way."""

    tool: Tool
    began_s: float
    positions: list[Position] = field(default_factory=list)
    changed: list[NDArray[np.int64]] = field(default_factory=list)


class DrilledRegion:
    """A mask that a burr works on.

    Attributes:
        mask: bool (z, y, x), True where bone is removed; changed in place.
        strokes: those that count, in order.
    """

    def __init__(self, surroundings: Surroundings, start: Mask, undo_bytes: int = UNDO_BYTES) -> None:
        self._around, self._start, self._undo_bytes = surroundings, start.copy(), undo_bytes
        self._grid = surroundings.case.grid
        if start.shape != self._grid.shape:
            msg = f"Expected a region of shape {self._grid.shape} to start from, got {start.shape}."
            raise InputError(msg)
        self.mask: Mask = start.copy()
        self.strokes: list[Stroke] = []
        self._changes: list[NDArray[np.int64] | None] = []
        self._undone: list[tuple[Stroke, NDArray[np.int64] | None]] = []
        self._begun: _Begun | None = None

    @property
    def is_drilling(self) -> bool:
        """Whether a stroke has begun and not ended."""
        return self._begun is not None

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke to take back."""
        return bool(self.strokes)

    @property
    def can_redo(self) -> bool:
        """Whether there is a stroke to bring back."""
        return bool(self._undone)

    @property
    def undo_bytes(self) -> int:
        """What the kept changes take."""
        kept = [*self._changes, *(changed for _, changed in self._undone)]
        return sum(changed.nbytes for changed in kept if changed is not None)

    def difference(self) -> tuple[int, int]:
        """Return how many voxels were drilled beyond the start, and how many of the start were refilled."""
        added = np.count_nonzero(self.mask & ~self._start)
        return int(added), int(np.count_nonzero(self._start & ~self.mask))

    # -- strokes ----------------------------------------------------------------------

    def begin(self, tool: Tool, at_s: float) -> None:
        """Begin a stroke.

        Raises:
            InputError: one has begun already.
        """
        if self._begun is not None:
            msg = "Expected the last stroke to end before another begins."
            raise InputError(msg)
        self._begun = _Begun(tool, at_s)

    def extend(self, positions: Positions, lifted: bool = False) -> Box | None:
        """Move the burr through ``positions`` (N, 3; z, y, x; voxel indices), in a straight line from where it was.

        ``lifted``: put it down at the first position instead of moving there through what lies between.
        Returns the part of the grid that changed, None where nothing did.

        Raises:
            InputError: no stroke has begun.
        """
        if self._begun is None:
            msg = "Expected a stroke to have begun."
            raise InputError(msg)
        begun = self._begun
        way = rounded(self._way(begun, np.asarray(positions, np.float64).reshape(-1, 3), lifted))
        begun.positions += way
        changed, box = self._work(np.array(way), begun.tool)
        begun.changed.append(changed)
        return box if changed.size else None

    def end(self, at_s: float) -> Stroke | None:
        """End the stroke and return it; None where it changed nothing, so that undoing always shows something."""
        begun, self._begun = self._begun, None
        if begun is None or not any(changed.size for changed in begun.changed):
            return None
        tool = begun.tool
        stroke = Stroke(
            mode=tool.mode,
            diameter=tool.diameter,
            spares_critical=tool.spares_critical,
            margin=tool.margin,
            positions=tuple(begun.positions),
            began_s=begun.began_s,
            at_s=max(at_s, begun.began_s),
        )
        self._keep(stroke, np.concatenate(begun.changed))
        self._undone.clear()
        return stroke

    def work_at(self, position: Positions, tool: Tool) -> NDArray[np.int64]:
        """Let the burr work at one place (3,), outside of any stroke; return the flat indices of what changed.

        For replaying: nothing is remembered for undo.
        """
        return self._work(position, tool)[0]

    def repeat(self, stroke: Stroke) -> Box | None:
        """Make a recorded stroke again; return what changed. The result is the same to the voxel."""
        tool = Tool(stroke.diameter, stroke.mode, stroke.spares_critical, stroke.margin)
        changed, box = self._work(np.array(stroke.positions), tool)
        self._keep(stroke, changed)
        self._undone.clear()
        return box if changed.size else None

    # -- undo -------------------------------------------------------------------------

    def undo(self) -> Box | None:
        """Take the last stroke back; return the part of the grid that may have changed."""
        if not self.strokes or self.is_drilling:
            return None
        stroke, changed = self.strokes.pop(), self._changes.pop()
        self._undone.append((stroke, changed))
        if changed is None:
            return self._drill_anew(self.strokes)
        self._flip(changed)
        return self._box_of(changed)

    def redo(self) -> Box | None:
        """Bring the last stroke that was taken back, back; return the part of the grid that may have changed."""
        if not self._undone or self.is_drilling:
            return None
        stroke, changed = self._undone.pop()
        if changed is None:
            return self._work_of(stroke)
        self._flip(changed)
        self._keep(stroke, changed)
        return self._box_of(changed)

    # -- helpers ----------------------------------------------------------------------

    def _way(self, begun: _Begun, positions: Positions, lifted: bool) -> Positions:
        parts = []
        here = np.array(begun.positions[-1]) if begun.positions and not lifted else None
        for place in positions:
            parts.append(place[None] if here is None else path(here, place, begun.tool.diameter, self._grid.steps))
            here = place
        return np.concatenate(parts) if parts else positions

    def _work(self, positions: Positions, tool: Tool) -> tuple[NDArray[np.int64], Box | None]:
        """Drill or refill at ``positions``; return the flat indices of the voxels that changed."""
        nothing = np.zeros(0, np.int64)
        ball = swept(positions.reshape(-1, 3), tool.diameter, self._grid.steps, self._grid.shape)
        if ball is None:
            return nothing, None
        part = self.mask[ball.box]
        change = ball.voxels & (part if tool.mode == "refill" else ~part)
        if tool.mode == "drill":
            change &= self._around.drillable[ball.box]
            if tool.spares_critical and change.any():
                change &= ~self._around.locked(ball.box, tool.margin)
        part ^= change
        inner = np.argwhere(change) + [side.start for side in ball.box]
        return np.ravel_multi_index(tuple(inner.T), self._grid.shape).astype(np.int64), ball.box

    def _work_of(self, stroke: Stroke) -> Box | None:
        kept, self._undone = self._undone, []
        box = self.repeat(stroke)
        self._undone = kept
        return box

    def _keep(self, stroke: Stroke, changed: NDArray[np.int64]) -> None:
        """Remember a stroke; forget the changes of the oldest where they take too much memory."""
        self.strokes.append(stroke)
        self._changes.append(changed)
        excess = self.undo_bytes - self._undo_bytes
        for index, old in enumerate(self._changes):
            if excess <= 0:
                break
            if old is not None:
                excess -= old.nbytes
                self._changes[index] = None

    def _drill_anew(self, strokes: Sequence[Stroke]) -> Box:
        self.mask[:] = self._start
        for stroke in strokes:
            tool = Tool(stroke.diameter, stroke.mode, stroke.spares_critical, stroke.margin)
            self._work(np.array(stroke.positions), tool)
        z, y, x = (slice(0, size) for size in self._grid.shape)
        return z, y, x

    def _flip(self, changed: NDArray[np.int64]) -> None:
        self.mask.reshape(-1)[changed] ^= True

    def _box_of(self, changed: NDArray[np.int64]) -> Box | None:
        if not changed.size:
            return None
        places = np.unravel_index(changed, self._grid.shape)
        z, y, x = (slice(int(axis.min()), int(axis.max()) + 1) for axis in places)
        return z, y, x
