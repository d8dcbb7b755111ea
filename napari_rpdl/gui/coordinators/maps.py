"""The reward-penalty map of the bone in the viewer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.consensus.rpmap import rpmap_of
from napari_rpdl.data.case import Case
from napari_rpdl.gui.jobs import Jobs, Made, computing
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.session import Session
from napari_rpdl.settings import RPMapSettings


@dataclass(frozen=True, slots=True, eq=False)
class CaseMap:
    """A map and the bone it belongs to."""

    case_id: str
    values: NDArray[np.float32]


class MapCoordinator:
    """Builds the map whenever a person changes its settings or the bone."""

    def __init__(self, session: Session, layers: Layers, jobs: Jobs) -> None:
        self._session, self._layers, self._jobs = session, layers, jobs
        session.events.case.connect(lambda _: self._build())

    def show(self, shown: bool) -> None:
        """Show or hide the map."""
        self._session.rpmap_shown = shown
        self._build()

    def choose_settings(self, settings: RPMapSettings) -> None:
        """Build the map anew with other settings."""
        self._session.rpmap = settings
        self._build()

    def _build(self) -> None:
        case = self._session.case
        if case is None or not case.annotations or not self._session.rpmap_shown:
            self._session.rpmap_range = None
            self._layers.show_rpmap(None)
            return
        self._jobs.start("rpmap", computing(_map, case, self._session.rpmap), self._hear)

    def _hear(self, event: object) -> None:
        if isinstance(event, Made) and self._session.rpmap_shown and self._session.shows(event.value.case_id):
            values = event.value.values
            self._layers.show_rpmap(values)
            self._session.rpmap_range = (float(values.min()), float(values.max()))


def _map(case: Case, settings: RPMapSettings) -> CaseMap:
    return CaseMap(case.case_id, rpmap_of(case.masks(), settings))
