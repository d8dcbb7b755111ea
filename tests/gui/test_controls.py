"""Small controls behave as people expect."""

import pytest
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtWidgets import QApplication, QLabel, QSpinBox, QToolButton

from napari_rpdl.gui.controls import Button, Choice, Section, Tick, guard_wheel


def turn_wheel(control) -> None:
    event = QWheelEvent(
        QPointF(2, 2),
        QPointF(2, 2),
        QPoint(0, 120),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(control, event)


def test_the_wheel_changes_nothing_in_passing(qtbot) -> None:
    number = QSpinBox()
    qtbot.addWidget(number)
    turn_wheel(number)
    assert number.value() == 1
    guard_wheel(number)
    turn_wheel(number)
    assert number.value() == 1


def test_a_choice_keeps_what_was_chosen_while_it_is_offered(qtbot) -> None:
    choice = Choice(("a", "b"))
    qtbot.addWidget(choice)
    with qtbot.assertNotEmitted(choice.currentIndexChanged):
        choice.choose("b")
        choice.offer(("b", "c"), ("word b", "word c"))
    assert (choice.currentData(), choice.currentText()) == ("b", "word b")
    choice.offer(("c",))
    assert choice.currentData() == "c"


def test_a_button_says_why_it_cannot_be_pressed(qtbot) -> None:
    button = Button("Train", "Start.")
    qtbot.addWidget(button)
    button.allow(False, "Open a dataset first.")
    assert (button.isEnabled(), button.toolTip()) == (False, "Open a dataset first.")
    button.allow(True)
    assert (button.isEnabled(), button.toolTip()) == (True, "Start.")


@pytest.mark.parametrize("opened", [True, False])
def test_a_section_folds(qtbot, opened: bool) -> None:
    body = QLabel("inside")
    section = Section("Advanced", body, opened)
    qtbot.addWidget(section)
    assert body.isHidden() is not opened
    section.findChild(QToolButton).click()
    assert body.isHidden() is opened


def test_a_tick_shows_its_colour(qtbot) -> None:
    tick = Tick("surgeon_1", "#ff0000")
    qtbot.addWidget(tick)
    assert tick.icon().pixmap(8).toImage().pixelColor(4, 4).name() == "#ff0000"
