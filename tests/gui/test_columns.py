"""Panels in a dock."""

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QWidget

from napari_rpdl.gui.columns import Column, stacked


def test_panels_lie_one_below_the_other(qtbot) -> None:
    upper, lower = QLabel("upper"), QLabel("lower")
    together = stacked(upper, lower)
    qtbot.addWidget(together)
    together.show()
    assert upper.geometry().bottom() < lower.geometry().top()
    assert upper.geometry().left() == lower.geometry().left() == 0


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
