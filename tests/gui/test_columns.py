"""Panels in a dock."""

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QWidget

from napari_rpdl.gui.columns import Column, below, beside, stacked


def test_panels_lie_one_below_the_other(qtbot) -> None:
    upper, lower = QLabel("upper"), QLabel("lower")
    together = stacked(upper, lower)
    qtbot.addWidget(together)
    together.show()
    assert upper.geometry().bottom() < lower.geometry().top()
    assert upper.geometry().left() == lower.geometry().left() == 0


def test_widgets_lie_in_a_line_and_fill_the_height_that_there_is(qtbot) -> None:
    left, right, under = QLabel("left"), QLabel("right"), QLabel("under")
    together = below(beside(left, right), under)
    qtbot.addWidget(together)
    together.resize(300, 400)
    together.show()
    assert left.geometry().right() < right.geometry().left()
    assert under.geometry().bottom() == 399


def test_a_column_is_never_narrower_than_its_panel_and_scrolls_only_up_and_down(qtbot) -> None:
    tall = QWidget()
    tall.setMinimumSize(300, 2000)
    column = Column(stacked(tall))
    qtbot.addWidget(column)
    column.resize(column.minimumSizeHint().width(), 200)
    column.show()
    assert column.viewport().width() >= 300
    assert column.verticalScrollBar().maximum() > 0
    assert column.horizontalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOff
