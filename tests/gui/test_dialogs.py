"""Import dialogs ask for what their importers need."""

import numpy as np
import pytest

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.gui.dialogs import CMArraysDialog, DrilledVolumesDialog, RecordingsDialog, chosen
from napari_rpdl.settings import RecordingSettings

ALL = [CMArraysDialog, DrilledVolumesDialog, RecordingsDialog]


@pytest.mark.parametrize("kind", ALL)
def test_a_dialog_without_files_says_what_is_missing(qtbot, kind) -> None:
    dialog = kind()
    qtbot.addWidget(dialog)
    with pytest.raises(InputError, match="Choose"):
        dialog.events()
    with pytest.raises(InputError, match="folder"):
        dialog.folder()


def test_the_answers_reach_the_importer(qtbot, tmp_path) -> None:
    bones = np.zeros((2, 16, 16, 16), np.int8)
    bones[:, 4:12] = 1
    np.save(tmp_path / "x.npy", bones)
    np.save(tmp_path / "y.npy", bones)
    dialog = CMArraysDialog()
    qtbot.addWidget(dialog)
    dialog.x.value, dialog.y.value, dialog.out.value = (tmp_path / name for name in ("x.npy", "y.npy", "out"))
    dialog.bones.value, dialog.surgeons.value = 1, 2
    for _ in dialog.events():
        pass
    assert dialog.folder() == tmp_path / "out"
    assert len(Dataset.open(tmp_path / "out").surgeons) == 2


def test_several_files_can_be_chosen(qtbot, tmp_path) -> None:
    dialog = DrilledVolumesDialog()
    qtbot.addWidget(dialog)
    files = [tmp_path / "anna.nii.gz", tmp_path / "ben.nii.gz"]
    dialog.after.value = files
    assert chosen(dialog.after, "files") == files
    assert dialog.convention.value == "after"


def test_the_recording_s_settings_are_those_of_the_model(qtbot, tmp_path) -> None:
    dialog = RecordingsDialog()
    qtbot.addWidget(dialog)
    assert set(dialog.settings) == set(RecordingSettings.model_fields)
    dialog.file.value, dialog.out.value = tmp_path / "a.npz", tmp_path / "out"
    dialog.settings["radius"].value = "-3"
    with pytest.raises(InputError, match="radius"):
        dialog.events()
