"""The part of the workspace where the reward-penalty map is made and the bone is inspected."""

from napari_rpdl.gui.coordinators.cases import CaseCoordinator
from napari_rpdl.gui.coordinators.disputes import DisputeCoordinator
from napari_rpdl.gui.coordinators.extents import ExtentCoordinator
from napari_rpdl.gui.coordinators.inspection import InspectionCoordinator
from napari_rpdl.gui.coordinators.maps import MapCoordinator
from napari_rpdl.gui.coordinators.safety import SafetyCoordinator
from napari_rpdl.gui.coordinators.saving import SavingCoordinator
from napari_rpdl.gui.jobs import Jobs
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.panels.inspect import InspectPanel
from napari_rpdl.gui.panels.rpmap import RPMapPanel
from napari_rpdl.gui.session import Session, Wish


class MapCorner:
    """Two panels and their coordinators; what can be measured includes the consensus that the map shows.

    Attributes:
        rpmap: the panel of the map.
        inspect: the panel that tells of a voxel and of a region's safety.
        inspection: goes to a voxel and tells of it.
    """

    def __init__(self, session: Session, layers: Layers, jobs: Jobs, cases: CaseCoordinator) -> None:
        self._maps = MapCoordinator(session, layers, jobs)
        cases.consensus = self._maps.region
        self._disputes = DisputeCoordinator(session, jobs)
        self._extents = ExtentCoordinator(session, jobs)
        self.inspection = InspectionCoordinator(session, layers, cases.region_of)
        self._safety = SafetyCoordinator(session, layers, jobs, cases)
        self._saving = SavingCoordinator(session, self._maps.rpmap, cases.region_of)
        self.rpmap, self.inspect = RPMapPanel(session), InspectPanel(session)

    def connect(self, wish: Wish) -> None:
        """Let the wishes of both panels act."""
        for signal, act in (
            (self.rpmap.shown_chosen, self._maps.show),
            (self.rpmap.settings_chosen, self._maps.choose_settings),
            (self.rpmap.save_asked, self._saving.save_rpmap),
            (self.rpmap.left_out_chosen, self._maps.leave_out),
            (self.rpmap.consensus_chosen, self._maps.choose_consensus),
            (self.inspect.region_chosen, self._safety.measure),
            (self.inspect.wall_chosen, self._safety.show_wall),
            (self.inspect.place_chosen, self.inspection.look_at),
            (self.inspect.save_asked, self._saving.save_region),
        ):
            wish(signal, act)
