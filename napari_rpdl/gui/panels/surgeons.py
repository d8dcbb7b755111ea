"""Who drilled what: tick surgeons, see the bone as one of them left it."""

from collections.abc import Mapping

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from napari_rpdl.consensus.agreement import CaseAgreement
from napari_rpdl.data.case import Case
from napari_rpdl.evaluation.cavity import Extent
from napari_rpdl.evaluation.hot_spots import HotSpot
from napari_rpdl.gui.controls import Button, Choice, Tick, heading, note
from napari_rpdl.gui.heat_map import HeatMap
from napari_rpdl.gui.palette import surgeon_color
from napari_rpdl.gui.session import BY_CONSENSUS, BY_NETWORK, BY_NOBODY, Session
from napari_rpdl.gui.spot_table import SpotTable

_NONE = "No surgeon has drilled this bone."
_EXTENT = "Drilled volume, and depth from lateral to medial along the deepest line and as a mean of all lines."


class SurgeonsPanel(QWidget):
    """Wishes: which regions to show, whose cavity to cut. Shows: the surgeons of the bone."""

    surgeons_chosen = Signal(object)
    left_by_chosen = Signal(str)
    pair_chosen = Signal(str, str)
    place_chosen = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.ticks: dict[str, Tick] = {}
        self.all_button = Button("All", "Show every surgeon's drilled region.")
        self.none_button = Button("None", "Hide the drilled regions.")
        self.left_by = Choice(())
        self.left_by.setToolTip("Cut the region out of the bone in 3-D: what was left after drilling.")
        self.agreement = note()
        self.matrix = HeatMap()
        self.matrix.setToolTip("Dice of every two surgeons. Click a cell to see where they differ.")
        self.spots = SpotTable()
        self.no_spots = note("Needs at least two surgeons.")
        self._list = QVBoxLayout()
        self._arrange()
        self.all_button.clicked.connect(lambda: self.surgeons_chosen.emit(tuple(self.ticks)))
        self.none_button.clicked.connect(lambda: self.surgeons_chosen.emit(()))
        self.left_by.currentIndexChanged.connect(lambda _: self.left_by_chosen.emit(self.left_by.currentData()))
        self.matrix.pair_chosen.connect(self.pair_chosen)
        self.spots.chosen.connect(self.place_chosen)
        session.events.case.connect(self._show_case)
        session.events.surgeons.connect(self._show_ticks)
        session.events.left_by.connect(self.left_by.choose)
        session.events.prediction.connect(lambda _: self._offer(session.case))
        session.events.agreement.connect(self._show_agreement)
        session.events.hot_spots.connect(self._show_spots)
        session.events.extents.connect(self._show_extents)
        self._show_case(session.case)

    def _arrange(self) -> None:
        rows = QVBoxLayout(self)
        rows.addWidget(heading("The bone in 3-D"))
        rows.addWidget(self.left_by)
        rows.addWidget(heading("Drilled regions"))
        rows.addWidget(note("Outlined in the slices, glassy in 3-D."))
        inner = QWidget()
        inner.setLayout(self._list)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inner)
        rows.addWidget(area, stretch=1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.all_button)
        buttons.addWidget(self.none_button)
        rows.addLayout(buttons)
        rows.addWidget(heading("Agreement on this bone"))
        rows.addWidget(self.agreement)
        rows.addWidget(self.matrix)
        rows.addWidget(heading("Where they disagree most"))
        rows.addWidget(self.no_spots)
        rows.addWidget(self.spots)

    def _show_case(self, case: Case | None) -> None:
        surgeons = case.surgeons if case else ()
        if tuple(self.ticks) != surgeons:
            self._rebuild(surgeons)
        for button in (self.all_button, self.none_button):
            button.allow(bool(surgeons), _NONE)
        self._offer(case)

    def _show_extents(self, extents: Mapping[str, Extent]) -> None:
        for surgeon, tick in self.ticks.items():
            words, tip = _words(extents[surgeon]) if surgeon in extents else ("", "")
            tick.setText(f"{surgeon}   {words}")
            tick.setToolTip(tip)

    def _rebuild(self, surgeons: tuple[str, ...]) -> None:
        while (item := self._list.takeAt(0)) is not None:
            if item.widget() is not None:
                item.widget().deleteLater()
        self.ticks = {}
        known = self._session.dataset.surgeons if self._session.dataset else surgeons
        for surgeon in surgeons:
            tick = Tick(surgeon, surgeon_color(known.index(surgeon)))
            tick.setChecked(surgeon in self._session.surgeons)
            tick.toggled.connect(self._tell)
            self._list.addWidget(tick)
            self.ticks[surgeon] = tick
        self._list.addStretch()

    def _offer(self, case: Case | None) -> None:
        surgeons = case.surgeons if case else ()
        who = [BY_NOBODY, *surgeons] + ([BY_CONSENSUS] if surgeons else [])
        who += [BY_NETWORK] if self._session.prediction else []
        words = ["before drilling"] + [f"as left by {name}" for name in who[1:]]
        self.left_by.offer(who, words)
        self.left_by.choose(self._session.left_by if self._session.left_by in who else BY_NOBODY)
        reason = "" if case and case.structures else "This bone has no structures to cut from."
        self.left_by.setEnabled(not reason)
        self.left_by.setToolTip(reason or "Cut the region out of the bone: what was left after drilling.")

    def _show_ticks(self, surgeons: tuple[str, ...]) -> None:
        for surgeon, tick in self.ticks.items():
            tick.blockSignals(True)
            tick.setChecked(surgeon in surgeons)
            tick.blockSignals(False)

    def _show_agreement(self, agreement: CaseAgreement | None) -> None:
        self.agreement.setText(_sentence(agreement))
        if agreement is None:
            self.matrix.hide()
        else:
            self.matrix.show_matrix(agreement.surgeons, agreement.pairwise)

    def _show_spots(self, spots: tuple[HotSpot, ...]) -> None:
        self.spots.show_spots(spots)
        several = len(self.ticks) > 1
        self.no_spots.setText("Nowhere." if several else "Needs at least two surgeons.")
        self.no_spots.setVisible(not spots)

    def _tell(self, _: bool) -> None:
        self.surgeons_chosen.emit(tuple(name for name, tick in self.ticks.items() if tick.isChecked()))


def _words(extent: Extent) -> tuple[str, str]:
    """Return how much and how deep a surgeon drilled, in a few words and in more."""
    unit = extent.unit
    volume = f"{extent.volume:.2f} cm³" if unit == "mm" else f"{extent.volume:,.0f} voxels"
    if extent.depths is None:
        return volume, _EXTENT
    deep = f"{volume}, {extent.depths.most:.0f} {unit} deep"
    return deep, f"{_EXTENT} Here {extent.depths.mean:.1f} {unit} as a mean."


def _sentence(agreement: CaseAgreement | None) -> str:
    if agreement is None or len(agreement.surgeons) < 2:
        return "Needs at least two surgeons."
    if not agreement.foreground:
        return "Nobody drilled anything on this bone, so there is no agreement to measure."
    between = [agreement.pairwise[row, column] for row in range(len(agreement.surgeons)) for column in range(row)]
    mean = sum(between) / len(between)
    return (
        f"Surgeons drilled {agreement.foreground:.1%} of the voxels on average.<br>"
        f"Dice between two surgeons: {mean:.3f} (lowest {min(between):.3f}, highest {max(between):.3f}).<br>"
        f"No single region can reach more than {agreement.oracle_dice:.3f} (oracle)."
    )
