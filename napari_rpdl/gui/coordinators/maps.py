"""The reward-penalty map of the bone in the viewer, and the consensus it is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.consensus.implication import implication
from napari_rpdl.consensus.patterns import count_patterns
from napari_rpdl.consensus.rpmap import rpmap_of
from napari_rpdl.consensus.votes import vote_map
from napari_rpdl.data.case import Case, Mask
from napari_rpdl.gui.camera import lamp
from napari_rpdl.gui.jobs import Jobs, Made, computing
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.meshes import Mesh, surface
from napari_rpdl.gui.palette import REWARD
from napari_rpdl.gui.session import Session
from napari_rpdl.settings import RPMapSettings


@dataclass(frozen=True, slots=True, eq=False)
class CaseMap:
    """A map and the bone it belongs to."""

    case_id: str
    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Consensus:
    """What enough surgeons drilled, and the bone it belongs to."""

    case_id: str
    mask: Mask
    mesh: Mesh


class MapCoordinator:
    """Builds the map whenever a person changes its settings, its surgeons or the bone."""

    def __init__(self, session: Session, layers: Layers, jobs: Jobs) -> None:
        self._session, self._layers, self._jobs = session, layers, jobs
        session.events.case.connect(lambda _: self._build())

    def show(self, shown: bool) -> None:
        """Show or hide the map."""
        self._session.rpmap_shown = shown
        self._build_map()

    def choose_settings(self, settings: RPMapSettings) -> None:
        """Build the map anew with other settings."""
        self._session.rpmap = settings
        self._build_map()
        self._build_implication()

    def leave_out(self, surgeons: frozenset[str]) -> None:
        """Let these surgeons not count, on this bone and the next."""
        self._session.left_out = surgeons
        self._build()

    def choose_consensus(self, votes: int) -> None:
        """Show what at least so many surgeons drilled; nothing for 0."""
        self._session.consensus = votes
        self._build_consensus()

    # -- building ---------------------------------------------------------------------

    def _build(self) -> None:
        self._build_implication()
        self._build_map()
        self._build_consensus()

    def _build_implication(self) -> None:
        case, masks = self._session.case, self._masks()
        self._session.implication = None
        if case is not None and masks:
            work = computing(_implication, case.case_id, masks, self._session.rpmap)
            self._jobs.start("implication", work, self._hear_implication)

    def _build_map(self) -> None:
        case, masks = self._session.case, self._masks()
        if case is None or not masks or not self._session.rpmap_shown:
            self._session.rpmap_range = None
            self._layers.show_rpmap(None)
            return
        self._jobs.start("rpmap", computing(_map, case.case_id, masks, self._session.rpmap), self._hear_map)

    def _build_consensus(self) -> None:
        case, masks, votes = self._session.case, self._masks(), self._session.consensus
        if case is None or not 0 < votes <= len(masks):
            self._layers.show_consensus(None)
            return
        self._jobs.start("consensus", computing(_consensus, case, masks, votes), self._hear_consensus)

    def _masks(self) -> list[Mask]:
        case = self._session.case
        return [one.mask for one in case.annotations if one.surgeon not in self._session.left_out] if case else []

    # -- results ----------------------------------------------------------------------

    def _hear_implication(self, event: object) -> None:
        if isinstance(event, Made) and self._session.shows(event.value[0]):
            self._session.implication = event.value[1]

    def _hear_map(self, event: object) -> None:
        if isinstance(event, Made) and self._session.rpmap_shown and self._session.shows(event.value.case_id):
            values = event.value.values
            self._layers.show_rpmap(values)
            self._session.rpmap_range = (float(values.min()), float(values.max()))

    def _hear_consensus(self, event: object) -> None:
        if isinstance(event, Made) and self._session.consensus and self._session.shows(event.value.case_id):
            self._layers.show_consensus(event.value.mask, event.value.mesh)


def _implication(case_id: str, masks: Sequence[Mask], settings: RPMapSettings) -> tuple[str, object]:
    return case_id, implication(count_patterns(masks), settings)


def _map(case_id: str, masks: Sequence[Mask], settings: RPMapSettings) -> CaseMap:
    return CaseMap(case_id, rpmap_of(masks, settings))


def _consensus(case: Case, masks: Sequence[Mask], votes: int) -> Consensus:
    mask = vote_map(masks) >= votes
    return Consensus(case.case_id, mask, surface(mask, REWARD, lamp(case.side)))
