"""What is seen beside the viewer's own picture: bones side by side, three slices, cuts."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from qtpy.QtWidgets import QWidget

from napari_rpdl.gui.comparison import Comparison
from napari_rpdl.gui.coordinators.cases import CaseCoordinator
from napari_rpdl.gui.coordinators.compare import CompareCoordinator
from napari_rpdl.gui.coordinators.compare_sources import surgeon_of
from napari_rpdl.gui.coordinators.cutting import CutCoordinator
from napari_rpdl.gui.coordinators.slices import SliceCoordinator
from napari_rpdl.gui.jobs import Jobs
from napari_rpdl.gui.keys import Keys
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.ortho import Ortho
from napari_rpdl.gui.panels.compare import ComparePanel
from napari_rpdl.gui.panels.ortho import OrthoPanel
from napari_rpdl.gui.panels.sight import SightPanel
from napari_rpdl.gui.session import BY_NOBODY, Session, Wish
from napari_rpdl.settings import PredictionSettings

if TYPE_CHECKING:
    import napari

SLICES_TITLE = "Three slices"


class Sights:
    """Builds the views that are not tabs of the workspace, and connects their wishes.

    Args:
        parent: the workspace, whose theme the windows take on and with which they close.
        viewer: gets the dock of the slices.
        asking: returns how networks are asked.
    """

    def __init__(
        self,
        parent: QWidget,
        viewer: "napari.viewer.Viewer",
        session: Session,
        layers: Layers,
        jobs: Jobs,
        cases: CaseCoordinator,
        asking: Callable[[], PredictionSettings],
    ) -> None:
        self._viewer, self._session, self._cases = viewer, session, cases
        self.comparison, self.ortho_state = Comparison(), Ortho()
        self.comparing = CompareCoordinator(session, self.comparison, jobs, asking)
        self.cutting = CutCoordinator(session, layers, jobs, cases.region_of)
        self.slicing = SliceCoordinator(session, self.ortho_state, layers, cases.region_of)
        self.strip = SightPanel(session)
        self.compare = ComparePanel(session, self.comparison, parent)
        self.ortho = OrthoPanel(self.ortho_state)

    def connect(self, wish: Wish) -> None:
        """Let wishes act; ``wish`` connects a signal so that what went wrong becomes a message."""
        compare, comparing = self.compare, self.comparing
        wish(self.strip.compare_asked, self.show_compare)
        wish(self.strip.slices_asked, self.show_slices)
        wish(self.strip.cut_chosen, self.cutting.choose)
        wish(compare.cut_chosen, self.cutting.choose)
        wish(compare.opened, comparing.open)
        wish(compare.closed, comparing.close)
        wish(compare.rows_chosen, comparing.choose_rows)
        wish(compare.columns_chosen, comparing.choose_columns)
        wish(compare.reference_chosen, comparing.choose_reference)
        wish(compare.axis_chosen, comparing.choose_axis)
        wish(compare.files_dropped, comparing.add)
        wish(compare.figure_asked, comparing.save_figure)
        wish(compare.tile_chosen, self._show_large)
        wish(self.ortho.place_chosen, self.slicing.go_to_place)
        wish(self.ortho.stepped, self.slicing.step)
        self.ortho.seen.connect(self.slicing.see)
        self.ortho.seen.connect(self.strip.show_slices_on)

    def bind(self, keys: Keys) -> None:
        """Let keys open the views; they are those that the strip's buttons name."""
        keys.bind("Shift+G", self.show_compare)
        keys.bind("Shift+O", lambda: self.show_slices(not self.ortho.isVisible()))

    def show_compare(self) -> None:
        """Bring the window with bones side by side to the front."""
        self.compare.show()
        self.compare.raise_()
        self.compare.activateWindow()

    def show_slices(self, shown: bool) -> None:
        """Dock three slices under the picture, or take them away."""
        if shown and not self.ortho.isVisible():
            self._viewer.window.add_dock_widget(self.ortho, name=SLICES_TITLE, area="bottom")
            self.ortho.show()
        elif not shown and self.ortho.isVisible():
            self._viewer.window.remove_dock_widget(self.ortho)

    def close(self) -> None:
        """Close what is not part of the viewer's window."""
        self.compare.close()

    def _show_large(self, case_id: str, key: str) -> None:
        """Show a tile's bone in the viewer, as its surgeon left it."""
        who = surgeon_of(key) or BY_NOBODY
        if case_id == self._session.case_id:
            self._cases.choose_left_by(who)
        else:
            self._session.left_by = who
            self._cases.show_case(case_id)
