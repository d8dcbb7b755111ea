"""A table of surgeons against surgeons, coloured by how far they agree."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from napari_rpdl.gui.palette import rgb

_LOW, _HIGH = "#440154", "#FDE725"  # the ends of viridis, which any colour vision can order
_ROW = 24


class HeatMap(QTableWidget):
    """One cell for each pair; clicking it tells of the pair."""

    pair_chosen = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setMinimumSectionSize(20)
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.cellClicked.connect(self._choose)
        self.hide()

    def show_matrix(self, names: Sequence[str], values: NDArray[np.float64]) -> None:
        """Show the agreement (0..1) of every two surgeons; the diagonal stays empty, few names hide the table."""
        self._names = tuple(names)
        self.setVisible(len(names) > 1)
        self.setRowCount(len(names))
        self.setColumnCount(len(names))
        self.setVerticalHeaderLabels(self._names)
        self.setHorizontalHeaderLabels([str(rank) for rank in range(1, len(names) + 1)])
        between = values[~np.eye(len(names), dtype=bool)]
        low, high = (float(between.min()), float(between.max())) if between.size else (0.0, 1.0)
        for row, name in enumerate(names):
            self.horizontalHeaderItem(row).setToolTip(name)
            for column, other in enumerate(names):
                item = _blank() if row == column else _cell(float(values[row, column]), low, high)
                item.setToolTip("" if row == column else f"{name} and {other}: Dice {values[row, column]:.3f}")
                self.setItem(row, column, item)
        self.setFixedHeight(_ROW * (len(names) + 1) + 10)

    def _choose(self, row: int, column: int) -> None:
        if row != column:
            self.pair_chosen.emit(self._names[row], self._names[column])


def _blank() -> QTableWidgetItem:
    item = QTableWidgetItem("")
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    return item


def _cell(value: float, low: float, high: float) -> QTableWidgetItem:
    share = (value - low) / (high - low) if high > low else 1.0
    color = [start + share * (end - start) for start, end in zip(rgb(_LOW), rgb(_HIGH), strict=True)]
    item = QTableWidgetItem(f"{value:.2f}"[1:] if value < 1 else "1")
    item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
    item.setBackground(QColor.fromRgbF(*color))
    item.setForeground(QColor("black" if share > 0.5 else "white"))
    return item
