"""Dialogs that ask for the files and settings of an import."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from magicgui.types import FileDialogMode
from magicgui.widgets import CheckBox, ComboBox, Container, FileEdit, Select, SpinBox, Widget
from pydantic import ValidationError
from qtpy.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from napari_rpdl.data.importers.cm_arrays import import_cm_arrays
from napari_rpdl.data.importers.drilled_volumes import import_drilled
from napari_rpdl.data.importers.recordings import import_recordings
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event
from napari_rpdl.gui.controls import NIFTI, note
from napari_rpdl.gui.forms import make_control
from napari_rpdl.gui.hand_layers import HandLayer, use_layers
from napari_rpdl.settings import RecordingSettings, explain

_ARRAYS = "NumPy arrays (*.npy)"
_RECORDINGS = "Recordings (*.npz *.npy *.csv)"
_CONVENTIONS = (("the bone after drilling", "after"), ("the removed region", "removed"))


class ImportDialog(QDialog):
    """What all imports ask for: their own controls, a folder for the result, Import and Cancel."""

    def __init__(self, title: str, explanation: str, controls: Sequence[Widget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.out = FileEdit(mode=FileDialogMode.EXISTING_DIRECTORY, label="Dataset folder", nullable=True)
        self.rows: Container[Widget] = Container(widgets=[*controls, self.out], labels=True)
        self.rows.min_width = 520
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Import")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(note(explanation))
        column.addWidget(self.rows.native)
        column.addWidget(buttons)

    def folder(self) -> Path:
        """Return where the dataset goes."""
        return chosen(self.out, "a folder for the dataset")[0]


class CMArraysDialog(ImportDialog):
    """The arrays published with the paper."""

    def __init__(self, parent: QWidget | None = None) -> None:
        explanation = (
            "x9_7.npy (bones) and y9_7.npy (drilled regions), "
            "from github.com/Jacobi93/Reward-penalty-Dice-loss, folder cm_data."
        )
        self.x = FileEdit(filter=_ARRAYS, label="Bones (x)", nullable=True)
        self.y = FileEdit(filter=_ARRAYS, label="Drilled regions (y)", nullable=True)
        self.bones = SpinBox(value=9, min=1, max=10_000, label="Number of bones")
        self.surgeons = SpinBox(value=7, min=1, max=64, label="Number of surgeons")
        self.verify = CheckBox(text="Compare with the published files first", label="")
        controls = (self.x, self.y, self.bones, self.surgeons, self.verify)
        super().__init__("Import the published CM arrays", explanation, controls, parent)

    def events(self) -> Iterator[Event]:
        """Return the import of both arrays."""
        return import_cm_arrays(
            chosen(self.x, "the file of the bones")[0],
            chosen(self.y, "the file of the drilled regions")[0],
            self.folder(),
            bones=self.bones.value,
            surgeons=self.surgeons.value,
            verify=self.verify.value,
        )


class DrilledVolumesDialog(ImportDialog):
    """Bones before and after surgery, as a simulator exports them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        explanation = (
            "One labelled bone, and for each surgeon the bone after drilling or the removed region. "
            "File names become surgeons' names."
        )
        self.bone = FileEdit(filter=NIFTI, label="Bone before", nullable=True)
        self.after = FileEdit(mode=FileDialogMode.EXISTING_FILES, filter=NIFTI, label="Surgeons' files", nullable=True)
        self.convention = ComboBox(choices=_CONVENTIONS, label="They show")
        super().__init__("Import drilled volumes", explanation, (self.bone, self.after, self.convention), parent)

    def events(self) -> Iterator[Event]:
        """Return the import of one bone."""
        return import_drilled(
            chosen(self.bone, "the bone")[0],
            chosen(self.after, "the surgeons' files"),
            self.folder(),
            convention=self.convention.value,
        )


class RecordingsDialog(ImportDialog):
    """Burr positions recorded while drilling."""

    def __init__(self, parent: QWidget | None = None) -> None:
        explanation = (
            "Ordered burr positions (N × 3 on a grid of 256 voxels) become drilled regions. "
            "Bones are not part of a recording."
        )
        self.file = FileEdit(filter=_RECORDINGS, label="Recording", nullable=True)
        fields = RecordingSettings.model_fields
        self.settings = {name: make_control(name, info) for name, info in fields.items()}
        super().__init__("Import drill recordings", explanation, (self.file, *self.settings.values()), parent)

    def events(self) -> Iterator[Event]:
        """Return the import of the recordings."""
        file = chosen(self.file, "the recordings")[0]
        try:
            settings = RecordingSettings.model_validate({name: c.value for name, c in self.settings.items()})
        except ValidationError as error:
            raise InputError(explain(error, "Settings")) from error
        return import_recordings(file, self.folder(), settings)


class UseLayersDialog(ImportDialog):
    """Layers of the viewer that are the bone and what surgeons drilled.

    Args:
        layers: labels layers that the person brought in.
    """

    def __init__(self, layers: Sequence[Any], parent: QWidget | None = None) -> None:
        explanation = (
            "Choose which layer is the bone (codes of structures; 0 is air, 1 is bone) and which are drilled regions: "
            "a layer for each surgeon, of the same shape and spacing. Names of layers become surgeons' names. "
            "The dataset folder gets them as files."
        )
        names = [(layer.name, layer) for layer in layers]
        self.bone = ComboBox(choices=[("unknown", None), *names], label="Bone", nullable=True)
        self.drilled = Select(choices=names, label="Drilled regions")
        self.side = ComboBox(choices=[("unknown", None), ("left", "left"), ("right", "right")], label="Ear")
        super().__init__("Use layers of the viewer", explanation, (self.bone, self.drilled, self.side), parent)

    def events(self) -> Iterator[Event]:
        """Return the writing of the dataset."""
        bone = None if self.bone.value is None else HandLayer.of(self.bone.value)
        drilled = [HandLayer.of(layer) for layer in self.drilled.value if layer is not self.bone.value]
        return use_layers(bone, drilled, self.folder(), self.side.value)


AnyImport = UseLayersDialog | CMArraysDialog | DrilledVolumesDialog | RecordingsDialog
"""Each of them also has ``events()``: the import that the person asked for, not started."""


def chosen(control: FileEdit, what: str) -> list[Path]:
    """Return the paths in a control; an InputError where there is none."""
    value = control.value
    paths = [value] if isinstance(value, Path) else [*(value or ())]
    if not paths:
        msg = f"Choose {what} first."
        raise InputError(msg)
    return [path.expanduser() for path in paths]
