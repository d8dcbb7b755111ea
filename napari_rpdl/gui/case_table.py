"""The bones of a dataset as a table that can be searched: picture, side, surgeons, predictions, grades."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QSize, Qt, Signal
from qtpy.QtGui import QIcon, QImage, QPixmap
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.gui.session import CaseFacts

THUMBNAIL = 36
"""Side of a picture in the table, in pixels."""
_COLUMNS = ("Bone", "Side", "Surgeons", "Predictions", "Graded")
_TIPS = (
    "Click a bone to show it.",
    "Which ear it is, where that is known.",
    "How many surgeons drilled it.",
    "How many trainings wrote a prediction of it (Predict all bones).",
    "How many results of it were graded, as far as an opened study's key tells.",
)
_GRADED = len(_COLUMNS) - 1


class CaseTable(QTableWidget):
    """A row for each bone; ``case_chosen`` names the one that a person went to."""

    case_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(_COLUMNS), parent)
        self._rows: dict[str, int] = {}
        self.setHorizontalHeaderLabels(list(_COLUMNS))
        for column, tip in enumerate(_TIPS):
            self.horizontalHeaderItem(column).setToolTip(tip)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(THUMBNAIL + 4)
        self.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)  # the keyboard leaves the table by Tab
        self.setColumnHidden(_GRADED, True)
        self.setMinimumHeight(190)
        self.itemSelectionChanged.connect(self._tell)

    def show_dataset(self, dataset: Dataset | None) -> None:
        """List the bones of a dataset."""
        self.blockSignals(True)
        self.setRowCount(0)
        entries = dataset.entries if dataset else ()
        self._rows = {entry.case_id: row for row, entry in enumerate(entries)}
        self.setRowCount(len(entries))
        for row, entry in enumerate(entries):
            for column, text in enumerate((entry.case_id, entry.side or "", "", "", "")):
                self.setItem(row, column, QTableWidgetItem(text))
            self.item(row, 0).setIcon(_blank())
        self.blockSignals(False)

    def show_facts(self, facts: Mapping[str, CaseFacts]) -> None:
        """Fill in what is known of the bones."""
        self.setColumnHidden(_GRADED, not any(fact.graded for fact in facts.values()))
        for case_id, fact in facts.items():
            if (row := self._rows.get(case_id)) is not None:
                for column, count in ((2, fact.surgeons), (3, fact.predictions), (_GRADED, fact.graded)):
                    self.item(row, column).setText(str(count or ""))

    def show_thumbnail(self, case_id: str, pixels: NDArray[np.uint8]) -> None:
        """Show a picture, uint8 (side, side, 3), beside the name of a bone."""
        if (row := self._rows.get(case_id)) is not None:
            self.item(row, 0).setIcon(_icon(pixels))

    def mark(self, case_id: str) -> None:
        """Mark the bone in the viewer without telling."""
        if (row := self._rows.get(case_id)) is not None:
            self.blockSignals(True)
            self.selectRow(row)
            self.blockSignals(False)

    def find(self, text: str) -> None:
        """Leave only bones in sight whose row holds every word."""
        for row in range(self.rowCount()):
            line = self._line(row)
            self.setRowHidden(row, not all(word in line for word in text.lower().split()))

    def _line(self, row: int) -> str:
        name, side, surgeons, predictions, graded = (self.item(row, column).text() for column in range(len(_COLUMNS)))
        words = [name, f"{side} ear", f"{surgeons or 0} surgeons"]
        words += ["predicted"] if predictions else []
        words += ["graded" if graded else "ungraded"]
        return " ".join(words).lower()

    def _tell(self) -> None:
        if chosen := self.selectedItems():
            self.case_chosen.emit(self.item(chosen[0].row(), 0).text())


def _blank() -> QIcon:
    pixmap = QPixmap(THUMBNAIL, THUMBNAIL)
    pixmap.fill(Qt.GlobalColor.black)
    return QIcon(pixmap)


def _icon(pixels: NDArray[np.uint8]) -> QIcon:
    height, width, _ = pixels.shape
    kept = np.ascontiguousarray(pixels)
    image = QImage(kept.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    pixmap = QPixmap.fromImage(image.copy())
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)  # else a selected row would tint it
    return icon
