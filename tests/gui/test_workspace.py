"""A person's whole way through the workspace, by the real buttons in a real viewer."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
from qtpy.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from qtpy.QtGui import QDropEvent
from qtpy.QtWidgets import QApplication

from napari_rpdl.data.dataset import Dataset, DatasetWriter
from napari_rpdl.data.nifti import read_volume, write_volume
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.events import Event, Progressed, Said
from napari_rpdl.gui import roles as shown
from napari_rpdl.gui.contributions import ask, workspace_of
from napari_rpdl.gui.dialogs import DrilledVolumesDialog
from napari_rpdl.gui.session import BY_CONSENSUS, BY_NETWORK, BY_NOBODY
from napari_rpdl.gui.sights import SLICES_TITLE
from napari_rpdl.gui.workspace import Workspace
from napari_rpdl.learning.attachment import running
from napari_rpdl.learning.events import EpochEnded, StepEnded, TrainingStarted
from napari_rpdl.learning.prediction import Prediction
from napari_rpdl.settings import NetworkSettings, TrainingSettings

TINY = TrainingSettings(
    grid=8, epochs=2, steps_per_epoch=1, network=NetworkSettings(channels=(2, 4)), device="cpu", threads=1
)


@pytest.fixture
def viewer(make_napari_viewer_proxy):
    return make_napari_viewer_proxy()


@pytest.fixture
def errors(monkeypatch) -> list[str]:
    """What the person was told went wrong."""
    told: list[str] = []
    monkeypatch.setattr("napari_rpdl.gui.workspace.show_error", told.append)
    return told


@pytest.fixture
def workspace(viewer, qtbot, errors) -> Iterator[Workspace]:
    made = Workspace(viewer)
    viewer.window.add_dock_widget(made)
    yield made
    made.jobs.close()


@pytest.fixture
def opened(workspace, small_dataset, idle) -> Workspace:
    workspace.open_dataset(small_dataset.folder)
    idle(workspace.jobs)
    return workspace


def fake_training(epochs: int, blocked: threading.Event | None = None, closed: threading.Event | None = None):
    """Return a training of known events; it goes on until closed where ``blocked`` is given."""

    def train(*_: object) -> Iterator[Event]:
        try:
            yield TrainingStarted("cpu", 10, epochs, 1, 1, ("bone_1",), ("bone_2",))
            for epoch in range(1, epochs + 1):
                yield StepEnded(epoch, 1, 1, epochs, 1 / epoch, 5.0)
                yield EpochEnded(epoch, epochs, 1 / epoch, 1.1 / epoch, 0.5, 1e-3, 0.1, 5.0, True)
            while blocked is not None and not blocked.wait(0.02):
                yield Progressed("training", 0, 0)
        finally:
            if closed is not None:
                closed.set()

    return train


def test_from_a_dataset_to_scores_by_the_real_buttons(opened, viewer, qtbot, idle, errors, tmp_path) -> None:
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

    opened.train.form.show_settings(TINY)
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


def test_worths_are_dragged_typed_and_reset_and_disputes_are_visited(opened, viewer, qtbot, idle, drag_to) -> None:
    session, editor = opened.session, opened.rpmap.worths
    opened.show_tab("RPMap")
    opened.bones.slices_button.click()
    opened.rpmap.show_box.click()
    idle(opened.jobs)
    votes = np.sum(session.case.masks(), axis=0)
    bar = editor.bars.bar(3)
    grip = QPoint(round(bar.center().x()), round(bar.top()))
    qtbot.mousePress(editor.bars, Qt.MouseButton.LeftButton, pos=grip)
    drag_to(editor.bars, QPoint(grip.x(), round(editor.bars.bar(1).top())))
    qtbot.mouseRelease(editor.bars, Qt.MouseButton.LeftButton, pos=grip)
    worths = session.rpmap.worths
    assert worths == pytest.approx((-1, 1 / 3, 2 / 3, 1 / 3), abs=0.03)
    assert np.array_equal(np.asarray(viewer.layers[shown.RPMAP].data), np.float32(worths)[votes])
    assert session.implication.votes < 3
    for few in (1, 2):
        editor.bars.select(few)
        editor.value.setValue(-5)
    assert session.rpmap.worths[1:3] == (-5, -5)
    assert session.implication.votes == 3
    qtbot.mouseClick(editor.reset_button, Qt.MouseButton.LeftButton)
    assert np.asarray(viewer.layers[shown.RPMAP].data) == pytest.approx(np.where(votes, votes / 3, -1))
    opened.rpmap.ticks["surgeon_3"].click()
    assert len(editor.bars.worths) == 3
    spots = opened.surgeons.spots
    assert session.hot_spots
    opened.show_tab("Surgeons")
    qtbot.mouseClick(spots.viewport(), Qt.MouseButton.LeftButton, pos=spots.visualItemRect(spots.item(0, 0)).center())
    assert session.probe.voxel == session.hot_spots[0].voxel
    assert viewer.dims.point == pytest.approx(np.multiply(session.probe.voxel, session.case.grid.steps))


def test_safety_is_measured_coloured_and_flown_to(opened, viewer, qtbot, idle, errors) -> None:
    session, panel = opened.session, opened.inspect
    opened.show_tab("Inspect")
    panel.region.setCurrentIndex(panel.region.findData("surgeon_3"))
    qtbot.mouseClick(panel.wall_box, Qt.MouseButton.LeftButton, pos=QPoint(8, panel.wall_box.height() // 2))
    idle(opened.jobs)
    assert session.left_by == "surgeon_3"
    assert viewer.layers[shown.WALL].visible
    assert [one.clearance.structure for one in session.safety] == [
        panel.table.item(row, 0).text() for row in range(panel.table.rowCount())
    ]
    opened.bones.slices_button.click()
    assert not viewer.layers[shown.WALL].visible
    row = panel.table.visualItemRect(panel.table.item(1, 0)).center()
    qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=row)
    qtbot.mouseDClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=row)
    idle(opened.jobs)
    closest = session.safety[1].clearance.voxel
    assert viewer.dims.ndisplay == 3
    assert viewer.scene.camera.center == pytest.approx(np.multiply(closest, session.case.grid.steps))
    assert SLICES_TITLE in viewer.window.dock_widgets
    assert session.cursor == session.probe.voxel == closest
    panel.region.setCurrentIndex(panel.region.findData(BY_CONSENSUS))
    idle(opened.jobs)
    opened.rpmap.consensus.setValue(3)
    qtbot.wait(300)
    idle(opened.jobs)
    everyone = np.all(session.case.masks(), axis=0)
    assert np.array_equal(opened.cases.region_of(session.case, BY_CONSENSUS), everyone)
    assert session.left_by == BY_CONSENSUS
    assert session.safety
    assert errors == []


def test_map_and_region_are_saved_by_their_buttons(opened, qtbot, idle, errors, tmp_path, monkeypatch) -> None:
    case, names = opened.session.case, iter(["map", "region.nii"])
    asked = "qtpy.QtWidgets.QFileDialog.getSaveFileName"
    monkeypatch.setattr(asked, lambda *_: (str(tmp_path / next(names)), ""))
    assert not opened.inspect.save_button.isEnabled()
    qtbot.mouseClick(opened.rpmap.save_button, Qt.MouseButton.LeftButton)
    opened.inspect.region.setCurrentIndex(opened.inspect.region.findData("surgeon_2"))
    qtbot.mouseClick(opened.inspect.save_button, Qt.MouseButton.LeftButton)
    idle(opened.jobs)
    saved, region = (read_volume(tmp_path / name) for name in ("map.nii.gz", "region.nii"))
    votes = np.sum(case.masks(), axis=0)
    assert saved.voxels == pytest.approx(np.where(votes, votes / 3, -1))
    assert saved.grid.affine == pytest.approx(case.grid.affine, abs=1e-4)
    assert np.array_equal(region.voxels, case.annotation("surgeon_2").mask)
    assert errors == []


def test_the_map_s_settings_are_there_the_next_day(opened, make_napari_viewer_proxy, qtbot) -> None:
    opened.rpmap.form.control("penalty").value = "0.25"
    opened.rpmap.form.control("penalty").native.editingFinished.emit()
    assert opened.session.rpmap.penalty == 0.25
    qtbot.waitUntil(lambda: opened.memory.last.rpmap.penalty == 0.25, timeout=3000)
    second = Workspace(make_napari_viewer_proxy())
    try:
        assert second.session.rpmap.penalty == 0.25
        assert second.rpmap.form.settings().penalty == 0.25
        assert second.rpmap.variant.currentText() == "custom"
    finally:
        second.jobs.close()


def test_rules_decide_what_is_drilled_by_the_real_controls(opened, viewer, qtbot, idle, errors, monkeypatch) -> None:
    """The network wants a ball and all of the facial nerve (code 5); the constraints leave the ball."""

    def predict(run, case, settings):
        wanted = case.masks()[0] | (case.labels() == 5)
        return Prediction(case.case_id, np.where(wanted, np.float32(0.7), np.float32(0.1)))

    monkeypatch.setattr("napari_rpdl.gui.coordinators.predictions._predict", predict)
    session, panel = opened.session, opened.predict
    nerve, ball = int((session.case.labels() == 5).sum()), session.case.masks()[0]
    session.run = opened.session.dataset.folder
    qtbot.mouseClick(panel.predict_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.scores is not None, timeout=5000)
    assert f"facial nerve {nerve}" in panel.summary.text()
    panel.rules.control("avoid_critical").native.click()
    panel.cut_box.click()
    qtbot.waitUntil(lambda: "Taken away" in panel.decided.text(), timeout=5000)
    idle(opened.jobs)
    assert f"margin {nerve} voxels" in panel.decided.text()
    assert session.scores.dice[0] == 1.0
    assert np.array_equal(opened.cases.region_of(session.case, BY_NETWORK), ball)
    panel.cut_box.click()
    assert viewer.layers[shown.NETWORK_SURFACE].visible
    assert not viewer.layers[shown.PROBABILITY].visible

    panel.rules.control("rule").value = "tuned"
    qtbot.waitUntil(lambda: bool(errors), timeout=5000)
    assert "napari-rpdl tune" in errors[-1]
    assert not panel.threshold.isEnabled()
    assert (panel.decided.text(), panel.table.rowCount()) == ("", 0)
    panel.rules.control("rule").value = "threshold"
    qtbot.waitUntil(lambda: session.scores is not None, timeout=5000)
    assert panel.threshold.isEnabled()
    qtbot.mouseClick(opened.bones.next_button, Qt.MouseButton.LeftButton)
    idle(opened.jobs)
    assert (session.decision, panel.decided.text()) == (None, "")
    assert not viewer.layers[shown.NETWORK_SURFACE].visible


def test_a_training_is_cancelled_resumed_and_shown_meanwhile(
    opened, qtbot, idle, errors, monkeypatch, tmp_path
) -> None:
    closed = threading.Event()
    monkeypatch.setattr("napari_rpdl.learning.process.follow", fake_training(3, threading.Event(), closed))
    for button in (opened.train.cancel_button, opened.predict.predict_button):
        assert not button.isEnabled()
        assert button.toolTip()
    opened.train.train_button.click()
    qtbot.waitUntil(lambda: len(opened.session.training.epochs) == 3, timeout=5000)
    assert "CPU" in opened.train.device.text()
    assert opened.train.cancel_button.isEnabled()
    opened.train.cancel_button.click()
    idle(opened.jobs)
    assert closed.is_set()
    assert not opened.session.training.running
    assert "Resume" in opened.train.status.text()
    assert opened.train.train_button.isEnabled()
    opened.train.resume_asked.emit(tmp_path / "nowhere", True)
    assert "run.json" in errors[-1]


def test_trainings_wait_pause_and_are_listed_by_the_real_buttons(opened, qtbot, idle, errors) -> None:
    """Three real trainings in processes of their own: one paused and continued, one queued, one dropped."""
    train, runs, session = opened.train, opened.runs, opened.session
    train.form.show_settings(TINY.model_copy(update={"loss": "rpdl", "epochs": 60, "stop_patience": 100}))
    train.live_box.click()
    train.train_button.click()
    qtbot.waitUntil(lambda: len(session.training.epochs) > 1, timeout=60_000)
    train.form.show_settings(TINY.model_copy(update={"loss": "dice"}))
    train.queue_button.click()
    train.queue_button.click()
    runs.drop_button.click()
    assert len(session.queue) == 1
    train.pause_button.click()
    qtbot.waitUntil(lambda: not session.training.running, timeout=30_000)
    assert train.pause_button.text() == "Continue"
    done = len(session.training.epochs)
    train.pause_button.click()
    qtbot.waitUntil(lambda: session.queue == (), timeout=60_000)
    qtbot.waitUntil(lambda: not session.training.running, timeout=60_000)
    idle(opened.jobs)
    assert session.prediction is not None, "the network in training was asked"
    assert errors == []
    found = {run.settings.loss: run for run in session.found.runs}
    assert {loss: (run.state, len(run.epochs)) for loss, run in found.items()} == {
        "rpdl": ("complete", 60),
        "dice": ("complete", 2),
    }
    assert 1 < done < 60
    runs.table.selectAll()
    assert len(runs.curves.figure.axes[0].get_legend().get_texts()) == 2
    runs.table.selectRow(0)
    runs.predict_button.click()
    assert session.run == session.found.runs[0].folder
    assert opened.tabs.tabText(opened.tabs.currentIndex()) == "Predict"


def test_a_failing_job_says_why_and_lets_the_person_try_again(opened, idle, errors, monkeypatch) -> None:
    def failing(*_: object) -> Iterator[Event]:
        yield Said("Starting")
        msg = "CUDA out of memory"
        raise RuntimeError(msg)

    monkeypatch.setattr("napari_rpdl.learning.process.follow", failing)
    opened.train.train_button.click()
    idle(opened.jobs)
    assert "CUDA out of memory" in errors[-1]
    assert "CUDA out of memory" in opened.train.status.text()
    assert opened.train.train_button.isEnabled()


def test_bad_input_is_a_message_and_what_was_open_stays(opened, idle, errors, tmp_path) -> None:
    opened.open_dataset(tmp_path)
    idle(opened.jobs)
    assert len(errors) == 1
    assert opened.session.case_id == "bone_1"
    opened.predict.run_chosen.emit(tmp_path)
    assert "run.json" in errors[-1]
    opened.train.form.group("network").control("channels").value = "many"
    opened.train.train_button.click()
    assert "channels" in errors[-1]


def test_a_result_for_another_bone_is_thrown_away(opened, qtbot, idle, monkeypatch, small_dataset) -> None:
    may_end = threading.Event()

    def slow(run, case, settings):
        may_end.wait(10)
        return SimpleNamespace(case_id=case.case_id, probabilities=np.ones(case.grid.shape, np.float32))

    monkeypatch.setattr("napari_rpdl.gui.coordinators.predictions._predict", slow)
    opened.session.run = small_dataset.folder
    opened.predict.predict_button.click()
    opened.cases.show_case("bone_2")
    qtbot.waitUntil(lambda: opened.jobs.names == ("prediction",), timeout=10_000)
    may_end.set()
    idle(opened.jobs)
    assert opened.session.case_id == "bone_2"
    assert opened.session.prediction is None


def start_endless_training(viewer, dataset, qtbot, idle):
    """Press Train in a workspace of ``viewer``; return the run folder once an epoch has ended."""
    workspace = Workspace(viewer)
    viewer.window.add_dock_widget(workspace)
    workspace.open_dataset(dataset.folder)
    idle(workspace.jobs)
    workspace.train.form.show_settings(TINY.model_copy(update={"epochs": 10_000, "stop_patience": 10_000}))
    workspace.train.train_button.click()
    qtbot.waitUntil(lambda: bool(workspace.session.training.epochs), timeout=60_000)
    return workspace.session.run


def test_closing_the_window_ends_a_training_in_a_child_process(make_napari_viewer_proxy, qtbot, small_dataset, idle):
    viewer = make_napari_viewer_proxy(show=True)
    run = start_endless_training(viewer, small_dataset, qtbot, idle)
    children = _children()
    assert children
    viewer.close()
    assert _children() & children == set()
    assert (run / "checkpoint_last.safetensors").is_file()


def test_a_training_goes_on_without_the_window_and_the_next_one_finds_it(
    make_napari_viewer_proxy, qtbot, small_dataset, idle, monkeypatch
):
    monkeypatch.setattr("napari_rpdl.gui.workspace.ask_whether_it_goes_on", lambda: True)
    first = make_napari_viewer_proxy(show=True)
    run = start_endless_training(first, small_dataset, qtbot, idle)
    first.close()
    qtbot.waitUntil(lambda: running(run), timeout=10_000)

    second = make_napari_viewer_proxy()
    found = Workspace(second)
    second.window.add_dock_widget(found)
    found.open_last()
    qtbot.waitUntil(lambda: len(found.session.training.epochs) > 3, timeout=20_000)
    assert [epoch.epoch for epoch in found.session.training.epochs[:3]] == [1, 2, 3]
    assert found.session.training.share > 0
    assert not found.trainings.can_go_on, "it goes on in any case"
    found.jobs.close()
    assert running(run), "only the following ended"

    found.train.resume_asked.emit(run, True)
    qtbot.waitUntil(lambda: bool(found.session.training.epochs), timeout=20_000)
    found.train.cancel_button.click()
    qtbot.waitUntil(lambda: not found.session.training.running, timeout=20_000)
    assert not running(run)
    assert "resume" in found.train.status.text().lower()
    found.jobs.close()


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True) if child.is_running()}


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
