"""The scores of a prediction, a row for everything it is held against; a row shows what it speaks of."""

from collections.abc import Sequence

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from napari_rpdl.evaluation.scoring import Scores
from napari_rpdl.evaluation.yardsticks import Yardstick
from napari_rpdl.gui.controls import swatch
from napari_rpdl.gui.palette import BASELINE, NETWORK, ORACLE, surgeon_color

_COLORS = {"oracle": ORACLE, "baseline": BASELINE}
_TITLES = {"oracle": "oracle (best possible)", "baseline": "baseline (other bones)"}
_TIPS = {
    "oracle": "The region that agrees best with all surgeons of this bone: nothing can score higher.",
    "baseline": "Where surgeons drilled {bones} other bones on average: no learning, what a network must beat.",
}
_NETWORK_TIP = "The prediction against all surgeons; SD is the spread between surgeons. Shows the prediction alone."
_SURGEON_TIP = "The prediction against {name}. Shows both, and in slices where they differ."


class ScoreTable(QTableWidget):
    """Rows: every surgeon, the mean over them, and the same mean of baseline and oracle.

    ``row_chosen`` names the surgeon or the kind of yardstick of the row that was clicked;
    it is empty for the mean, and where a chosen row is clicked again.
    """

    row_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 3, parent)
        self._held = ""
        self.setHorizontalHeaderLabels(["Against", "Dice", "RPD"])
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setMinimumHeight(230)
        self.itemSelectionChanged.connect(self._tell)
        self.cellClicked.connect(self._let_go)

    def show_scores(
        self, scores: Scores | None, yardsticks: Sequence[Yardstick], held: str, everyone: Sequence[str]
    ) -> None:
        """Fill the table.

        Args:
            scores: of the prediction; nothing is shown where None.
            yardsticks: of the same bone.
            held: the row that is chosen.
            everyone: surgeons of the dataset in its order, for their colours.
        """
        self.blockSignals(True)
        self.clearSelection()
        self.setRowCount(0)
        if scores is not None:
            self._add_surgeons(scores, everyone)
            self._add("", "mean ± SD", _mean(scores), NETWORK, _NETWORK_TIP)
            for yardstick in yardsticks:
                tip = _TIPS[yardstick.kind].format(bones=len(yardstick.bones))
                self._add(
                    yardstick.kind, _TITLES[yardstick.kind], _mean(yardstick.scores), _COLORS[yardstick.kind], tip
                )
        self._held = ""
        self.hold(held)
        self.blockSignals(False)

    def hold(self, who: str) -> None:
        """Mark a row without telling; none where there is no such row."""
        self._held = who
        self.blockSignals(True)
        self.clearSelection()
        if who and (row := self._row(who)) is not None:
            self.selectRow(row)
        self.blockSignals(False)

    def _add_surgeons(self, scores: Scores, everyone: Sequence[str]) -> None:
        for name, dice, rpd in zip(scores.surgeons, scores.dice, scores.rpd, strict=True):
            color = surgeon_color(everyone.index(name) if name in everyone else 0)
            self._add(name, name, (f"{dice:.3f}", f"{rpd:.3f}"), color, _SURGEON_TIP.format(name=name))

    def _add(self, key: str, title: str, figures: Sequence[str], color: str, tip: str) -> None:
        row = self.rowCount()
        self.insertRow(row)
        for column, text in enumerate((title, *figures)):
            item = QTableWidgetItem(text)
            item.setToolTip(tip)
            item.setData(Qt.ItemDataRole.UserRole, key)
            self.setItem(row, column, item)
        self.item(row, 0).setIcon(swatch(color))

    def _row(self, who: str) -> int | None:
        keys = [self.item(row, 0).data(Qt.ItemDataRole.UserRole) for row in range(self.rowCount())]
        return keys.index(who) if who in keys else None

    def _tell(self) -> None:
        chosen = self.selectedItems()
        who = chosen[0].data(Qt.ItemDataRole.UserRole) if chosen else ""
        if who != self._held:
            self._held, self._fresh = who, True
            self.row_chosen.emit(who)

    def _let_go(self, row: int, _: int) -> None:
        """Let a second click on a row undo the first."""
        if self._fresh:
            self._fresh = False
        elif self.item(row, 0).data(Qt.ItemDataRole.UserRole) == self._held != "":
            self.hold("")
            self.row_chosen.emit("")

    _fresh = False


def _mean(scores: Scores) -> tuple[str, str]:
    return f"{scores.dice_mean:.3f} ± {scores.dice_sd:.3f}", f"{scores.rpd_mean:.3f} ± {scores.rpd_sd:.3f}"
