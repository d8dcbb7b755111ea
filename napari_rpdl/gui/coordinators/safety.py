"""How close the cavity of a surgeon, a network or the consensus comes to what must not be touched."""

from dataclasses import dataclass
from typing import Protocol

from qtpy.QtCore import QTimer

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.evaluation.wall_safety import CriticalSurfaces, WallSafety, wall_safety
from napari_rpdl.gui.jobs import Jobs, Made, computing
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.meshes import Mesh
from napari_rpdl.gui.session import BY_CONSENSUS, BY_NETWORK, BY_NOBODY, Session
from napari_rpdl.gui.wall_mesh import wall_surface

RESTING_MS = 250


class Cavities(Protocol):
    """What shows the bone as somebody left it."""

    def region_of(self, case: Case, who: str) -> Mask | None:
        """Return what a surgeon, the network or the consensus drilled."""

    def choose_left_by(self, who: str) -> None:
        """Cut the region out of the bone in 3-D."""

    def choose_surgeons(self, surgeons: tuple[str, ...]) -> None:
        """Show the regions of surgeons."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What was found about a region.

    Attributes:
        case_id, who: whose region of which bone.
        surfaces: the critical structures of the bone, for the next region.
        safety: a row for each critical structure.
        wall: the coloured wall; None where it was not asked for.
    """

    case_id: str
    who: str
    surfaces: CriticalSurfaces
    safety: tuple[WallSafety, ...]
    wall: Mesh | None


class SafetyCoordinator:
    """Measures a region whenever it or the bone changes.

    Args:
        cavities: tells regions and shows bones as left.
    """

    def __init__(self, session: Session, layers: Layers, jobs: Jobs, cavities: Cavities) -> None:
        self._session, self._layers, self._jobs, self._cavities = session, layers, jobs, cavities
        self._surfaces: CriticalSurfaces | None = None
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(RESTING_MS)
        self._timer.timeout.connect(self._follow)
        session.events.case.connect(self._start_anew)
        session.events.decision.connect(lambda _: self._renew(BY_NETWORK))
        for changed in (session.events.consensus, session.events.implication):
            changed.connect(lambda _: self._renew(BY_CONSENSUS))

    def measure(self, who: str) -> None:
        """Measure how close the region of a surgeon, the network or the consensus comes to critical structures."""
        self._session.measured = who
        case = self._session.case
        if case is not None and who in case.surgeons:
            self._cavities.choose_surgeons((who,))
        self._uncover()
        self._measure()

    def show_wall(self, shown: bool) -> None:
        """Colour the wall of the measured cavity by distance, or no longer."""
        self._session.wall_shown = shown
        self._uncover()
        self._measure()

    # -- measuring --------------------------------------------------------------------

    def _measure(self) -> None:
        case, who = self._session.case, self._session.measured
        region = self._cavities.region_of(case, who) if case is not None and who != BY_NOBODY else None
        if case is None or case.structures is None or region is None:
            self._session.safety = ()
            self._layers.show_wall(None)
            return
        if not self._session.wall_shown:
            self._layers.show_wall(None)
        work = computing(_measured, case, who, region, self._surfaces, self._session.wall_shown)
        self._jobs.start("safety", work, self._hear)

    def _hear(self, event: object) -> None:
        if not isinstance(event, Made):
            return
        found: Measured = event.value
        if not self._session.shows(found.case_id) or found.who != self._session.measured:
            return
        self._surfaces = found.surfaces
        self._session.safety = found.safety
        self._layers.show_wall(found.wall if self._session.wall_shown else None)

    def _renew(self, who: str) -> None:
        """Take in a region that has changed, once it rests."""
        if who in (self._session.measured, self._session.left_by):
            self._timer.start()

    def _follow(self) -> None:
        """Cut a changed consensus out of the bone (the network's region is cut where it is decided); measure anew."""
        if self._session.left_by == BY_CONSENSUS:
            self._cavities.choose_left_by(BY_CONSENSUS)
        self._measure()

    def _start_anew(self, case: Case | None) -> None:
        """Measure the same surgeon, or the consensus, on the next bone."""
        self._surfaces = None
        who = self._session.measured
        if case is None or who not in (*case.surgeons, BY_CONSENSUS):
            self._session.measured = BY_NOBODY
        self._session.safety = ()
        self._layers.show_wall(None)
        self._uncover()
        self._measure()

    def _uncover(self) -> None:
        """Cut the measured cavity out of the bone, whose wall would be hidden otherwise."""
        who = self._session.measured
        if self._session.wall_shown and who not in (BY_NOBODY, self._session.left_by):
            self._cavities.choose_left_by(who)


def _measured(case: Case, who: str, region: Mask, known: CriticalSurfaces | None, with_wall: bool) -> Measured:
    surfaces = known or CriticalSurfaces(case)
    safety = wall_safety(region, case, without=who, surfaces=surfaces)
    return Measured(case.case_id, who, surfaces, safety, wall_surface(case, region, surfaces) if with_wall else None)
