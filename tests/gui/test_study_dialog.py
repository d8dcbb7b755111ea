"""A study is planned in a dialog, with what it takes and can prove in view."""

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDialogButtonBox

from napari_rpdl.data.nifti import write_volume
from napari_rpdl.data.volume import Volume
from napari_rpdl.errors import InputError
from napari_rpdl.gui.study_dialog import PlanStudyDialog
from napari_rpdl.review.study_folder import StudyFolder, read_key


@pytest.fixture
def predictions(small_dataset, tmp_path):
    folder = tmp_path / "my_run" / "predictions"
    for case in small_dataset:
        write_volume(Volume(case.masks("surgeon_2")[0], case.grid), folder / f"{case.case_id}.nii.gz")
    return folder


@pytest.fixture
def dialog(small_dataset, predictions, qtbot):
    made = PlanStudyDialog(small_dataset, predictions)
    qtbot.addWidget(made)
    return made


def ok(dialog):
    return dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)


def test_it_begins_with_the_surgeons_and_the_predictions_of_the_run(dialog):
    methods = {(one.method, one.source) for one in dialog.sources().candidates()}
    assert ("my_run", "my_run") in methods
    assert ("surgeons", "surgeon_1") in methods


def test_time_and_power_are_said_at_once_and_follow_every_change(dialog, qtbot):
    # 3 bones x (3 surgeons + 1 prediction) + 15 % (rounded up) again.
    assert "14 presentations for each of 2 graders" in dialog.said.text()
    assert "3 bones cannot show which of two methods is better" in dialog.said.text()
    dialog.graders.value = "ada"
    qtbot.waitUntil(lambda: "for the one grader" in dialog.said.text())
    dialog.surgeons.value = False
    qtbot.waitUntil(lambda: "too few to keep 6 between" in dialog.said.text())
    dialog.form.control("minimum_gap").value = 2
    qtbot.waitUntil(lambda: "one method only" in dialog.said.text())


def test_what_does_not_fit_is_said_and_nothing_can_be_written(dialog, qtbot):
    assert ok(dialog).isEnabled()
    dialog.graders.value = "ada, Ada"
    qtbot.waitUntil(lambda: "every grader once" in dialog.said.text())
    assert not ok(dialog).isEnabled()
    dialog.graders.value = "ada"
    qtbot.waitUntil(ok(dialog).isEnabled)


def test_two_methods_of_one_label_are_refused(dialog, predictions):
    dialog.add("my_run", predictions)
    with pytest.raises(InputError, match="'my_run' twice"):
        dialog.plan()
    dialog.predictions.setCurrentCell(1, 0)
    dialog.remove_button.click()
    assert dialog.plan().study.graders


def test_practice_bones_come_first(dialog):
    dialog.form.control("minimum_gap").value = 2
    dialog.calibration.item(0).setCheckState(Qt.CheckState.Checked)
    shown = dialog.plan().study.graders[0].presentations
    assert [one.phase for one in shown[:5]] == ["calibration"] * 4 + ["main"]


def test_a_scale_of_ones_own_is_asked_for_by_its_file(dialog, tmp_path, qtbot):
    dialog.scale.value = "own file"
    qtbot.waitUntil(lambda: "Choose a scale file first." in dialog.said.text())
    (tmp_path / "broken.json").write_text("{}", encoding="utf-8")
    dialog.own_scale.value = tmp_path / "broken.json"
    with pytest.raises(InputError, match=r"broken\.json"):
        dialog.plan()


def test_the_study_is_written_and_the_key_lies_apart(dialog, tmp_path):
    with pytest.raises(InputError, match="a folder for the study"):
        dialog.events()
    dialog.folder.value, dialog.key.value = tmp_path / "study", tmp_path / "key"
    events, said = dialog.events()
    for _ in events:
        pass
    assert str(tmp_path / "key") in said
    study = StudyFolder.open(tmp_path / "study").study
    assert {row.candidate.method for row in read_key(tmp_path / "key", study).rows} == {"surgeons", "my_run"}
