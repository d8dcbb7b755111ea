"""A drilling played again: the region at any moment, and how volume and distances went.

Every voxel that changes is written down with the step at which it does. The region at
another step is the present one with the voxels in between flipped, so jumping anywhere
costs no more than the voxels that differ.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from napari_rpdl.data.case import Annotation, Case, Mask
from napari_rpdl.data.drill_log import DrillLog, Stroke, starting_region
from napari_rpdl.drilling.burr import Box, Positions
from napari_rpdl.drilling.recorded import check_bone
from napari_rpdl.drilling.region import DrilledRegion, Tool
from napari_rpdl.drilling.surroundings import BurrDistance, Surroundings
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.surfaces import unit_of

_COVERED = 99
"""Percent of a recorded region that lies within the estimated radius of the burr."""


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What happened at each of N steps; a step is one position of the burr.

    Attributes:
        start: bool (z, y, x), before the first step.
        positions: (N, 3), of the burr (z, y, x; voxel indices).
        diameters: (N,), of the burr, in ``unit``.
        times_s: (N,), seconds since the beginning; None where the recording has none.
        changed: flat indices of the voxels that change, in order.
        ends: (N,), how many entries of ``changed`` lie before the end of each step.
        volume: (N,), drilled voxels after each step.
        distance: (N,), from the burr's surface to the closest critical structure; None where the bone has none.
        unit: "mm", or "voxels" where the spacing is unknown.
    """

    start: Mask
    positions: Positions
    diameters: NDArray[np.float64]
    times_s: NDArray[np.float64] | None
    changed: NDArray[np.int64]
    ends: NDArray[np.int64]
    volume: NDArray[np.int64]
    distance: NDArray[np.float64] | None
    unit: str

    def __len__(self) -> int:
        return len(self.positions)


def course_of(surroundings: Surroundings, annotation: Annotation) -> Course:
    """Return the course of a region that was drilled here or recorded elsewhere.

    A log is replayed to the voxel. Of a recording only the burr's positions are known:
    each voxel of the region then counts as drilled when the burr first came within a
    radius of it, the one that reaches 99 % of the region, and the others when it was
    closest; so the end is exactly the region.

    Raises:
        InputError: there is neither, or the log belongs to another bone.
    """
    if annotation.log is not None and annotation.log.strokes:
        return _logged(surroundings, annotation.log)
    if annotation.burr_positions is not None and len(annotation.burr_positions) and annotation.mask.any():
        return _recorded(surroundings, annotation.mask, annotation.burr_positions)
    msg = f"How {annotation.surgeon} drilled was not recorded, only what. Choose a surgeon whose burr was recorded."
    raise InputError(msg)


class Replay:
    """A course at a step.

    Attributes:
        course: what is played.
        step: how many steps are done, 0..N.
        mask: bool (z, y, x), the region after ``step`` steps; changed in place.
    """

    def __init__(self, surroundings: Surroundings, course: Course) -> None:
        self._around, self.course = surroundings, course
        self.step = 0
        self.mask: Mask = course.start.copy()

    def go_to(self, step: int) -> Box | None:
        """Go to a step, 0..N (beyond is the last); return the part of the grid that changed."""
        step = min(max(step, 0), len(self.course))
        low, high = sorted((self._end(self.step), self._end(step)))
        self.step = step
        voxels, times = np.unique(self.course.changed[low:high], return_counts=True)
        voxels = voxels[times % 2 == 1]
        if not voxels.size:
            return None
        self.mask.reshape(-1)[voxels] ^= True
        places = np.unravel_index(voxels, self.mask.shape)
        z, y, x = (slice(int(axis.min()), int(axis.max()) + 1) for axis in places)
        return z, y, x

    @property
    def case(self) -> Case:
        """The bone."""
        return self._around.case

    @property
    def volume(self) -> int:
        """Drilled voxels."""
        return int(self.course.volume[self.step - 1]) if self.step else int(np.count_nonzero(self.course.start))

    @property
    def burr(self) -> tuple[Positions, float] | None:
        """Where the burr is (z, y, x; voxel indices) and how large; None before the first step."""
        if not self.step:
            return None
        return self.course.positions[self.step - 1], float(self.course.diameters[self.step - 1])

    @property
    def distance(self) -> BurrDistance | None:
        """How far the burr is from the closest critical structure; None where there is none."""
        return None if self.burr is None else self._around.distance(*self.burr)

    def step_at(self, time_s: float) -> int:
        """Return the last step that was done at a time; without times, steps are counted."""
        if self.course.times_s is None:
            return int(time_s)
        return int(np.searchsorted(self.course.times_s, time_s, side="right"))

    def _end(self, step: int) -> int:
        return int(self.course.ends[step - 1]) if step else 0


def recorded_surgeons(case: Case) -> tuple[str, ...]:
    """Return the surgeons of a case whose drilling can be played."""
    return tuple(
        one.surgeon for one in case.annotations if one.burr_positions is not None or (one.log and one.log.strokes)
    )


def _logged(surroundings: Surroundings, log: DrillLog) -> Course:
    check_bone(surroundings, log.header)
    start = starting_region(log.header)
    region = DrilledRegion(surroundings, start)
    parts, volume, present = [], [], int(start.sum())
    for stroke in log.strokes:
        tool = Tool(stroke.diameter, stroke.mode, stroke.spares_critical, stroke.margin)
        for position in stroke.positions:
            changed = region.work_at(np.array(position), tool)
            present += changed.size if stroke.mode == "drill" else -changed.size
            parts.append(changed)
            volume.append(present)
    positions = np.concatenate([np.array(stroke.positions) for stroke in log.strokes])
    diameters = np.concatenate([np.full(len(stroke.positions), stroke.diameter) for stroke in log.strokes])
    times = np.concatenate([_times(stroke) for stroke in log.strokes])
    return _course(surroundings, start, positions, diameters, times, parts, volume)


def _times(stroke: Stroke) -> NDArray[np.float64]:
    return np.linspace(stroke.began_s, stroke.at_s, len(stroke.positions))


def _recorded(surroundings: Surroundings, mask: Mask, burr: NDArray[np.float32]) -> Course:
    positions, steps = burr.astype(np.float64), np.array(surroundings.case.grid.steps)
    voxels = np.argwhere(mask)
    away, closest = cKDTree(positions * steps).query(voxels * steps)
    radius = float(np.percentile(away, _COVERED))
    drilled_at = np.where(away <= radius, _first_within(voxels * steps, positions * steps, radius), closest)
    order = np.argsort(drilled_at, kind="stable")
    flat = np.ravel_multi_index(tuple(voxels[order].T), mask.shape).astype(np.int64)
    counts = np.bincount(drilled_at, minlength=len(positions))
    parts = np.split(flat, np.cumsum(counts)[:-1])
    diameters = np.full(len(positions), 2 * radius)
    nothing = np.zeros(mask.shape, np.bool_)
    return _course(surroundings, nothing, positions, diameters, None, parts, np.cumsum(counts).tolist())


def _first_within(points: Positions, positions: Positions, radius: float) -> NDArray[np.int64]:
    """Return for each point the first position within ``radius`` of it; the last one where there is none."""
    first = np.full(len(points), len(positions) - 1, np.int64)
    tree = cKDTree(points)
    for index in range(len(positions) - 1, -1, -1):  # backwards, so that the first one is written last
        first[tree.query_ball_point(positions[index], radius * (1 + 1e-9))] = index
    return first


def _course(
    surroundings: Surroundings,
    start: Mask,
    positions: Positions,
    diameters: NDArray[np.float64],
    times_s: NDArray[np.float64] | None,
    parts: list[NDArray[np.int64]],
    volume: list[int],
) -> Course:
    return Course(
        start=start,
        positions=positions,
        diameters=diameters,
        times_s=times_s,
        changed=np.concatenate(parts),
        ends=np.cumsum([part.size for part in parts]),
        volume=np.array(volume),
        distance=surroundings.distances(positions, diameters),
        unit=unit_of(surroundings.case.grid),
    )
