"""The grading window: one study, one grader, nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari.utils.notifications import show_error, show_info
from qtpy.QtCore import QEvent, QObject, QTimer
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QApplication, QDockWidget, QLabel, QMessageBox, QStackedWidget, QVBoxLayout, QWidget

from napari_rpdl.errors import InputError
from napari_rpdl.events import Failed
from napari_rpdl.gui.coordinators.grading import GradingCoordinator
from napari_rpdl.gui.coordinators.unblinding import UnblindingCoordinator
from napari_rpdl.gui.grading_session import GradingSession
from napari_rpdl.gui.jobs import Jobs
from napari_rpdl.gui.panels.grading import GradingPanel
from napari_rpdl.gui.panels.unblinded import UnblindedPanel
from napari_rpdl.gui.tiles import Tiles
from napari_rpdl.gui.windows import make_room
from napari_rpdl.review.gradebook import GradeBook
from napari_rpdl.review.sitting import Sitting
from napari_rpdl.review.study_folder import StudyFolder
from napari_rpdl.settings.review import GradingSettings

if TYPE_CHECKING:
    import napari

TITLE = "Grading"
_TELLING_DOCKS = ("layer list", "layer controls", "console")
"""What napari shows beside the picture and a grader does not need; hidden by Qt's own means."""


def open_grading(
    study: Path, grader: str, answers: str = "", settings: GradingSettings | None = None, show: bool = True
) -> "tuple[napari.Viewer, GradingDesk]":
    """Return a viewer of its own, with a study's form and nothing that could tell what a code means.

    Args:
        study: folder of the study.
        grader: pseudonym.
        answers: file, or postgresql:// address; the study's own file when empty.
        settings: how the grader sits at the study.
        show: whether the window is visible.

    Raises:
        InputError: no study, no such grader, or the answers cannot be written there; no
            window is left behind.
    """
    import napari

    opened = StudyFolder.open(study)
    opened.study.plan_of(grader)
    book = GradeBook(answers or opened.answers_file, opened.study)
    viewer = napari.Viewer(title="RPDL grading", show=show)
    desk = GradingDesk(viewer, opened, Sitting(opened.study, book, grader, settings or GradingSettings()))
    viewer.window.add_dock_widget(desk, name=TITLE, area="right", add_vertical_stretch=False)
    make_room(viewer)
    return viewer, desk


class GradingDesk(QWidget):
    """The dock in which a grader works. The key is read when everything is locked, not before."""

    def __init__(
        self,
        napari_viewer: "napari.viewer.Viewer",
        study: StudyFolder,
        sitting: Sitting,
        parent: QWidget | None = None,
    ) -> None:
        """Show the first presentation that is not locked.

        Args:
            napari_viewer: an empty viewer.
            study: what is graded.
            sitting: the grader's answers.
            parent: for Qt.
        """
        super().__init__(parent)
        plan = study.study
        self.session = GradingSession(plan.title, plan.origin, plan.scale)
        self.jobs = Jobs()
        self.tiles = Tiles(napari_viewer)
        self.grading = GradingCoordinator(self.session, self.tiles, self.jobs, study, sitting)
        self.unblinding = UnblindingCoordinator(self.session, self.tiles, self.jobs, study, sitting)
        self.form = GradingPanel(self.session)
        self.review = UnblindedPanel(self.session)
        self._busy = QLabel()
        self._arrange()
        self._connect()
        self._watch(napari_viewer)
        self.grading.begin()

    def _arrange(self) -> None:
        self.setMinimumWidth(430)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.form)
        self._pages.addWidget(self.review)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(2, 2, 2, 2)
        rows.addWidget(self._pages)
        rows.addWidget(self._busy)

    def _connect(self) -> None:
        form, grading = self.form, self.grading
        self._wish(form.answer_given, grading.answer)
        self._wish(form.confidence_given, grading.be_sure)
        self._wish(form.comment_given, grading.comment)
        self._wish(form.item_chosen, grading.choose_item)
        self._wish(form.item_step_asked, grading.step_item)
        self._wish(form.step_asked, grading.step)
        self._wish(form.lock_asked, grading.lock)
        self._wish(form.pause_asked, grading.pause)
        self._wish(form.view_asked, grading.look)
        self._wish(form.saving_asked, grading.save_again)
        self._wish(self.review.key_chosen, self.unblinding.unblind)
        self._wish(self.review.result_chosen, self.unblinding.show)
        self._wish(self.review.item_chosen, self.unblinding.go_to)
        self._wish(self.review.view_asked, self.unblinding.look)
        self._wish(self.review.results_asked, self.unblinding.write_results)
        told = self.session.events
        told.finished.connect(lambda finished: self._pages.setCurrentIndex(int(finished)))
        told.busy.connect(lambda text: self._busy.setText(text))
        told.told.connect(_tell)
        self.jobs.failed.connect(_show_failure)

    def _wish(self, signal: Any, act: Callable[..., None]) -> None:
        """Let a wish act; what a person got wrong becomes a message, not a traceback."""

        def safely(*what: object) -> None:
            try:
                act(*what)
            except InputError as error:
                show_error(str(error))

        signal.connect(safely)

    def _watch(self, viewer: "napari.viewer.Viewer") -> None:
        """Let time run while the person moves, and stop all work with the window."""
        for callbacks in (viewer.mouse_move_callbacks, viewer.mouse_drag_callbacks, viewer.mouse_wheel_callbacks):
            callbacks.append(self._moved)
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self.grading.tick)
        self._timer.start()
        jobs = self.jobs
        self.destroyed.connect(lambda: jobs.close())
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(jobs.close)

    def _moved(self, *_: object) -> None:
        self.grading.touch()

    def _may_close(self) -> bool:
        self.form.end_comment()
        lost = self.grading.let_go()
        return not lost or ask_whether_to_lose(lost)

    # -- Qt ---------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Hide what is not needed for grading, once the dock lies in its window."""
        super().showEvent(event)
        self.window().installEventFilter(self)
        for dock in self.window().findChildren(QDockWidget):
            if dock.objectName() in _TELLING_DOCKS:
                dock.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Ask before answers are lost with the window; stop all work once it has really closed."""
        if watched is self.window():
            if event.type() == QEvent.Type.Close and not self._may_close():
                event.ignore()
                return True
            if event.type() == QEvent.Type.Hide and not event.spontaneous():
                self._timer.stop()
                self.jobs.close()
        return bool(super().eventFilter(watched, event))


def ask_whether_to_lose(answers: int) -> bool:
    """Ask whether the window shall close although answers are not in the record."""
    told = f"{answers} of your answers could not be written into the record. They are lost when the window closes."
    choices = QMessageBox.StandardButton.Close | QMessageBox.StandardButton.Cancel
    chosen = QMessageBox.warning(None, "Answers are not saved", told, choices, QMessageBox.StandardButton.Cancel)
    return bool(chosen == QMessageBox.StandardButton.Close)


def _tell(text: str) -> None:
    if text:
        show_info(text)


def _show_failure(failed: Failed) -> None:
    show_error(failed.text)
