"""The dialog that plans a blinded grading study from a dataset and folders of predictions."""

from collections.abc import Iterator
from pathlib import Path

from magicgui.types import FileDialogMode
from magicgui.widgets import CheckBox, ComboBox, Container, FileEdit, LineEdit
from qtpy.QtCore import Qt, QTimer
from qtpy.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event
from napari_rpdl.gui.controls import Button, heading, note
from napari_rpdl.gui.dialogs import chosen
from napari_rpdl.gui.forms import SettingsForm
from napari_rpdl.gui.palette import ALARM
from napari_rpdl.review.planning import Plan, plan_study
from napari_rpdl.review.scale import Scale, read_scale, shipped_scales
from napari_rpdl.review.sources import Sources
from napari_rpdl.review.study_folder import write_study
from napari_rpdl.settings.review import StudySettings

_OWN = "own file"
_BASIC = ("title", "repeats", "minimum_gap")


class PlanStudyDialog(QDialog):
    """Asks who grades what by which scale; says how long it takes and what it can prove."""

    def __init__(self, dataset: Dataset, predictions: Path | None = None, parent: QWidget | None = None) -> None:
        """Offer a dataset.

        Args:
            dataset: its surgeons' drillings take part.
            predictions: folder of predictions to begin with; none when None.
            parent: for Qt.
        """
        super().__init__(parent)
        self.setWindowTitle("Plan a grading study")
        self._dataset = dataset
        scales = [(scale.name, scale.id) for scale in shipped_scales()]
        self.scale = ComboBox(choices=[*scales, ("A scale file of your own…", _OWN)], label="Scale")
        self.own_scale = FileEdit(filter="Scales (*.json)", label="Scale file", nullable=True)
        self.graders = LineEdit(label="Graders", tooltip="Pseudonyms, with commas between them.", value="ada, ben")
        self.surgeons = CheckBox(text="The surgeons' own drillings take part", label="", value=True)
        self.folder = FileEdit(mode=FileDialogMode.EXISTING_DIRECTORY, label="Study folder", nullable=True)
        self.key = FileEdit(mode=FileDialogMode.EXISTING_DIRECTORY, label="Key folder", nullable=True)
        self.folder.tooltip = "New or empty; graders open it."
        self.key.tooltip = "Outside of the study folder. Keep it from the graders."
        self.form = SettingsForm(StudySettings, _BASIC)
        self.predictions = _table()
        self.add_button = Button("Add predictions…", "A folder with a NIfTI file for each bone, named after it.")
        self.remove_button = Button("Remove", "Take the chosen predictions out.")
        self.calibration = QListWidget()
        self.said = note()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(150)
        self._arrange()
        self._connect()
        if predictions is not None and predictions.is_dir():
            self.add(predictions.parent.name, predictions)
        self.tell()

    # -- what was asked for -----------------------------------------------------------

    def add(self, label: str, folder: Path) -> None:
        """Let a method's predictions take part; the label can be edited."""
        row = self.predictions.rowCount()
        self.predictions.insertRow(row)
        self.predictions.setItem(row, 0, QTableWidgetItem(label))
        where = QTableWidgetItem(str(folder))
        where.setFlags(where.flags() & ~Qt.ItemFlag.ItemIsEditable)
        where.setToolTip(str(folder))
        self.predictions.setItem(row, 1, where)

    def sources(self) -> Sources:
        """Return what takes part; an InputError where two methods have one label."""
        folders: dict[str, Path] = {}
        for row in range(self.predictions.rowCount()):
            label = self.predictions.item(row, 0).text().strip()
            if label in folders:
                msg = f"Expected every label of predictions once, got {label!r} twice."
                raise InputError(msg)
            folders[label] = Path(self.predictions.item(row, 1).text())
        return Sources(self._dataset, folders, self.surgeons.value)

    def plan(self) -> Plan:
        """Return the plan; an InputError says what does not fit together."""
        return plan_study(
            list(self.sources().candidates()),
            [name.strip() for name in self.graders.value.split(",") if name.strip()],
            self._scale(),
            self.form.settings(),
            self._calibration_cases(),
            self._dataset.origin,
        )

    def events(self) -> tuple[Iterator[Event], str]:
        """Return the writing of the study, not started, and what to say when it is there.

        Raises:
            InputError: something is missing or does not fit together.
        """
        plan, sources = self.plan(), self.sources()
        folder = chosen(self.folder, "a folder for the study")[0]
        key = chosen(self.key, "a folder for the key")[0]
        said = f"The study is in {folder}. Keep the key ({key}) from the graders until all answers are locked."
        return write_study(plan, self._dataset, sources.region_of, folder, key), said

    def tell(self) -> None:
        """Say how long the study takes and what it can prove, or what is still wrong."""
        self._timer.stop()
        self.own_scale.visible = self.scale.value == _OWN
        try:
            said, ready = "\n".join(sentences(self.plan())), True
        except InputError as error:
            said, ready = str(error), False
        self.said.setText(said)
        self.said.setStyleSheet("" if ready else f"color: {ALARM};")
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(ready)

    # -- building ---------------------------------------------------------------------

    def _arrange(self) -> None:
        self.setMinimumWidth(620)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Write the study")
        self.calibration.setMaximumHeight(90)
        for case_id in self._dataset.case_ids:
            item = QListWidgetItem(case_id)
            item.setCheckState(Qt.CheckState.Unchecked)
            self.calibration.addItem(item)
        column = QVBoxLayout(self)
        column.addWidget(note(f"<b>{self._dataset.name}</b>: {len(self._dataset)} bones."))
        top = Container(widgets=[self.scale, self.own_scale, self.graders, self.surgeons], labels=True)
        column.addWidget(top.native)
        column.addWidget(heading("Predictions that take part"))
        column.addWidget(self.predictions)
        line = QHBoxLayout()
        line.addWidget(self.add_button)
        line.addWidget(self.remove_button)
        column.addLayout(line)
        column.addWidget(self.form)
        column.addWidget(heading("Practice bones: come first, are left out of the results"))
        column.addWidget(self.calibration)
        column.addWidget(Container(widgets=[self.folder, self.key], labels=True).native)
        column.addWidget(heading("What this study takes, and can prove at best"))
        column.addWidget(self.said)
        column.addWidget(self.buttons)

    def _connect(self) -> None:
        for control in (self.scale, self.own_scale, self.graders, self.surgeons):
            control.changed.connect(lambda _: self._timer.start())
        self.form.changed.connect(self._timer.start)
        self.predictions.itemChanged.connect(lambda _: self._timer.start())
        self.calibration.itemChanged.connect(lambda _: self._timer.start())
        self._timer.timeout.connect(self.tell)
        self.add_button.clicked.connect(self._ask_predictions)
        self.remove_button.clicked.connect(self._remove)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _ask_predictions(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, "Folder of predictions, a NIfTI file for each bone"):
            self.add(Path(folder).name, Path(folder))

    def _remove(self) -> None:
        self.predictions.removeRow(self.predictions.currentRow())
        self._timer.start()

    def _scale(self) -> Scale:
        if self.scale.value == _OWN:
            return read_scale(chosen(self.own_scale, "a scale file")[0])
        return next(scale for scale in shipped_scales() if scale.id == self.scale.value)

    def _calibration_cases(self) -> list[str]:
        items = [self.calibration.item(row) for row in range(self.calibration.count())]
        return [item.text() for item in items if item.checkState() == Qt.CheckState.Checked]


def sentences(plan: Plan) -> list[str]:
    """Return how long a study takes and what it can prove at best."""
    count, graders = len(plan.study.graders[0].presentations), len(plan.study.graders)
    shortest, longest = plan.minutes
    whom = "the one grader" if graders == 1 else f"each of {graders} graders"
    said = [f"{count} presentations for {whom}, {shortest:.0f} to {longest:.0f} minutes.", *plan.reach.sentences()]
    if plan.same_bone_neighbours:
        said.append(f"{plan.same_bone_neighbours} times a bone follows itself; more bones would avoid it.")
    return said


def _table() -> QTableWidget:
    table = QTableWidget(0, 2)
    table.setHorizontalHeaderLabels(["Label (in the results only)", "Folder"])
    table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
    table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    table.verticalHeader().hide()
    table.setMaximumHeight(110)
    return table
