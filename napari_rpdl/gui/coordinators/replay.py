"""A recorded drilling is played on the bone: to any moment, or by itself."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QTimer

from napari_rpdl.data.case import Case
from napari_rpdl.drilling.burr import Box
from napari_rpdl.drilling.replay import Course, Replay, course_of, recorded_surgeons
from napari_rpdl.drilling.surroundings import Surroundings
from napari_rpdl.errors import InputError
from napari_rpdl.gui.carving import CarvedSurface, carved_bone
from napari_rpdl.gui.coordinators.bench import volume_words
from napari_rpdl.gui.drill_state import ReplayState
from napari_rpdl.gui.jobs import Jobs, Made, computing
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.opening import bone_color
from napari_rpdl.gui.palette import distance_color
from napari_rpdl.gui.session import Session

JOB = "replay"
SURFACE = "replay's surface"
_LONGEST_PAUSE_S = 1.0
_POSITIONS_PER_S = 60.0
_AT_ONCE = 48**3
"""Voxels; where more may have changed, the surface is made in the background."""


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A drilling that can be played.

    Attributes:
        surgeon: whose.
        replay: the course and where it is.
        surface: of the bone that is left.
        times_s: when each step is played; long pauses are cut short.
    """

    surgeon: str
    replay: Replay
    surface: CarvedSurface
    times_s: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Surfaced:
    """The surface of a bone at a step of a replay."""

    replay: Replay
    step: int
    surface: CarvedSurface


class ReplayCoordinator:
    """Plays what was recorded.

    Args:
        leave: is called when a replay ends, to show the bone as it was.
    """

    def __init__(self, session: Session, layers: Layers, jobs: Jobs, leave: Callable[[], None]) -> None:
        self._session, self._layers, self._jobs, self._leave = session, layers, jobs, leave
        self._stage: Stage | None = None
        self._clock_s = 0.0
        self._playing = self._stale = False
        session.events.case.connect(self._meet)
        layers.standpoint.when_turned(self._catch_up)

    # -- wishes -----------------------------------------------------------------------

    def open(self, surgeon: str) -> None:
        """Prepare the drilling of a surgeon.

        Raises:
            InputError: somebody drills, or nothing was recorded.
        """
        case = self._session.case
        if case is None:
            return
        if self._session.drilling is not None:
            msg = "A bone is being drilled. End that first, then play a recording."
            raise InputError(msg)
        self._session.busy = "Reading the recording…"
        self._jobs.start(JOB, computing(_stage, case, surgeon), self._hear, self._rest)

    def close(self) -> None:
        """Show the bone as it was."""
        if self._stage is not None:
            self._forget()
            self._layers.drilling.hide()
            self._leave()

    def go_to(self, step: int) -> None:
        """Go to a step, 0 to the last."""
        if self._stage is not None:
            step = min(max(step, 0), len(self._stage.replay.course))
            self._clock_s = float(self._stage.times_s[step - 1]) if step else 0.0
            self._show_step(step)

    def play(self, playing: bool) -> None:
        """Play or pause; at the end, playing begins anew."""
        if self._stage is None:
            return
        if playing and self._stage.replay.step == len(self._stage.replay.course):
            self.go_to(0)
        self._playing = playing
        self._tell()

    def advance(self, seconds: float) -> None:
        """Go on by so many recorded seconds, long pauses cut short."""
        if self._stage is None or not self._playing:
            return
        self._clock_s += seconds
        times = self._stage.times_s
        self._playing = self._clock_s < times[-1]
        self._show_step(int(np.searchsorted(times, self._clock_s, side="right")))

    # -- results ----------------------------------------------------------------------

    def _hear(self, event: object) -> None:
        if not isinstance(event, Made):
            return
        stage: Stage = event.value
        if self._session.case is None or stage.replay.case is not self._session.case:
            return
        self._stage, self._clock_s, self._playing = stage, 0.0, False
        self._layers.drilling.show(stage.surface, stage.replay.mask)
        self._session.course = stage.replay.course
        self._tell()

    def _rest(self) -> None:
        self._session.busy = ""

    def _meet(self, case: Case | None) -> None:
        self._forget()
        self._session.replayable = () if case is None else recorded_surgeons(case)

    def _forget(self) -> None:
        self._stage, self._playing = None, False
        self._session.replay = self._session.course = None

    # -- showing ----------------------------------------------------------------------

    def _show_step(self, step: int) -> None:
        stage = self._stage
        if stage is None:
            return
        box = stage.replay.go_to(step)
        if box is not None:
            self._show(stage, box)
        self._show_burr(stage)
        self._tell()

    def _show(self, stage: Stage, box: Box) -> None:
        is_3d = self._layers.standpoint.is_3d
        large = np.prod([part.stop - part.start for part in box]) > _AT_ONCE
        if is_3d and not large and not self._stale:
            self._layers.drilling.changed(stage.surface, stage.surface.carve(box))
            return
        self._stale = True
        self._layers.drilling.changed(None, False)
        self._catch_up()

    def _catch_up(self) -> None:
        """Make the surface anew, in the background, until it shows the step that is played."""
        stage = self._stage
        if stage is None or not self._stale or not self._layers.standpoint.is_3d or self._jobs.running(SURFACE):
            return
        self._stale = False
        self._jobs.start(SURFACE, computing(_surface, stage), self._hear_surface)

    def _hear_surface(self, event: object) -> None:
        if not isinstance(event, Made) or self._stage is None or event.value.replay is not self._stage.replay:
            return
        made: Surfaced = event.value
        self._stage = replace(self._stage, surface=made.surface)
        self._layers.drilling.changed(made.surface, True)
        self._stale = self._stale or made.step != made.replay.step
        QTimer.singleShot(0, self._catch_up)  # this job has to end first

    def _show_burr(self, stage: Stage) -> None:
        burr, near = stage.replay.burr, stage.replay.distance
        steps = stage.replay.case.grid.steps
        position, diameter = burr if burr is not None else (None, 1.0)
        self._layers.drilling.show_burr(position, diameter, steps, distance_color(near.band if near else ""))

    def _tell(self) -> None:
        stage = self._stage
        if stage is None:
            return
        replay, times = stage.replay, stage.replay.course.times_s
        self._session.replay = ReplayState(
            surgeon=stage.surgeon,
            steps=len(replay.course),
            step=replay.step,
            playing=self._playing,
            time_s=None if times is None else float(times[replay.step - 1]) if replay.step else 0.0,
            volume=volume_words(replay.case, replay.volume),
            distance=replay.distance,
        )


def _stage(case: Case, surgeon: str) -> Stage:
    around = Surroundings(case)
    replay = Replay(around, course_of(around, case.annotation(surgeon)))
    surface = carved_bone(case, bone_color(case), replay.mask)
    return Stage(surgeon, replay, surface, _played(replay.course))


def _surface(stage: Stage) -> Surfaced:
    replay = stage.replay
    step, now = replay.step, replay.mask.copy()
    return Surfaced(replay, step, carved_bone(replay.case, bone_color(replay.case), replay.mask, now))


def _played(course: Course) -> NDArray[np.float64]:
    """Return when each step is played: as recorded, with long pauses cut short; at a steady pace without times."""
    if course.times_s is None:
        return np.arange(1, len(course) + 1) / _POSITIONS_PER_S
    pauses = np.diff(course.times_s, prepend=course.times_s[0])
    played: NDArray[np.float64] = np.cumsum(np.minimum(pauses, _LONGEST_PAUSE_S))
    return played
