"""The workspace: builds the panels, connects their wishes to the coordinators."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari.utils.notifications import show_error, show_info
from qtpy.QtCore import QEvent, QObject
from qtpy.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from qtpy.QtWidgets import (
    QApplication,
    QFileDialog,
    QLabel,
    QProgressBar,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from napari_rpdl.data.sample import sample_dataset_folder
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.landmarks import Voxel
from napari_rpdl.events import Event, Failed
from napari_rpdl.gui.activity import Activity
from napari_rpdl.gui.camera import VIEWS
from napari_rpdl.gui.columns import Column, stacked
from napari_rpdl.gui.coordinators.cases import CaseCoordinator
from napari_rpdl.gui.coordinators.imports import ImportCoordinator
from napari_rpdl.gui.coordinators.overview import OverviewCoordinator
from napari_rpdl.gui.coordinators.studies import StudyCoordinator
from napari_rpdl.gui.docks import Docks
from napari_rpdl.gui.drilling_corner import DrillingCorner
from napari_rpdl.gui.jobs import Jobs
from napari_rpdl.gui.keys import Keys
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.learning_corner import LearningCorner
from napari_rpdl.gui.map_corner import MapCorner
from napari_rpdl.gui.memory import Memory, is_there
from napari_rpdl.gui.panels.bones import BonesPanel
from napari_rpdl.gui.panels.surgeons import SurgeonsPanel
from napari_rpdl.gui.panels.train import ask_whether_it_goes_on
from napari_rpdl.gui.remembering import Remembering
from napari_rpdl.gui.session import Session
from napari_rpdl.gui.sights import Sights

if TYPE_CHECKING:
    import napari

TITLE = "RPDL workspace"


class Workspace(QWidget):
    """The dock in which a person works: bones, surgeons, map, training, prediction."""

    def __init__(self, napari_viewer: "napari.viewer.Viewer", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = Session()
        self.jobs = Jobs()
        layers = Layers(napari_viewer)
        self.cases = CaseCoordinator(self.session, layers, self.jobs)
        self.maps = MapCorner(self.session, layers, self.jobs, self.cases)
        self.learning = LearningCorner(self.session, layers, self.jobs, self.cases)
        self.overview = OverviewCoordinator(self.session, self.jobs)
        self.imports = ImportCoordinator(self.session, self.jobs, self.open_dataset)
        self.drilling = DrillingCorner(self.session, layers, self.jobs, self.cases)
        self.studies = StudyCoordinator(self.session, self.jobs)
        self.activity = Activity(self.jobs, self.learning.cancels)
        self.bones, self.surgeons = BonesPanel(self.session), SurgeonsPanel(self.session)
        self.rpmap, self.inspect = self.maps.rpmap, self.maps.inspect
        self.train, self.runs, self.predict = self.learning.train, self.learning.runs, self.learning.predict
        self.memory = Memory(show_info)
        self.remembering = Remembering(self.session, self.memory, self.cases, self)
        self._layers = layers
        self._status = QLabel()
        self._pulse = QProgressBar()
        self.sights = Sights(self, napari_viewer, self.session, layers, self.jobs, self.cases, self.predict.settings)
        self._docks = Docks(self, self.sights, self.session, self.memory)
        self._arrange()
        self._connect()
        self._bind(napari_viewer)
        self._end_with_the_window()

    def open_dataset(self, folder: Path, case_id: str = "", run: Path | None = None) -> None:
        """Open a dataset folder and show a bone, predicted by the network of a run where one is given.

        Raises:
            InputError: ``run`` is no folder of a training.
        """
        if run is not None:
            self.learning.predict_at_once(run)
            self.show_tab("Predict")
        self.cases.open_dataset(folder, case_id)

    def open_sample(self) -> None:
        """Open the phantom dataset that comes with the plugin."""
        self.open_dataset(sample_dataset_folder())

    def open_last(self) -> None:
        """Open the dataset of last time, with the run of last time if it is still there."""
        if self.memory.last.dataset is not None:
            self.open_dataset(self.memory.last.dataset)
        if (run := self.memory.last.run) is not None and is_there(run / "run.json"):
            self.learning.open_run(run)

    def show_tab(self, title: str) -> None:
        """Bring a panel to the front; nothing happens where there is none of that title."""
        titles = [self.tabs.tabText(index) for index in range(self.tabs.count())]
        if title in titles:
            self.tabs.setCurrentIndex(titles.index(title))

    def hand_layers(self) -> list[Any]:
        """Return the labels layers that are not the workspace's own."""
        return self._layers.by_hand()

    def start_import(self, events: Iterator[Event], out: Path) -> None:
        """Run an importer in the background, then open what it made."""
        self.imports.start(events, out)

    # -- building ---------------------------------------------------------------------

    def _arrange(self) -> None:
        self.setAcceptDrops(True)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setStyleSheet("QTabBar::tab { padding-left: 5px; padding-right: 5px; }")
        for title, panel in (
            ("Bones", self.bones),
            ("Surgeons", self.surgeons),
            ("RPMap", self.rpmap),
            ("Inspect", self.inspect),
            ("Train", stacked(self.train, self.runs)),
            ("Predict", self.predict),
            ("Drill", self.drilling.drill),
            ("Replay", self.drilling.replay),
        ):
            self.tabs.addTab(Column(panel), title)
        self.show_tab(self.memory.last.tab)
        self.bones.offer_last(self.memory.last.dataset)
        self._pulse.setRange(0, 0)
        self._pulse.setMaximumHeight(6)
        self._pulse.setTextVisible(False)
        self._pulse.hide()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(4, 4, 4, 4)
        for widget in (self.sights.strip, self.tabs, self._status, self._pulse):
            rows.addWidget(widget)

    def _connect(self) -> None:
        self._wish(self.bones.open_asked, self._ask_dataset)
        self._wish(self.bones.sample_asked, self.open_sample)
        self._wish(self.bones.last_asked, self.open_last)
        self._wish(self.bones.case_chosen, self.cases.show_case)
        self._wish(self.bones.step_asked, self.cases.step)
        self._wish(self.bones.view_asked, self.cases.look)
        self._wish(self.bones.dimensions_asked, lambda dimensions: self._layers.standpoint.set_3d(dimensions == 3))
        self._wish(self.bones.opacity_chosen, self.cases.choose_opacity)
        self._wish(self.bones.structures_hidden, self.cases.hide_structures)
        self._wish(self.surgeons.surgeons_chosen, self.cases.choose_surgeons)
        self._wish(self.surgeons.left_by_chosen, self.cases.choose_left_by)
        self._wish(self.surgeons.pair_chosen, self.cases.compare)
        self._wish(self.surgeons.place_chosen, self.maps.inspection.go_to)
        self._wish(self.inspect.flight_chosen, self._fly_to)
        self.maps.connect(self._wish)
        self.learning.connect(self._wish, self._predict_with)
        self.sights.connect(self._wish)
        self.drilling.connect(self._wish)
        self.tabs.currentChanged.connect(lambda index: self.memory.note(tab=self.tabs.tabText(index)))
        self.session.events.busy.connect(self._show_busy)
        self.session.events.told.connect(show_info)
        self.jobs.failed.connect(_show_failure)

    def _predict_with(self, runs: tuple[Path, ...]) -> None:
        """Choose runs and bring the panel of predictions to the front."""
        first, *others = runs
        self.learning.predictions.choose_run(first)
        for run in others:
            self.learning.predictions.add_run(run)
        self.show_tab("Predict")

    def _fly_to(self, voxel: Voxel) -> None:
        """Bring a voxel near in 3-D, and show it in three slices."""
        self.sights.show_slices(True)
        self.maps.inspection.look_at(voxel)
        self._layers.standpoint.fly_to(voxel)

    def _wish(self, signal: Any, act: Callable[..., None]) -> None:
        """Let a wish act; what a person got wrong becomes a message, not a traceback."""

        def safely(*what: object) -> None:
            try:
                act(*what)
            except InputError as error:
                show_error(str(error))

        signal.connect(safely)

    def _bind(self, viewer: "napari.viewer.Viewer") -> None:
        viewer.mouse_drag_callbacks.append(self.maps.inspection.clicked)
        keys = Keys(viewer, self)
        keys.bind("N", partial(self.cases.step, 1))
        keys.bind("Shift+N", partial(self.cases.step, -1))
        for choice in VIEWS:
            keys.bind(f"Shift+{choice.key}", partial(self.cases.look, choice.view))
        self.sights.bind(keys)
        self.drilling.bind(viewer, keys)

    # -- showing ----------------------------------------------------------------------

    def _show_busy(self, text: str) -> None:
        self._status.setText(text)
        self._pulse.setVisible(bool(text))

    def _ask_dataset(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, "Folder of a dataset (with dataset.json in it)"):
            self.open_dataset(Path(folder))

    # -- Qt ---------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Accept a dropped folder."""
        if _dropped_folder(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Open a dropped dataset folder."""
        if (folder := _dropped_folder(event)) is not None:
            self.open_dataset(folder)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Watch the window that the dock has come to lie in, and take the room that its theme needs."""
        super().showEvent(event)
        self.setMinimumWidth(self.minimumSizeHint().width())
        self.window().installEventFilter(self)
        self._docks.place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Stop all work once the viewer's window has really closed (a refused close never hides it).

        What becomes of a training is asked before: napari stops all workers while it closes.
        """
        if watched is self.window():
            if event.type() == QEvent.Type.Close:
                self._docks.note()
                if self.learning.trainings.can_go_on:
                    self.learning.trainings.let_go(ask_whether_it_goes_on())
            if event.type() == QEvent.Type.Hide and not event.spontaneous():
                self.remembering.note()
                self.drilling.let_go()
                self.sights.close()
                self.jobs.close()
                self.activity.close()
        return bool(super().eventFilter(watched, event))

    def _end_with_the_window(self) -> None:
        """Stop all work when the dock is deleted or the program ends."""
        jobs, activity = self.jobs, self.activity
        self.destroyed.connect(lambda: jobs.close())
        self.destroyed.connect(lambda: activity.close())
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(jobs.close)


def _show_failure(failed: Failed) -> None:
    show_error(failed.text)


def _dropped_folder(event: QDropEvent) -> Path | None:
    for url in event.mimeData().urls():
        path = Path(url.toLocalFile())
        if path.is_dir():
            return path
    return None
