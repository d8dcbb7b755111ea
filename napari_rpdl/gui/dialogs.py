"""Dialogs that ask for the files and settings of an import."""

from collections.abc import Iterator
from pathlib import Path

from qtpy.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from napari_rpdl.data.importers.cm_arrays import import_cm_arrays
from napari_rpdl.data.importers.drilled_volumes import import_drilled
from napari_rpdl.data.importers.recordings import import_recordings
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event
from napari_rpdl.gui.controls import Choice, WholeNumber, note
from napari_rpdl.gui.forms import SettingsForm
from napari_rpdl.settings import RecordingSettings

_NIFTI = "NIfTI (*.nii *.nii.gz)"
_ARRAYS = "NumPy arrays (*.npy)"
_RECORDINGS = "Recordings (*.npz *.npy *.csv)"
_SEPARATOR = "; "


class PathField(QWidget):
    """A line with a path (or several) and a button that lets a person browse."""

    def __init__(self, kinds: str = "", several: bool = False, folder: bool = False) -> None:
        super().__init__()
        self._kinds, self._several, self._folder = kinds, several, folder
        self.line = QLineEdit()
        self.line.setMinimumWidth(320)
        button = QPushButton("…")
        button.setMaximumWidth(32)
        button.clicked.connect(self._browse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line)
        row.addWidget(button)

    def paths(self, what: str) -> list[Path]:
        """Return the chosen paths; an InputError where none is."""
        texts = [text.strip() for text in self.line.text().split(_SEPARATOR.strip()) if text.strip()]
        if not texts:
            msg = f"Choose {what} first."
            raise InputError(msg)
        return [Path(text).expanduser() for text in texts]

    def path(self, what: str) -> Path:
        """Return the chosen path; an InputError where none is."""
        return self.paths(what)[0]

    def _browse(self) -> None:
        if self._folder:
            chosen = [QFileDialog.getExistingDirectory(self, "New or empty folder")]
        elif self._several:
            chosen = QFileDialog.getOpenFileNames(self, "Files", filter=self._kinds)[0]
        else:
            chosen = [QFileDialog.getOpenFileName(self, "File", filter=self._kinds)[0]]
        if any(chosen):
            self.line.setText(_SEPARATOR.join(chosen))


class ImportDialog(QDialog):
    """Base: rows, a folder for the result, Import and Cancel."""

    title = ""
    explanation = ""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.title)
        self.rows = QFormLayout()
        self.out = PathField(folder=True)
        self.add_rows()
        self.rows.addRow("Dataset folder", self.out)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Import")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(note(self.explanation))
        column.addLayout(self.rows)
        column.addWidget(buttons)

    def add_rows(self) -> None:
        """Add what this import needs to know."""
        raise NotImplementedError

    def events(self) -> Iterator[Event]:
        """Return the import that the person asked for, not started; an InputError says what is missing."""
        raise NotImplementedError

    def folder(self) -> Path:
        """Return where the dataset goes."""
        return self.out.path("a folder for the dataset")


class CMArraysDialog(ImportDialog):
    """The arrays published with the paper."""

    title = "Import the published CM arrays"
    explanation = (
        "x9_7.npy (bones) and y9_7.npy (drilled regions), "
        "from github.com/Jacobi93/Reward-penalty-Dice-loss, folder cm_data."
    )

    def add_rows(self) -> None:
        """Ask for both files and their order."""
        self.x, self.y = PathField(_ARRAYS), PathField(_ARRAYS)
        self.bones, self.surgeons = WholeNumber(1, 10_000), WholeNumber(1, 64)
        self.bones.setValue(9)
        self.surgeons.setValue(7)
        self.verify = QCheckBox("Compare with the published files first")
        for label, control in (
            ("Bones (x)", self.x),
            ("Drilled regions (y)", self.y),
            ("Number of bones", self.bones),
            ("Number of surgeons", self.surgeons),
            ("", self.verify),
        ):
            self.rows.addRow(label, control)

    def events(self) -> Iterator[Event]:
        """Return the import of both arrays."""
        return import_cm_arrays(
            self.x.path("the file of the bones"),
            self.y.path("the file of the drilled regions"),
            self.folder(),
            bones=self.bones.value(),
            surgeons=self.surgeons.value(),
            verify=self.verify.isChecked(),
        )


class DrilledVolumesDialog(ImportDialog):
    """Bones before and after surgery, as a simulator exports them."""

    title = "Import drilled volumes"
    explanation = (
        "One labelled bone, and for each surgeon the bone after drilling or the removed region. "
        "File names become surgeons' names."
    )

    def add_rows(self) -> None:
        """Ask for the bone, the surgeons' files and what they show."""
        self.bone, self.after = PathField(_NIFTI), PathField(_NIFTI, several=True)
        self.convention = Choice(())
        self.convention.offer(("after", "removed"), ("the bone after drilling", "the removed region"))
        self.rows.addRow("Bone before", self.bone)
        self.rows.addRow("Surgeons' files", self.after)
        self.rows.addRow("They show", self.convention)

    def events(self) -> Iterator[Event]:
        """Return the import of one bone."""
        return import_drilled(
            self.bone.path("the bone"),
            self.after.paths("the surgeons' files"),
            self.folder(),
            convention=self.convention.currentData(),
        )


class RecordingsDialog(ImportDialog):
    """Burr positions recorded while drilling."""

    title = "Import drill recordings"
    explanation = (
        "Ordered burr positions (N × 3 on a grid of 256 voxels) become drilled regions. "
        "Bones are not part of a recording."
    )

    def add_rows(self) -> None:
        """Ask for the file and how thick the burr was."""
        self.file = PathField(_RECORDINGS)
        self.form: SettingsForm[RecordingSettings] = SettingsForm(RecordingSettings)
        self.rows.addRow("Recording", self.file)
        self.rows.addRow(self.form)

    def events(self) -> Iterator[Event]:
        """Return the import of the recordings."""
        return import_recordings(self.file.path("the recordings"), self.folder(), self.form.settings())
