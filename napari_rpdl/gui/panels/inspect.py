"""What lies where a person clicked, and what a region comes close to."""

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from napari_rpdl.data.case import Case
from napari_rpdl.evaluation.clearance import Clearance
from napari_rpdl.evaluation.probe import Probe
from napari_rpdl.gui.controls import Choice, heading, note
from napari_rpdl.gui.session import BY_NETWORK, BY_NOBODY, Session

_HINT = "Click the bone in the picture."
_ALARM = {"inside": "#ff6b6b", "below resolution": "#ffa94d", "< 1 mm": "#ffd43b"}


class InspectPanel(QWidget):
    """Wishes: measure a region, go to a place. Shows: the voxel that was clicked, and clearances."""

    region_chosen = Signal(str)
    place_chosen = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._clearances: tuple[Clearance, ...] = ()
        self.voxel = note(_HINT)
        self.region = Choice(())
        self.region.setToolTip("Whose drilled region is measured.")
        self.table = _table()
        self._arrange()
        self._connect()
        self._offer(session.case)

    def _arrange(self) -> None:
        rows = QVBoxLayout(self)
        rows.addWidget(heading("Voxel"))
        rows.addWidget(self.voxel)
        rows.addWidget(heading("Distance to critical structures"))
        rows.addWidget(self.region)
        rows.addWidget(self.table, stretch=1)
        rows.addWidget(note("Between the centres of the closest voxels. Click a line to go there."))

    def _connect(self) -> None:
        events = self._session.events
        self.region.currentIndexChanged.connect(lambda _: self.region_chosen.emit(self.region.currentData()))
        self.table.cellClicked.connect(lambda row, _: self.place_chosen.emit(self._clearances[row].voxel))
        events.probe.connect(self._show_probe)
        events.clearances.connect(self._show_clearances)
        events.case.connect(self._offer)
        events.prediction.connect(lambda _: self._offer(self._session.case))

    def _offer(self, case: Case | None) -> None:
        who = [BY_NOBODY, *(case.surgeons if case else ())] + ([BY_NETWORK] if self._session.prediction else [])
        self.region.offer(who, ["choose whose region", *who[1:]])

    def _show_probe(self, found: Probe | None) -> None:
        self.voxel.setText(_HINT if found is None else _sentences(found))

    def _show_clearances(self, found: tuple[Clearance, ...]) -> None:
        self._clearances = found
        self.table.setRowCount(len(found))
        for row, one in enumerate(found):
            cells = (one.structure, f"{one.distance:.1f} {one.unit}", one.band, str(one.inside or ""))
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                if one.band in _ALARM:
                    item.setForeground(QColor(_ALARM[one.band]))
                self.table.setItem(row, column, item)


def _table() -> QTableWidget:
    table = QTableWidget(0, 4)
    table.setHorizontalHeaderLabels(["Structure", "Distance", "Band", "Inside"])
    table.horizontalHeaderItem(3).setToolTip("Voxels of the structure inside the region.")
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    table.verticalHeader().hide()
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setCursor(Qt.CursorShape.PointingHandCursor)
    table.setMinimumHeight(240)
    return table


def _sentences(found: Probe) -> str:
    z, y, x = found.voxel
    lines = [f"z {z}, y {y}, x {x}" + (f": <b>{found.structure}</b>" if found.structure else "")]
    if found.surgeons:
        who = ": " + ", ".join(found.drilled_by) if found.drilled_by else ""
        lines.append(f"Drilled by <b>{len(found.drilled_by)} of {found.surgeons}</b>{who}")
    if found.nearest is not None:
        lines.append(f"{found.nearest.name}: {found.nearest.distance:.1f} {found.unit} away")
    return "<br>".join(lines)
