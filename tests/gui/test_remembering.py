"""What is there again the next day: the real controls of a window that is closed, and of the next one."""

import json
from collections.abc import Iterator

import pytest
from qtpy.QtCore import Qt

from napari_rpdl.gui import app, memory
from napari_rpdl.gui import roles as shown
from napari_rpdl.gui.memory import recall


@pytest.fixture
def windows(make_napari_viewer_proxy, monkeypatch) -> Iterator[list]:
    """Viewers and workspaces that were opened, the last one last; errors are told to nobody's surprise."""
    monkeypatch.setattr(app.napari, "Viewer", lambda **_: make_napari_viewer_proxy(show=True))
    opened: list = []
    yield opened
    for _, workspace in opened:
        workspace.jobs.close()


@pytest.fixture
def told(monkeypatch) -> list[str]:
    """What the person was told, good or bad."""
    said: list[str] = []
    for name in ("show_info", "show_error"):
        monkeypatch.setattr(f"napari_rpdl.gui.workspace.{name}", said.append)
    return said


@pytest.fixture
def next_day(windows, idle, qtbot, told):
    """Close the window, open a new one, and press Open last where it is offered."""

    def reopen():
        if windows:
            windows[-1][0].close()
        windows.append(app.open_viewer())
        _, workspace = windows[-1]
        qtbot.waitUntil(workspace.isVisible)
        if not workspace.bones.last_button.isHidden():
            qtbot.mouseClick(workspace.bones.last_button, Qt.MouseButton.LeftButton)
        idle(workspace.jobs)
        return windows[-1]

    return reopen


@pytest.fixture
def first_day(next_day, small_dataset, idle):
    """A window in which the small bones are open."""
    viewer, workspace = next_day()
    workspace.open_dataset(small_dataset.folder)
    idle(workspace.jobs)
    return viewer, workspace


def test_bone_opacity_surgeons_and_who_counts_come_back(first_day, next_day, qtbot, idle, told) -> None:
    _, workspace = first_day
    qtbot.mouseClick(workspace.bones.next_button, Qt.MouseButton.LeftButton)
    idle(workspace.jobs)
    workspace.bones.opacity.setValue(40)
    workspace.surgeons.ticks["surgeon_3"].click()
    workspace.rpmap.ticks["surgeon_1"].click()
    idle(workspace.jobs)

    viewer, found = next_day()
    assert (found.session.case_id, found.session.bone_opacity) == ("bone_2", 0.4)
    assert found.bones.opacity.value() == 40
    assert viewer.layers[shown.BONE].opacity == 0.4
    assert [name for name, tick in found.surgeons.ticks.items() if tick.isChecked()] == ["surgeon_3"]
    assert viewer.layers[shown.REGIONS].visible
    assert [name for name, tick in found.rpmap.ticks.items() if not tick.isChecked()] == ["surgeon_1"]
    assert found.session.implication.surgeons == 2
    assert told == []


def test_what_no_longer_fits_the_dataset_is_dropped_without_a_word(first_day, next_day, told) -> None:
    first_day[0].close()
    kept = json.loads(memory.FILE.read_text())
    kept.update(case_id="bone_9", surgeons=["surgeon_2", "nobody"], left_out=["somebody"])
    memory.FILE.write_text(json.dumps(kept))
    _, found = next_day()
    assert found.session.case_id == "bone_1"
    assert found.session.surgeons == ("surgeon_2",)
    assert found.session.left_out == frozenset()
    assert told == []


def test_another_dataset_starts_afresh(first_day, next_day, small_dataset, idle, tmp_path, qtbot) -> None:
    _, workspace = first_day
    workspace.rpmap.ticks["surgeon_1"].click()
    qtbot.mouseClick(workspace.bones.next_button, Qt.MouseButton.LeftButton)
    idle(workspace.jobs)
    workspace.remembering.note()
    other = tmp_path / "other"
    other.symlink_to(small_dataset.folder)
    first_day[0].close()
    _, found = next_day()
    assert found.session.case_id == "bone_2"
    found.open_dataset(other)
    idle(found.jobs)
    assert found.session.case_id == "bone_1"
    qtbot.waitUntil(lambda: recall(memory.FILE).case_id == "bone_1", timeout=3000)
    assert recall(memory.FILE).dataset == other


@pytest.mark.parametrize(
    ("press", "view", "dimensions", "order"),
    [
        (("superior",), "superior", 3, (0, 1, 2)),
        (("coronal",), "coronal", 2, (1, 0, 2)),
        (("lateral", "slices"), "axial", 2, (0, 1, 2)),
    ],
)
def test_the_view_last_used_comes_back(first_day, next_day, press, view, dimensions, order, idle) -> None:
    _, workspace = first_day
    for name in press:
        button = workspace.bones.slices_button if name == "slices" else workspace.bones.views[name]
        button.click()
    gaze = first_day[0].scene.camera.view_direction
    viewer, found = next_day()
    assert (found.session.view, viewer.dims.ndisplay, viewer.dims.order) == (view, dimensions, order)
    if dimensions == 3:
        assert viewer.scene.camera.view_direction == pytest.approx(gaze)
        return
    assert shown.BONE not in viewer.layers, "no surface is made for slices"
    found.bones.solid_button.click()
    idle(found.jobs)
    assert viewer.layers[shown.BONE].visible
    assert viewer.scene.camera.view_direction == pytest.approx((0, 0, -1), abs=1e-6), "from the side, as at operation"
    assert viewer.scene.camera.up_direction == pytest.approx((0, 1, 0), abs=1e-6)


def test_the_map_s_settings_and_the_panel_in_front_come_back(first_day, next_day) -> None:
    _, workspace = first_day
    workspace.tabs.setCurrentIndex(2)
    penalty = workspace.rpmap.form.control("penalty")
    penalty.value = "0.25"
    penalty.native.editingFinished.emit()
    _, found = next_day()
    assert found.session.rpmap.penalty == found.rpmap.form.settings().penalty == 0.25
    assert found.rpmap.variant.currentText() == "custom"
    assert found.tabs.tabText(found.tabs.currentIndex()) == "RPMap"


@pytest.mark.parametrize(
    "text", ["{", '{"view": "inside"}', '{"bone_opacity": 1e999}', '{"surgeons": 5}', f'{{"dataset": "{"x" * 9000}"}}']
)
def test_a_broken_memory_never_stops_the_viewer(next_day, small_dataset, idle, text) -> None:
    memory.FILE.parent.mkdir()
    memory.FILE.write_text(text)
    _, workspace = next_day()
    workspace.open_dataset(small_dataset.folder)
    idle(workspace.jobs)
    assert workspace.session.case_id == "bone_1"
    workspace.remembering.note()
    assert recall(memory.FILE).case_id == "bone_1"
