"""The window opens with what it was told to open."""

import pytest
from qtpy.QtCore import Qt
from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import QApplication, QLineEdit

from napari_rpdl.gui import app
from napari_rpdl.gui.windows import ROOMY
from napari_rpdl.gui.workspace import Workspace


@pytest.fixture
def opened(make_napari_viewer_proxy, monkeypatch, qtbot, idle):
    """Open the application's window in a viewer that the tests clean up."""
    monkeypatch.setattr(app.napari, "Viewer", lambda **_: make_napari_viewer_proxy())
    made = []

    def open_viewer(*what):
        viewer, workspace = app.open_viewer(*what)
        made.append(workspace)
        idle(workspace.jobs)
        return viewer, workspace

    yield open_viewer
    for workspace in made:
        workspace.jobs.close()


def test_it_shows_the_bone_that_was_asked_for_beside_the_workspace(opened, small_dataset) -> None:
    viewer, workspace = opened(small_dataset.folder, "bone_2")
    assert workspace.session.case_id == "bone_2"
    assert workspaces(viewer) == [workspace]


@pytest.mark.needs_display
def test_the_command_palette_acts_in_the_workspace_that_is_open(
    make_napari_viewer_proxy, monkeypatch, small_dataset, qtbot, idle
) -> None:
    """The real palette: its key, the start of a command, Enter."""
    monkeypatch.setattr(app.napari, "Viewer", lambda **_: make_napari_viewer_proxy(show=True))
    viewer, workspace = app.open_viewer(small_dataset.folder)
    idle(workspace.jobs)
    control_and_shift = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier

    def run(command: str) -> None:
        qtbot.keyClick(workspace.window(), Qt.Key.Key_P, control_and_shift)
        qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QLineEdit), timeout=5000)
        line = QApplication.focusWidget()
        qtbot.keyClicks(line, command)
        qtbot.keyClick(line, Qt.Key.Key_Return)
        idle(workspace.jobs)

    run("rpdl: next")
    assert workspace.session.case_id == "bone_2"
    run("rpdl: show or hide the rew")
    assert workspace.session.rpmap_shown
    assert workspaces(viewer) == [workspace]
    workspace.jobs.close()


def test_without_a_dataset_it_offers_the_last_one(opened, small_dataset, idle) -> None:
    _, workspace = opened()
    assert workspace.session.dataset is None
    assert workspace.bones.last_button.isHidden()
    workspace.open_dataset(small_dataset.folder)
    workspace.show_tab("RPMap")
    idle(workspace.jobs)
    _, tomorrow = opened()
    assert tomorrow.tabs.tabText(tomorrow.tabs.currentIndex()) == "RPMap"
    assert small_dataset.folder.name in tomorrow.bones.last_button.text()
    tomorrow.bones.last_button.click()
    idle(tomorrow.jobs)
    assert tomorrow.session.dataset.folder == small_dataset.folder
    assert tomorrow.bones.last_button.isHidden()


def test_with_a_run_it_predicts_and_scores_at_once(opened, small_dataset, tmp_path, qtbot) -> None:
    run = small_run(small_dataset, tmp_path / "run")
    _, workspace = opened(small_dataset.folder, "bone_3", run)
    session = workspace.session
    qtbot.waitUntil(lambda: session.scores is not None, timeout=20_000)
    assert (session.run, session.case_id, session.prediction.case_id) == (run, "bone_3", "bone_3")
    assert workspace.tabs.tabText(workspace.tabs.currentIndex()) == "Predict"
    rows = ["surgeon_1", "surgeon_2", "surgeon_3", "mean ± SD", "oracle (best possible)", "baseline (other bones)"]
    table = workspace.predict.table
    qtbot.waitUntil(lambda: sorted(table.item(row, 0).text() for row in range(table.rowCount())) == sorted(rows))
    assert workspace.predict.cut_box.isChecked()


def test_the_window_is_large_enough_for_every_panel(opened) -> None:
    viewer, _ = opened()
    screen = QGuiApplication.primaryScreen().availableSize()
    *_, width, height = viewer.window.geometry()
    assert width >= min(ROOMY[0], screen.width())
    assert height >= min(ROOMY[1], screen.height())


def workspaces(viewer) -> list[Workspace]:
    return [docked for docked in viewer.window.dock_widgets.values() if isinstance(docked, Workspace)]


def small_run(dataset, folder):
    from napari_rpdl.learning.training import train
    from napari_rpdl.settings import NetworkSettings, TrainingSettings

    network = NetworkSettings(channels=(2, 4))
    settings = TrainingSettings(grid=8, epochs=1, steps_per_epoch=1, network=network, device="cpu", threads=1)
    for _ in train(settings, dataset, folder, ["bone_3"]):
        pass
    return folder
