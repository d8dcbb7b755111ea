"""The reward-penalty map of the bone in the viewer, and the consensus it is made of."""

from dataclasses import dataclass

from qtpy.QtCore import QTimer

from napari_rpdl.consensus.ballots import Ballots, LookedUp
from napari_rpdl.consensus.implication import implication
from napari_rpdl.consensus.rpmap import reward_table
from napari_rpdl.data.case import Case, Mask
from napari_rpdl.gui.camera import lamp
from napari_rpdl.gui.jobs import Jobs, Made, computing
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.meshes import Mesh, surface
from napari_rpdl.gui.palette import REWARD
from napari_rpdl.gui.session import Session
from napari_rpdl.settings import RPMapSettings

RESTING_MS = 150


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """The surface of a consensus, and whose and how many votes it is made of."""

    key: tuple[object, ...]
    mesh: Mesh


class MapCoordinator:
    """Shows the map whenever a person changes its settings, its surgeons or the bone.

    A bone is counted once, in the background. Then settings and surgeons are looked up:
    slices follow the hand, and 3-D follows when the hand rests.
    """

    def __init__(self, session: Session, layers: Layers, jobs: Jobs) -> None:
        self._session, self._layers, self._jobs = session, layers, jobs
        self._ballots: Ballots | None = None
        self._solid: Solid | None = None
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(RESTING_MS)
        self._timer.timeout.connect(self._show_solids)
        session.events.case.connect(self._count)
        layers.standpoint.when_turned(self._show)

    def show(self, shown: bool) -> None:
        """Show or hide the map."""
        self._session.rpmap_shown = shown
        self._show_map()

    def choose_settings(self, settings: RPMapSettings) -> None:
        """Let the map follow other settings.

        Raises:
            InputError: the worths do not fit the number of surgeons who count.
        """
        if sum(self._counted()):
            reward_table(sum(self._counted()), settings, 1)
        self._session.rpmap = settings
        self._follow()

    def leave_out(self, surgeons: frozenset[str]) -> None:
        """Let these surgeons not count, on this bone and the next."""
        self._session.left_out = surgeons
        self._fit_worths()
        self._follow()

    def choose_consensus(self, votes: int) -> None:
        """Show what at least so many surgeons drilled; nothing for 0."""
        self._session.consensus = votes
        self._show_consensus()

    def rpmap(self) -> LookedUp | None:
        """Return the map of the bone in the viewer, shown or not; None where nobody counts."""
        if self._ballots is None or not any(self._counted()):
            return None
        return self._ballots.rpmap(self._counted(), self._session.rpmap)

    def region(self) -> Mask | None:
        """Return the consensus that is shown, else what the map means; None where nobody counts."""
        implied = self._session.implication
        return self._at_least(self._session.consensus or (implied.votes if implied is not None else 0))

    # -- counting ---------------------------------------------------------------------

    def _count(self, case: Case | None) -> None:
        """Count the votes on another bone; until then there is nothing to show."""
        self._ballots = self._solid = None
        self._fit_worths()
        self._follow()
        if case is not None and case.annotations:
            self._jobs.start("ballots", computing(_ballots, case), self._hear_ballots)

    def _hear_ballots(self, event: object) -> None:
        if isinstance(event, Made) and self._session.shows(event.value[0]):
            self._ballots = event.value[1]
            self._follow()

    def _counted(self) -> list[bool]:
        case = self._session.case
        return [name not in self._session.left_out for name in case.surgeons] if case is not None else []

    def _fit_worths(self) -> None:
        """Go back to the variant's worths where the person's own are for another number of surgeons."""
        own, counted = self._session.rpmap.worths, sum(self._counted())
        if own and counted and len(own) != counted + 1:
            self._session.rpmap = self._session.rpmap.model_copy(update={"worths": ()})
            self._session.told = (
                f"The worths of votes were yours for {len(own) - 1} surgeons; {counted} count now. "
                "They are those of the settings again."
            )

    # -- showing ----------------------------------------------------------------------

    def _follow(self) -> None:
        """Say what the map means, and show it."""
        ballots, counted = self._ballots, self._counted()
        if ballots is None or not any(counted):
            self._session.implication = self._session.rpmap_range = None
        else:
            self._session.implication = implication(ballots.counts(counted), self._session.rpmap)
        self._show()

    def _show(self) -> None:
        self._show_map()
        self._show_consensus()

    def _show_map(self) -> None:
        found = self.rpmap() if self._session.rpmap_shown else None
        if found is None:
            self._session.rpmap_range = None
            self._layers.maps.show(None)
            return
        self._session.rpmap_range = (found.lowest, found.highest)
        if self._layers.standpoint.is_3d:
            self._timer.start()
        else:
            self._layers.maps.show(found, max(-found.lowest, found.highest))

    def _show_consensus(self) -> None:
        mask = self._at_least(self._session.consensus)
        if mask is None:
            self._layers.maps.show_consensus(None)
        elif not self._layers.standpoint.is_3d:
            self._layers.maps.show_consensus(mask)
        elif self._solid is not None and self._solid.key == self._key():
            self._layers.maps.show_consensus(mask, self._solid.mesh)
        else:
            self._timer.start()

    def _at_least(self, votes: int) -> Mask | None:
        """Return what so many surgeons drilled; None for 0, and where so many do not count."""
        counted = self._counted()
        if self._ballots is None or not 0 < votes <= sum(counted):
            return None
        return self._ballots.at_least(votes, counted)

    def _key(self) -> tuple[object, ...]:
        return self._session.case_id, self._session.consensus, *self._counted()

    def _show_solids(self) -> None:
        """Let 3-D follow, now that the hand rests."""
        if not self._layers.standpoint.is_3d:
            return
        mask, case = self._at_least(self._session.consensus), self._session.case
        if self._session.rpmap_range is not None and (found := self.rpmap()) is not None:
            self._layers.maps.show(found, max(-found.lowest, found.highest))
        if mask is not None and case is not None and (self._solid is None or self._solid.key != self._key()):
            self._jobs.start("consensus", computing(_solid, self._key(), mask, case), self._hear_solid)

    def _hear_solid(self, event: object) -> None:
        if isinstance(event, Made) and event.value.key == self._key():
            self._solid = event.value
            self._show_consensus()


def _ballots(case: Case) -> tuple[str, Ballots]:
    return case.case_id, Ballots.of(case.masks())


def _solid(key: tuple[object, ...], mask: Mask, case: Case) -> Solid:
    return Solid(key, surface(mask, REWARD, lamp(case.side)))
