"""Places where surgeons disagree, as a table that leads to them."""

from collections.abc import Sequence

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QTableWidget, QTableWidgetItem, QWidget

from napari_rpdl.evaluation.hot_spots import HotSpot
from napari_rpdl.gui.controls import list_lines

_ROW = 22
_COLUMNS = {
    "Pairs": "Share of all pairs of surgeons of whom one drilled here and one did not.",
    "Drilled by": "How many surgeons drilled the middle of the place.",
    "Nearest": "The critical structure that is closest, and how far it is away.",
}


class SpotTable(QTableWidget):
    """A line for each place; a click, or Enter, leads there."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(_COLUMNS), parent)
        self._spots: tuple[HotSpot, ...] = ()
        list_lines(self, _COLUMNS, wide=2, row_height=_ROW)
        self.cellClicked.connect(self._tell)
        self.cellActivated.connect(self._tell)
        self.show_spots(())

    def show_spots(self, spots: Sequence[HotSpot]) -> None:
        """List the places; without any the table is hidden."""
        self._spots = tuple(spots)
        self.setVisible(bool(spots))
        self.setRowCount(len(spots))
        for row, spot in enumerate(spots):
            found = spot.found
            who = f"{len(found.drilled_by)} of {found.surgeons}"
            near = f"{found.nearest.name}, {found.nearest.distance:.1f} {found.unit}" if found.nearest else ""
            tip = "Drilled by: " + (", ".join(found.drilled_by) or "nobody")
            for column, text in enumerate((f"{spot.disagreement:.0%}", who, near)):
                item = QTableWidgetItem(text)
                item.setToolTip(tip)
                self.setItem(row, column, item)
        self.setFixedHeight(_ROW * len(spots) + 30)

    def _tell(self, row: int, _: int) -> None:
        self.chosen.emit(self._spots[row].voxel)
