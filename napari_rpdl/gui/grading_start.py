"""The small dock of the plugin's menu from which a grader opens a study, in a window of its own."""

from collections.abc import Callable
from pathlib import Path

from magicgui.types import FileDialogMode
from magicgui.widgets import Container, FileEdit, LineEdit
from napari.utils.notifications import show_error
from qtpy.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from napari_rpdl.errors import InputError
from napari_rpdl.gui.controls import Button, note
from napari_rpdl.gui.dialogs import chosen
from napari_rpdl.gui.forms import SettingsForm
from napari_rpdl.gui.jobs import Jobs, Made, computing
from napari_rpdl.review.requirements import check_requirements
from napari_rpdl.settings.review import GradingSettings

_WHY = (
    "Grading opens a window of its own, so that nothing that is open here can tell what a code means. "
    "A study that was begun goes on where it stopped."
)


class GradingStart(QWidget):
    """Asks for study and grader; opens the grading window, or writes a study's results."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.study = FileEdit(mode=FileDialogMode.EXISTING_DIRECTORY, label="Study folder", nullable=True)
        self.grader = LineEdit(label="Your pseudonym")
        self.answers = LineEdit(label="Server", tooltip="postgresql:// address; empty for the study's own file.")
        self.corrections = FileEdit(
            mode=FileDialogMode.EXISTING_DIRECTORY,
            label="Corrections",
            tooltip="Only for results: dataset in which surgeons corrected predictions; what that cost is told.",
            nullable=True,
        )
        self.form = SettingsForm(GradingSettings)
        self.grade_button = Button("Start grading", "Open the study in a window of its own.")
        self.results_button = Button("Results…", "Needs the key: methods compared, agreement of graders, as a page.")
        self.jobs = Jobs()
        self.windows: list[object] = []
        self._arrange()
        self.grade_button.clicked.connect(lambda: self._safely(self._grade))
        self.results_button.clicked.connect(lambda: self._safely(self._results))
        self.jobs.failed.connect(lambda failed: show_error(failed.text))
        jobs = self.jobs
        self.destroyed.connect(lambda: jobs.close())

    def write_results(self, key: Path, out: Path) -> None:
        """Write a study's results and open the page.

        Raises:
            InputError: no study, or packages are missing.
        """
        check_requirements()
        from napari_rpdl.gui.coordinators.unblinding import report_on

        study = chosen(self.study, "the folder of the study")[0]
        work = computing(report_on, study, self.answers.value.strip(), key, out, self.corrections.value or None)
        self.results_button.allow(False, "The results are being written.")
        self.jobs.start("results", work, _show_page, self._rest)

    def _arrange(self) -> None:
        rows = QVBoxLayout(self)
        rows.addWidget(note(_WHY))
        rows.addWidget(Container(widgets=[self.study, self.grader, self.answers], labels=True).native)
        rows.addWidget(self.form)
        rows.addWidget(self.grade_button)
        rows.addWidget(Container(widgets=[self.corrections], labels=True).native)
        rows.addWidget(self.results_button)
        rows.addStretch()

    def _safely(self, act: Callable[[], None]) -> None:
        try:
            act()
        except InputError as error:
            show_error(str(error))

    def _grade(self) -> None:
        check_requirements()
        from napari_rpdl.gui.grading import open_grading  # imported late: SQLAlchemy is an extra

        study = chosen(self.study, "the folder of the study")[0]
        if not self.grader.value.strip():
            msg = "Type your pseudonym in the study first."
            raise InputError(msg)
        opened = open_grading(study, self.grader.value.strip(), self.answers.value.strip(), self.form.settings())
        self.windows.append(opened)

    def _results(self) -> None:
        chosen(self.study, "the folder of the study")
        key = QFileDialog.getExistingDirectory(self, "Folder of the key")
        out = QFileDialog.getExistingDirectory(self, "Folder for the report") if key else ""
        if key and out:
            self.write_results(Path(key), Path(out))

    def _rest(self) -> None:
        self.results_button.allow(True)


def _show_page(event: object) -> None:
    from napari_rpdl.gui.coordinators.unblinding import open_page

    if isinstance(event, Made):
        open_page(event.value)
