"""Bars are dragged, typed into and moved by keys."""

import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtGui import QColor

from napari_rpdl.gui.palette import PENALTY, REWARD
from napari_rpdl.gui.worth_bars import WorthBars, WorthEditor

PAPER = (-1.0, 0.25, 0.5, 0.75, 1.0)


@pytest.fixture
def bars(qtbot) -> WorthBars:
    made = WorthBars()
    qtbot.addWidget(made)
    made.resize(500, made.height())
    made.show_worths(PAPER)
    return made


@pytest.fixture
def editor(qtbot) -> WorthEditor:
    made = WorthEditor()
    qtbot.addWidget(made)
    made.show_worths(PAPER, own=False)
    return made


def color(bars: WorthBars, votes: int) -> QColor:
    """Return the colour in the middle of a bar."""
    ratio, middle = bars.devicePixelRatioF(), bars.bar(votes).center()
    return bars.grab().toImage().pixelColor(round(middle.x() * ratio), round(middle.y() * ratio))


def test_bars_stand_above_and_hang_below_zero(bars) -> None:
    heights = [bars.bar(votes).height() for votes in range(5)]
    assert heights == pytest.approx([heights[4] * abs(worth) for worth in PAPER])
    assert bars.bar(0).top() == pytest.approx(bars.bar(4).bottom())
    assert color(bars, 0) == QColor(PENALTY)
    assert color(bars, 4) == QColor(REWARD)


def test_a_bar_follows_the_hand(bars, qtbot, drag_to) -> None:
    told: list = []
    bars.changed.connect(told.append)
    half = bars.bar(2).top()
    qtbot.mousePress(bars, Qt.MouseButton.LeftButton, pos=QPoint(350, round(bars.bar(3).top())))
    drag_to(bars, QPoint(380, round(half)))
    qtbot.mouseRelease(bars, Qt.MouseButton.LeftButton, pos=QPoint(380, round(half)))
    assert bars.worths == pytest.approx((-1, 0.25, 0.5, 0.5, 1), abs=0.02)
    assert told[-1] == bars.worths
    drag_to(bars, QPoint(380, 5))
    assert told[-1] == bars.worths


def test_keys_choose_and_change(bars, qtbot) -> None:
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_PageUp, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Down):
        qtbot.keyClick(bars, key)
    assert bars.worths == pytest.approx((-1.05, 0.55, 0.5, 0.75, 1.0))
    assert bars.selected == 0


def test_the_box_shows_and_sets_the_chosen_bar(editor) -> None:
    told: list = []
    editor.changed.connect(told.append)
    editor.bars.select(1)
    assert (editor.which.text(), editor.value.value()) == ("1 vote:", 0.25)
    editor.value.setValue(-3)
    assert told == [(-1.0, -3.0, 0.5, 0.75, 1.0)]
    assert editor.bars.bar(1).top() == pytest.approx(editor.bars.bar(0).top())


def test_only_own_worths_can_be_reset_and_none_can_be_edited(editor, qtbot) -> None:
    asked: list = []
    editor.reset_asked.connect(lambda: asked.append(True))
    assert not editor.reset_button.isEnabled()
    editor.show_worths(PAPER, own=True)
    editor.reset_button.click()
    assert asked == [True]
    editor.show_worths((), own=False)
    assert not editor.bars.isEnabled()
    assert not editor.value.isEnabled()
    editor.bars.grab()
