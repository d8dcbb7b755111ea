"""Drilling and replay as a person does them: real mouse, real keys, real buttons, a real viewer."""

import time
from collections.abc import Iterator

import numpy as np
import pytest
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QApplication

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.importers.recordings import import_recordings
from napari_rpdl.gui import roles
from napari_rpdl.gui.workspace import Workspace
from napari_rpdl.settings import RecordingSettings

_PAUSE_S = 0.012  # vispy leaves out moves that come faster


@pytest.fixture
def viewer(make_napari_viewer_proxy):
    return make_napari_viewer_proxy(show=True)


@pytest.fixture
def opened(viewer, small_dataset, idle) -> Iterator[Workspace]:
    workspace = Workspace(viewer)
    viewer.window.add_dock_widget(workspace)
    workspace.open_dataset(small_dataset.folder)
    idle(workspace.jobs)
    yield workspace
    workspace.drilling.let_go()
    workspace.jobs.close()


class Hand:
    """A mouse and a keyboard on the canvas."""

    def __init__(self, qtbot, canvas) -> None:
        self._qtbot, self._canvas = qtbot, canvas
        self.middle = QPoint(canvas.width() // 2, canvas.height() // 2)

    def drag(self, *places: QPoint, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
        left = Qt.MouseButton.LeftButton
        self.point(places[0])
        self._qtbot.mousePress(self._canvas, left, modifiers, places[0])
        for place in places[1:]:
            self._move(place, left, modifiers)
        self._qtbot.mouseRelease(self._canvas, left, modifiers, places[-1])

    def point(self, place: QPoint) -> None:
        self._move(place, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier)

    def press(self, key, *modifiers) -> None:
        pressed = Qt.KeyboardModifier.NoModifier
        for modifier in modifiers:
            pressed |= modifier
        self._qtbot.keyClick(self._canvas, key, pressed)

    def _move(self, place: QPoint, button, modifiers) -> None:
        time.sleep(_PAUSE_S)
        globally = QPointF(self._canvas.mapToGlobal(place))
        event = QMouseEvent(QEvent.Type.MouseMove, QPointF(place), globally, Qt.MouseButton.NoButton, button, modifiers)
        QApplication.sendEvent(self._canvas, event)


@pytest.fixture
def hand(qtbot, viewer) -> Hand:
    return Hand(qtbot, viewer.window._qt_viewer.canvas.native)


def row(middle: QPoint, *offsets: int) -> list[QPoint]:
    return [QPoint(middle.x() + offset, middle.y()) for offset in offsets]


def drawn(viewer) -> None:
    """Let the canvas be drawn: only then the viewer learns how its camera was moved."""
    viewer.screenshot(canvas_only=True, flash=False)


@pytest.mark.needs_display
def test_a_surgeon_drills_undoes_saves_and_watches(opened, viewer, hand, qtbot, idle, small_dataset) -> None:
    session, drill, replay = opened.session, opened.drilling.drill, opened.drilling.replay
    opened.show_tab("Drill")
    qtbot.mouseClick(drill.start_button, Qt.MouseButton.LeftButton)
    idle(opened.jobs)
    assert session.drilling.strokes == 0
    before = viewer.scene.camera.angles

    # In 3-D, along the bone; the view stays as it is and the bone goes.
    hand.drag(*row(hand.middle, -20, 0, 20))
    assert session.drilling.strokes == 1
    drilled = session.drilling.added
    assert drilled > 0
    drawn(viewer)
    assert viewer.scene.camera.angles == before
    assert viewer.layers[roles.DRILL_SITE].visible
    hand.point(hand.middle)
    assert session.burr_distance is not None
    assert session.burr_distance.structure in drill.distance.text()

    # Keys: undo, redo, refill, lift.
    hand.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.drilling.added == 0
    hand.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier)
    assert session.drilling.added == drilled
    hand.press(Qt.Key.Key_K)
    assert drill.refill_button.isChecked()
    hand.press(Qt.Key.Key_K)
    size = session.burr.diameter
    hand.press(Qt.Key.Key_H, Qt.KeyboardModifier.ShiftModifier)
    assert session.burr.diameter > size
    hand.press(Qt.Key.Key_J)
    hand.drag(*row(hand.middle, -40, 0, 40))
    assert session.drilling.strokes == 1
    drawn(viewer)
    assert viewer.scene.camera.angles != before, "with the burr lifted, dragging turns the bone"
    hand.press(Qt.Key.Key_J)

    # In a slice.
    qtbot.mouseClick(opened.bones.views["axial"], Qt.MouseButton.LeftButton)
    idle(opened.jobs)
    centre = tuple(viewer.scene.camera.center)
    hand.drag(*row(hand.middle, -30, -10, 10, 30))
    assert session.drilling.strokes == 2
    drawn(viewer)
    assert tuple(viewer.scene.camera.center) == centre
    shown = np.asarray(viewer.layers[roles.BEING_DRILLED].data)
    assert shown.sum() == opened.drilling.drilling.region.sum()

    # Saved as a surgeon's region, it counts at once.
    qtbot.keyClicks(drill.surgeon, "anna")
    qtbot.mouseClick(drill.save_button, Qt.MouseButton.LeftButton)
    idle(opened.jobs)
    assert "anna" in opened.surgeons.ticks
    assert "anna" in opened.rpmap.ticks
    assert "anna" in opened.session.agreement.surgeons
    saved = Dataset.open(small_dataset.folder).case("bone_1").annotation("anna")
    assert np.array_equal(saved.mask, opened.drilling.drilling.region)
    assert "Saved as anna" in drill.state.text()

    # And it can be watched.
    qtbot.mouseClick(drill.stop_button, Qt.MouseButton.LeftButton)
    opened.bones.solid_button.click()
    opened.show_tab("Replay")
    qtbot.mouseClick(replay.open_button, Qt.MouseButton.LeftButton)
    idle(opened.jobs)
    replay.slider.setValue(replay.slider.maximum())
    idle(opened.jobs)
    assert np.array_equal(np.asarray(viewer.layers[roles.BEING_DRILLED].data).astype(bool), saved.mask)
    replay.speed.setCurrentIndex(3)
    qtbot.mouseClick(replay.play_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.replay.step == session.replay.steps and not session.replay.playing, timeout=20_000)
    qtbot.mouseClick(replay.close_button, Qt.MouseButton.LeftButton)
    idle(opened.jobs)
    assert viewer.layers[roles.BONE].visible


@pytest.mark.needs_display
def test_a_closed_window_loses_nothing(opened, viewer, hand, qtbot, idle, make_napari_viewer_proxy) -> None:
    opened.drilling.drill.start_button.click()
    idle(opened.jobs)
    hand.drag(*row(hand.middle, -20, 0, 20))
    region, folder = opened.drilling.drilling.region.copy(), opened.session.dataset.folder
    viewer.close()

    second = Workspace(again := make_napari_viewer_proxy())
    again.window.add_dock_widget(second)
    second.open_dataset(folder)
    idle(second.jobs)
    assert second.session.drill_starts[0].kind == "unsaved"
    assert "1 stroke" in second.drilling.drill.starts.currentText()
    second.drilling.drill.start_button.click()
    idle(second.jobs)
    assert np.array_equal(second.drilling.drilling.region, region)
    second.drilling.let_go()
    second.jobs.close()


@pytest.mark.needs_display
@pytest.mark.real_data
def test_a_real_surgeons_recording_plays_without_a_bone(viewer, qtbot, idle, cm_recordings, tmp_path) -> None:
    for _ in import_recordings(cm_recordings / "recordings.npz", tmp_path / "set", RecordingSettings(grid=64)):
        pass
    workspace = Workspace(viewer)
    viewer.window.add_dock_widget(workspace)
    workspace.open_dataset(tmp_path / "set")
    idle(workspace.jobs)
    session, replay = workspace.session, workspace.drilling.replay
    workspace.show_tab("Replay")
    qtbot.mouseClick(replay.open_button, Qt.MouseButton.LeftButton)
    idle(workspace.jobs)
    replay.slider.setValue(replay.slider.maximum() // 2)
    idle(workspace.jobs)
    half = np.asarray(viewer.layers[roles.BEING_DRILLED].data).astype(bool)
    replay.slider.setValue(replay.slider.maximum())
    idle(workspace.jobs)
    whole = np.asarray(viewer.layers[roles.BEING_DRILLED].data).astype(bool)
    saved = session.case.annotation(replay.who.currentData()).mask
    assert np.array_equal(whole, saved)
    assert 0 < half.sum() < whole.sum()
    workspace.drilling.let_go()
    workspace.jobs.close()
