"""A person's whole way through the workspace, by the real buttons in a real viewer."""

from contextlib import suppress
from dataclasses import replace

import numpy as np
import psutil
import pytest
from qtpy.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from qtpy.QtGui import QDropEvent
from qtpy.QtWidgets import QApplication

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.data.nifti import write_volume
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.gui import roles as shown
from napari_rpdl.gui.contributions import ask, workspace_of
from napari_rpdl.gui.dialogs import DrilledVolumesDialog
from napari_rpdl.gui.session import BY_NETWORK, BY_NOBODY
from napari_rpdl.gui.workspace import Workspace
from napari_rpdl.learning.attachment import running


def test_from_a_dataset_to_scores_by_the_real_buttons(opened, viewer, qtbot, idle, errors, tiny, tmp_path) -> None:
    session = opened.session
    assert session.case_id == "bone_1"
    assert viewer.dims.ndisplay == 3
    assert viewer.layers[shown.BONE].visible
    assert viewer.layers[shown.STRUCTURES].visible

    qtbot.mouseClick(opened.bones.next_button, Qt.MouseButton.LeftButton)
    idle(opened.jobs)
    assert session.case_id == "bone_2"
    opened.bones.bones.selectRow(2)
    idle(opened.jobs)
    assert session.case_id == "bone_3"

    whole = len(viewer.layers[shown.BONE].data[0])
    opened.surgeons.ticks["surgeon_2"].click()
    opened.surgeons.left_by.setCurrentIndex(opened.surgeons.left_by.findData("surgeon_2"))
    idle(opened.jobs)
    assert session.surgeons == ("surgeon_2",)
    assert viewer.layers[shown.REGIONS].visible
    assert len(viewer.layers[shown.BONE].data[0]) != whole
    assert "oracle" in opened.surgeons.agreement.text()

    opened.rpmap.show_box.click()
    idle(opened.jobs)
    opened.rpmap.form.control("penalty").value = "0.5"
    opened.rpmap.form.control("penalty").native.editingFinished.emit()
    idle(opened.jobs)
    assert np.asarray(viewer.layers[shown.RPMAP].data).min() == -0.5
    assert session.rpmap_range == pytest.approx((-0.5, 1.0))

    opened.train.form.show_settings(tiny)
    opened.train.where.choose("this program")
    opened.train.folder.setText(str(tmp_path / "run"))
    qtbot.mouseClick(opened.train.train_button, Qt.MouseButton.LeftButton)
    assert not opened.train.train_button.isEnabled()
    idle(opened.jobs)
    assert errors == []
    assert [epoch.epoch for epoch in session.training.epochs] == [1, 2]
    assert opened.train.train_button.isEnabled()
    assert opened.train.bar.value() == 1000

    qtbot.mouseClick(opened.predict.predict_button, Qt.MouseButton.LeftButton)
    idle(opened.jobs)
    assert errors == []
    qtbot.waitUntil(lambda: session.scores is not None, timeout=5000)
    qtbot.waitUntil(lambda: len(session.yardsticks) == 2, timeout=20_000)
    assert opened.predict.table.rowCount() == 6
    opened.predict.table.selectRow(4)
    idle(opened.jobs)
    assert session.held_against == "oracle"
    assert viewer.layers[shown.YARDSTICK].visible
    opened.predict.table.selectRow(3)
    assert not viewer.layers[shown.YARDSTICK].visible
    low = session.scores
    opened.predict.threshold.setValue(1)
    opened.bones.slices_button.click()
    region = np.asarray(viewer.layers[shown.NETWORK_REGION].data)
    assert region.sum() == (session.prediction.probabilities >= 0.01).sum()
    qtbot.waitUntil(lambda: session.scores is not low, timeout=5000)
    opened.surgeons.left_by.setCurrentIndex(opened.surgeons.left_by.findData(BY_NETWORK))
    idle(opened.jobs)

    qtbot.mouseClick(opened.predict.all_button, Qt.MouseButton.LeftButton)
    idle(opened.jobs)
    assert sorted(path.name for path in (tmp_path / "run" / "predictions").iterdir()) == [
        f"bone_{number}.nii.gz" for number in (1, 2, 3)
    ]
    qtbot.mouseClick(opened.bones.previous_button, Qt.MouseButton.LeftButton)
    idle(opened.jobs)
    assert (session.prediction, session.scores, session.left_by) == (None, None, BY_NOBODY)
    assert not viewer.layers[shown.PROBABILITY].visible


def start_endless_training(viewer, dataset, tiny, qtbot, idle):
    """Press Train in a workspace of ``viewer``; return the run folder once an epoch has ended."""
    workspace = Workspace(viewer)
    viewer.window.add_dock_widget(workspace)
    workspace.open_dataset(dataset.folder)
    idle(workspace.jobs)
    workspace.train.form.show_settings(tiny.model_copy(update={"epochs": 10_000, "stop_patience": 10_000}))
    workspace.train.train_button.click()
    qtbot.waitUntil(lambda: bool(workspace.session.training.epochs), timeout=60_000)
    return workspace.session.run


def test_closing_the_window_ends_a_training_in_a_child_process(
    make_napari_viewer_proxy, qtbot, small_dataset, tiny, idle
):
    viewer = make_napari_viewer_proxy(show=True)
    run = start_endless_training(viewer, small_dataset, tiny, qtbot, idle)
    assert _trainings()
    viewer.close()  # waits some seconds for it; a busy computer may need more
    qtbot.waitUntil(lambda: not _trainings(), timeout=60_000)
    assert (run / "checkpoint_last.safetensors").is_file()


def test_a_training_goes_on_without_the_window_and_the_next_one_finds_it(
    make_napari_viewer_proxy, qtbot, small_dataset, tiny, idle, monkeypatch
):
    monkeypatch.setattr("napari_rpdl.gui.workspace.ask_whether_it_goes_on", lambda: True)
    first = make_napari_viewer_proxy(show=True)
    run = start_endless_training(first, small_dataset, tiny, qtbot, idle)
    first.close()
    qtbot.waitUntil(lambda: running(run), timeout=10_000)

    second = make_napari_viewer_proxy()
    found = Workspace(second)
    second.window.add_dock_widget(found)
    found.open_last()
    qtbot.waitUntil(lambda: len(found.session.training.epochs) > 3, timeout=20_000)
    assert [epoch.epoch for epoch in found.session.training.epochs[:3]] == [1, 2, 3]
    assert found.session.training.share > 0
    assert not found.learning.trainings.can_go_on, "it goes on in any case"
    found.jobs.close()
    assert running(run), "only the following ended"

    found.train.resume_asked.emit(run, True)
    qtbot.waitUntil(lambda: bool(found.session.training.epochs), timeout=20_000)
    found.train.cancel_button.click()
    qtbot.waitUntil(lambda: not found.session.training.running, timeout=20_000)
    assert not running(run)
    assert "resume" in found.train.status.text().lower()
    found.jobs.close()


def _trainings() -> list[psutil.Process]:
    """Return the trainings that this program has started; Python and tests of a cluster leave helpers of their own."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it may end while we look
            if "napari_rpdl.learning.child" in child.cmdline():
                found.append(child)
    return found


def test_surgical_view_follows_the_ear(opened, viewer) -> None:
    opened.bones.views["surgical"].click()
    assert viewer.scene.camera.view_direction == pytest.approx((0, 0, -1), abs=1e-6)
    assert viewer.scene.camera.up_direction == pytest.approx((0, 1, 0), abs=1e-6)
    opened.bones.views["lateral"].click()
    assert viewer.scene.camera.up_direction == pytest.approx((1, 0, 0), abs=1e-6)
    opened.bones.slices_button.click()
    assert viewer.dims.ndisplay == 2


def test_importers_run_in_the_background_and_open_what_they_made(
    workspace, idle, errors, monkeypatch, tmp_path
) -> None:
    bone = np.zeros((8, 8, 8), np.uint8)
    bone[2:6] = 1
    after = bone.copy()
    after[2:4, 2:4] = 0
    grid = Grid.of_shape((8, 8, 8), (1, 1, 1))
    write_volume(Volume(bone, grid), tmp_path / "bone.nii.gz")
    write_volume(Volume(after, grid), tmp_path / "anna.nii.gz")
    answers = iter([False, True])

    def answer(dialog: DrilledVolumesDialog) -> int:
        if next(answers):
            dialog.bone.value = tmp_path / "bone.nii.gz"
            dialog.after.value = [tmp_path / "anna.nii.gz"]
            dialog.out.value = tmp_path / "dataset"
        return dialog.DialogCode.Accepted

    monkeypatch.setattr(DrilledVolumesDialog, "exec", answer)
    told: list[str] = []
    monkeypatch.setattr("napari.utils.notifications.show_error", told.append)
    ask(DrilledVolumesDialog, workspace)
    idle(workspace.jobs)
    assert len(told) == 1
    assert errors == []
    assert workspace.session.case.surgeons == ("anna",)
    assert workspace.session.case.masks()[0].sum() == 2 * 2 * 8


def test_drillings_without_a_bone_are_shown(workspace, viewer, idle, errors, tmp_path, small_case) -> None:
    case = replace(small_case, structures=None)
    with DatasetWriter(
        tmp_path / "drillings", name="x", table=case.table, surgeons=case.surgeons, origin="", licence=""
    ) as writer:
        writer.add(case)
    workspace.open_dataset(tmp_path / "drillings")
    idle(workspace.jobs)
    assert errors == []
    assert workspace.session.surgeons == case.surgeons
    assert not workspace.surgeons.left_by.isEnabled()
    assert viewer.layers[shown.REGIONS].visible
    workspace.bones.slices_button.click()
    outline = viewer.layers["Drilled by surgeon_1"]
    assert outline.visible
    middle = tuple(int(index) for index in outline.world_to_data(viewer.dims.point))
    assert case.masks()[0][middle]


def test_a_dropped_folder_is_opened(workspace, small_dataset: Dataset, idle) -> None:
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(small_dataset.folder))])
    event = QDropEvent(
        QPointF(1, 1),
        Qt.DropAction.CopyAction,
        dropped,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        QEvent.Type.Drop,
    )
    workspace.dropEvent(event)
    idle(workspace.jobs)
    assert workspace.session.dataset.folder == small_dataset.folder


def test_the_manifest_docks_one_workspace_and_opens_the_phantom(viewer, idle) -> None:
    workspace = workspace_of(viewer)
    assert workspace_of(viewer) is workspace
    workspace.bones.sample_button.click()
    idle(workspace.jobs)
    assert "phantom" in workspace.bones.title.text().lower()
    assert len(workspace.surgeons.ticks) == 7
    workspace.jobs.close()


@pytest.mark.needs_display
def test_the_bone_is_seen_with_a_dark_cavity(make_napari_viewer_proxy, small_dataset, idle) -> None:
    viewer = make_napari_viewer_proxy(show=True)
    workspace = Workspace(viewer)
    viewer.window.add_dock_widget(workspace)
    workspace.open_dataset(small_dataset.folder)
    idle(workspace.jobs)
    before = viewer.screenshot(canvas_only=True, flash=False)[..., :3].astype(float)
    workspace.surgeons.left_by.setCurrentIndex(3)
    idle(workspace.jobs)
    after = viewer.screenshot(canvas_only=True, flash=False)[..., :3].astype(float)
    bone = before.sum(axis=-1) > 200
    assert bone.mean() > 0.05
    darker = (before - after).sum(axis=-1) > 60
    assert 0.005 < (darker & bone).mean() < bone.mean()
    workspace.jobs.close()


@pytest.mark.needs_display
def test_nothing_is_cut_off_at_the_right(make_napari_viewer_proxy, small_dataset, qtbot, idle) -> None:
    viewer = make_napari_viewer_proxy(show=True)
    workspace = Workspace(viewer)
    viewer.window.add_dock_widget(workspace)
    workspace.open_dataset(small_dataset.folder)
    idle(workspace.jobs)
    qtbot.waitUntil(workspace.isVisible)
    bar, train = workspace.tabs.tabBar(), workspace.train
    for index in range(bar.count()):
        workspace.tabs.setCurrentIndex(index)
        QApplication.processEvents()
        column = workspace.tabs.currentWidget()
        assert column.viewport().width() >= column.widget().minimumSizeHint().width(), bar.tabText(index)
        if column.isAncestorOf(train):
            assert train.preset.width() > train.fontMetrics().horizontalAdvance(train.preset.currentText())
    assert bar.width() >= bar.sizeHint().width()
    workspace.jobs.close()
