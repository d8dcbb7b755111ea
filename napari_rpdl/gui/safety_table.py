"""How close a cavity comes to each critical structure: a table, and a legend of its colours."""

from collections.abc import Sequence

from qtpy.QtCore import QRectF, Qt, Signal
from qtpy.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from qtpy.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem, QWidget

from napari_rpdl.evaluation.wall_safety import BANDS, WallSafety
from napari_rpdl.gui.controls import list_lines, marked
from napari_rpdl.gui.palette import WALL

_COLUMNS = {
    "Structure": "What must not be touched.",
    "Closest": "Between centres of voxels; where the structure was drilled, how many of its voxels were.",
    "Median": "The same for the surgeons of this bone: their median, without the one who is measured.",
    "Wall": "Shares of the cavity's wall by distance, in the legend's colours. Click a line for the figures.",
    "Exposed": "Where drilled voxels touch what stays of the structure: mm², or faces of voxels of unknown size.",
}
_WALL = 3
_ROW, _NARROWEST = 26, 54
_SHORT = {"below resolution": "below res."}


class BandBar(QWidget):
    """Shares side by side, each in the colour of its band."""

    def __init__(self, counts: Sequence[int]) -> None:
        super().__init__()
        self.counts = tuple(counts)
        self.setMinimumWidth(_NARROWEST)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the shares."""
        super().paintEvent(event)
        painter, left = QPainter(self), 3.0
        room = self.width() - 6
        for count, color in zip(self.counts, WALL, strict=True):
            width = room * count / max(sum(self.counts), 1)
            painter.fillRect(QRectF(left, 7, width, self.height() - 14), QColor(color))
            left += width
        painter.end()


class SafetyTable(QTableWidget):
    """A line for each structure; a click tells of it, a double-click or Enter flies to the closest point."""

    chosen = Signal(object)
    flight_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(_COLUMNS), parent)
        self._rows: tuple[WallSafety, ...] = ()
        list_lines(self, _COLUMNS, wide=0, row_height=_ROW)
        self.horizontalHeader().setMinimumSectionSize(_NARROWEST)
        self.setWordWrap(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setMinimumHeight(220)
        self.cellClicked.connect(lambda row, _: self.chosen.emit(self._rows[row]))
        self.cellDoubleClicked.connect(lambda row, _: self.flight_asked.emit(self._rows[row]))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Fly where the chosen line leads on Enter (Qt's own "activated" comes with some double-clicks, too)."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and 0 <= self.currentRow() < len(self._rows):
            self.flight_asked.emit(self._rows[self.currentRow()])
        else:
            super().keyPressEvent(event)

    def show_safety(self, rows: Sequence[WallSafety]) -> None:
        """Fill the table."""
        self._rows = tuple(rows)
        self.clearSelection()
        self.setRowCount(len(rows))
        for row, one in enumerate(rows):
            for column, text in enumerate(_cells(one)):
                item = QTableWidgetItem(text)
                item.setToolTip(words(one))
                if column not in (0, _WALL):
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(row, column, item)
            self.setCellWidget(row, _WALL, BandBar(one.wall))


def _cells(one: WallSafety) -> tuple[str, ...]:
    clearance, known = one.clearance, one.clearance.unit == "mm"
    unit = "mm" if known else "vx"
    closest = {"inside": f"inside ({clearance.inside:,})", "below resolution": _SHORT["below resolution"]}
    surgeons = "" if one.surgeons is None else f"{one.surgeons:.1f}"
    exposed = (f"{one.exposed:.1f} mm²" if known else f"{one.exposed:.0f} faces") if one.exposed else "0"
    return (
        clearance.structure,
        closest.get(clearance.band, f"{clearance.distance:.1f} {unit}"),
        surgeons,
        "",
        exposed,
    )


def words(one: WallSafety) -> str:
    """Return the figures of one structure in a few lines."""
    total = max(sum(one.wall), 1)
    unit = one.clearance.unit
    shares = [
        f"{band_words(band, unit)}: {count:,} voxels ({count / total:.1%})"
        for band, count in zip(BANDS, one.wall, strict=True)
        if count
    ]
    distance = f"closest {one.clearance.distance:.2f} {unit}"
    if one.clearance.band == "below resolution":
        distance += ", which the grid cannot tell from touching"
    inside = f"{one.clearance.inside:,} voxels of it drilled"
    return "\n".join([f"{one.clearance.structure}: {distance}; {inside}", "Wall of the cavity:", *shares])


def band_words(band: str, unit: str) -> str:
    """Return a band with its unit."""
    return band if band in BANDS[:2] else f"{band} {unit}"


def legend(unit: str) -> str:
    """Return the colours of the bands in rich text."""
    return "&nbsp; ".join(
        marked(color, _SHORT.get(band, band_words(band, unit))) for band, color in zip(BANDS, WALL, strict=True)
    )
