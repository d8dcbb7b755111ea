"""One slice with a crosshair."""

import numpy as np
import pytest
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from napari_rpdl.gui.ortho import SliceShown
from napari_rpdl.gui.slice_view import SliceView


@pytest.fixture
def view(qtbot) -> SliceView:
    made = SliceView()
    qtbot.addWidget(made)
    made.resize(200, 150)
    pixels = np.zeros((10, 20, 3), np.uint8)
    pixels[:, 10:] = (255, 0, 0)
    made.show_slice(SliceShown("axial", pixels, 0.5, (0.25, 0.5), (3, 64)))
    return made


def test_the_slice_fills_the_widget_with_its_aspect(view) -> None:
    frame = view.frame()
    assert (frame.left(), frame.top(), frame.width(), frame.height()) == (0, 25, 200, 100)
    image = view.grab().toImage()
    assert image.pixelColor(180, 40).getRgb()[:3] == (255, 0, 0)
    assert image.pixelColor(60, 40).getRgb()[:3] == (0, 0, 0)
    assert image.pixelColor(50, 40).red() > 100, "the crosshair"


def test_a_click_tells_the_place_and_one_outside_nothing(view, qtbot) -> None:
    with qtbot.waitSignal(view.place_chosen) as told:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(50, 100))
    assert told.args == pytest.approx([0.25, 0.75])
    with qtbot.assertNotEmitted(view.place_chosen):
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(50, 5))


def test_the_wheel_steps_through_layers(view, qtbot) -> None:
    for turned, step in ((120, 1), (-120, -1)):
        event = QWheelEvent(
            QPointF(50, 60),
            QPointF(50, 60),
            QPoint(0, 0),
            QPoint(0, turned),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        with qtbot.waitSignal(view.stepped) as told:
            QApplication.sendEvent(view, event)
        assert told.args == [step]


def test_without_a_slice_it_is_dark_and_deaf(view, qtbot) -> None:
    view.show_slice(None)
    assert view.grab().toImage().pixelColor(180, 40).red() < 30
    with qtbot.assertNotEmitted(view.place_chosen):
        QTest.mouseClick(view, Qt.MouseButton.LeftButton)
