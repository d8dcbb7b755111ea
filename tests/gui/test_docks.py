"""The window's layout is there the next day: a real window that is closed, and the next one."""

import json
from collections.abc import Iterator

import pytest
from qtpy.QtCore import QSize, Qt
from qtpy.QtWidgets import QDockWidget, QLabel, QMainWindow

from napari_rpdl.gui import app, memory
from napari_rpdl.gui.docks import extent, stretch
from napari_rpdl.gui.memory import recall

ACROSS, UPRIGHT = Qt.Orientation.Horizontal, Qt.Orientation.Vertical


@pytest.fixture
def next_day(make_napari_viewer_proxy, monkeypatch, qtbot, idle) -> Iterator:
    """Close the window and open a new one."""
    monkeypatch.setattr(app.napari, "Viewer", lambda **_: make_napari_viewer_proxy(show=True))
    windows: list = []

    def reopen():
        if windows:
            windows[-1][0].close()
        windows.append(app.open_viewer())
        qtbot.waitUntil(windows[-1][1].isVisible)
        qtbot.wait(50)
        return windows[-1]

    yield reopen
    for _, workspace in windows:
        workspace.jobs.close()


@pytest.fixture
def pull(qtbot):
    """Do to a dock what a hand does at its edge; return how far it came."""

    def pulled(widget, along, by: int) -> int:
        before = extent(widget, along)
        stretch(widget, along, before + by)
        qtbot.waitUntil(lambda: extent(widget, along) == before + by, timeout=3000)
        return before + by

    return pulled


def test_the_window_and_the_width_of_the_workspace_come_back(next_day, pull) -> None:
    viewer, workspace = next_day()
    viewer.window.resize(1380, 840)
    wide = pull(workspace, ACROSS, 110)
    viewer, found = next_day()
    assert viewer.window.geometry()[2:] == (1380, 840), "napari's to remember, and ours not to enlarge again"
    assert extent(found, ACROSS) == wide
    narrow = pull(found, ACROSS, -60)
    _, again = next_day()
    assert extent(again, ACROSS) == narrow


def test_three_slices_come_back_as_high_as_they_were_with_the_first_bone(
    next_day, pull, small_dataset, idle, qtbot
) -> None:
    viewer, workspace = next_day()
    viewer.window.resize(1440, 990)
    workspace.open_dataset(small_dataset.folder)
    idle(workspace.jobs)
    qtbot.mouseClick(workspace.sights.strip.slices_button, Qt.MouseButton.LeftButton)
    qtbot.wait(50)
    high = pull(workspace.sights.ortho, UPRIGHT, 30)

    next_day()
    assert recall(memory.FILE).slices_shown
    _, found = next_day()
    assert recall(memory.FILE).slices_shown, "a day without a bone forgets nothing"
    assert not found.sights.ortho.isVisible()
    qtbot.mouseClick(found.bones.last_button, Qt.MouseButton.LeftButton)
    idle(found.jobs)
    qtbot.waitUntil(found.sights.ortho.isVisible)
    qtbot.waitUntil(lambda: extent(found.sights.ortho, UPRIGHT) == high, timeout=3000)
    assert found.sights.strip.slices_button.isChecked()

    lower = pull(found.sights.ortho, UPRIGHT, -10)
    found.sights.strip.slices_button.click()
    found.sights.strip.slices_button.click()
    qtbot.waitUntil(lambda: extent(found.sights.ortho, UPRIGHT) == lower, timeout=3000)
    found.sights.strip.slices_button.click()
    _, last = next_day()
    last.bones.last_button.click()
    idle(last.jobs)
    assert not last.sights.ortho.isVisible()


@pytest.mark.needs_display
def test_the_window_of_bones_side_by_side_comes_back_as_large_as_it_was(next_day, small_dataset, idle, qtbot) -> None:
    _, workspace = next_day()
    workspace.open_dataset(small_dataset.folder)
    idle(workspace.jobs)
    next_day()
    assert recall(memory.FILE).compare_size is None, "it was never open"
    sizes = []
    for _ in range(2):
        _, found = next_day()
        qtbot.mouseClick(found.bones.last_button, Qt.MouseButton.LeftButton)
        idle(found.jobs)
        qtbot.mouseClick(found.sights.strip.compare_button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(found.sights.compare.isVisible)
        idle(found.jobs)
        sizes.append(found.sights.compare.size())
        if len(sizes) == 1:
            found.sights.compare.resize(sizes[0].width() - 40, sizes[0].height() - 30)
            qtbot.wait(50)
    assert sizes[1] == sizes[0] - QSize(40, 30)


def test_a_width_that_no_window_has_leaves_the_window_as_it_is_and_room_for_the_picture(next_day, qtbot) -> None:
    viewer, _ = next_day()
    before = viewer.window.geometry()[2:]
    viewer.close()
    memory.FILE.write_text(json.dumps({"dock_width": 19_999, "slices_height": 1}))
    viewer, workspace = next_day()
    qtbot.wait(50)
    assert viewer.window.geometry()[2:] == before
    assert extent(workspace, ACROSS) < before[0]


def test_a_dock_that_floats_or_is_none_has_no_extent(qtbot) -> None:
    window, inside = QMainWindow(), QLabel("inside")
    dock = QDockWidget()
    dock.setWidget(inside)
    window.setCentralWidget(QLabel("amid"))
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    window.resize(600, 400)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    qtbot.wait(50)
    stretch(inside, ACROSS, 250)
    qtbot.waitUntil(lambda: extent(inside, ACROSS) == 250, timeout=3000)
    stretch(inside, ACROSS, None)
    qtbot.wait(50)
    assert extent(inside, ACROSS) == 250
    dock.setFloating(True)
    assert extent(inside, ACROSS) is None
    alone = QLabel("alone")
    qtbot.addWidget(alone)
    stretch(alone, ACROSS, 100)
    assert extent(alone, ACROSS) is None
