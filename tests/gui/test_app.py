"""The window opens with what it was told to open."""

import pytest
from qtpy.QtGui import QGuiApplication

from napari_rpdl.gui import app
from napari_rpdl.gui.windows import ROOMY
from napari_rpdl.gui.workspace import TITLE


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
    assert TITLE in viewer.window.dock_widgets


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


def small_run(dataset, folder):
    from napari_rpdl.learning.training import train
    from napari_rpdl.settings import NetworkSettings, TrainingSettings

    network = NetworkSettings(channels=(2, 4))
    settings = TrainingSettings(grid=8, epochs=1, steps_per_epoch=1, network=network, device="cpu", threads=1)
    for _ in train(settings, dataset, folder, ["bone_3"]):
        pass
    return folder
