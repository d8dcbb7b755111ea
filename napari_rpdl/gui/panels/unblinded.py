"""When all is locked: what lay behind the codes, and what the voxels say beside the answers."""

from functools import partial
from pathlib import Path

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QGridLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from napari_rpdl.gui.camera import VIEWS, View
from napari_rpdl.gui.controls import Button, heading, note, swatch
from napari_rpdl.gui.grading_session import GradingSession
from napari_rpdl.review.unblinding import JudgedItem, Unblinded, score_in_words

_DONE = "Everything is locked. Thank you. Your answers are in the record and cannot change any more."
_ASK = "Who planned the study has the key. With it you see what lay behind the codes, and the results."
_HINT = (
    "What the voxels say is no grade. Click a line to see the voxels it comes from, in pink. "
    '"Below resolution": the grid is too coarse to tell.'
)
_COLORS = {"yes": "#7bd88f", "no": "#ff6b6b", "below resolution": "#e0a84a", "not computable": "#9aa3b2"}


class UnblindedPanel(QWidget):
    """Wishes: the key, a result to look at, a hint to jump to, the report. Shows: names, answers, hints."""

    key_chosen = Signal(object)
    result_chosen = Signal(int)
    item_chosen = Signal(int)
    view_asked = Signal(str)
    results_asked = Signal(object)

    def __init__(self, session: GradingSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.key_button = Button("Show what lay behind the codes…", "Choose the folder of the key.")
        self.results_button = Button("Results of the study…", "Choose a folder for the report.")
        self.results_button.allow(False, "Choose the key first.")
        self.results = _table("Shown as", "Bone", "Made by", "Total")
        self.items = _table("Question", "You", "Voxels")
        self.views: dict[View, Button] = {
            choice.view: Button(f"{choice.title} (Shift+{choice.key})", choice.tip) for choice in VIEWS
        }
        self.text = note()
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        rows = QVBoxLayout(self)
        rows.addWidget(heading("All is graded"))
        rows.addWidget(note(_DONE))
        self._ask = note(_ASK)
        rows.addWidget(self._ask)
        rows.addWidget(self.key_button)
        rows.addWidget(self.results_button)
        self._body = QWidget()
        below = QVBoxLayout(self._body)
        below.setContentsMargins(0, 0, 0, 0)
        below.addWidget(self.results, stretch=1)
        grid = QGridLayout()
        grid.setSpacing(3)
        for number, button in enumerate(self.views.values()):
            grid.addWidget(button, number // 2, number % 2)
        below.addLayout(grid)
        below.addWidget(note(_HINT))
        below.addWidget(self.items, stretch=2)
        below.addWidget(self.text)
        rows.addWidget(self._body, stretch=1)
        self._body.hide()
        rows.addStretch()

    def _connect(self) -> None:
        self.key_button.clicked.connect(lambda: self._ask_folder("Folder of the key", self.key_chosen))
        self.results_button.clicked.connect(lambda: self._ask_folder("Folder for the report", self.results_asked))
        self.results.currentCellChanged.connect(lambda row, *_: self._choose(row))
        self.items.cellClicked.connect(lambda row, _: self._jump(row))
        for view, button in self.views.items():
            button.clicked.connect(partial(self._look, view))
        self._session.events.unblinded.connect(self._show_unblinded)
        self._session.events.judged.connect(self._show_judged)

    def _ask_folder(self, title: str, signal: Signal) -> None:
        if folder := QFileDialog.getExistingDirectory(self, title):
            signal.emit(Path(folder))

    def _choose(self, row: int) -> None:
        if row >= 0 and row != self._session.chosen:
            self.result_chosen.emit(row)

    def _jump(self, row: int) -> None:
        judged = self._session.judged[row]
        self.text.setText(_sentence(judged))
        self.item_chosen.emit(row)

    def _look(self, view: View, *_: object) -> None:
        self.view_asked.emit(view)

    def _show_unblinded(self, found: tuple[Unblinded, ...]) -> None:
        self._body.setVisible(bool(found))
        self._ask.setVisible(not found)
        self.key_button.setVisible(not found)
        self.results_button.allow(bool(found), "Choose the key first.")
        self.results.blockSignals(True)
        self.results.setRowCount(len(found))
        for row, one in enumerate(found):
            code = one.code + (f", again {one.repeat_of}" if one.repeat_of else "")
            total = "–" if one.total is None else f"{one.total:.3g}"
            for column, text in enumerate((code, one.case_id, f"{one.source} ({one.kind})", total)):
                self.results.setItem(row, column, _cell(text))
        self.results.setCurrentCell(0 if found else -1, 0)
        self.results.blockSignals(False)

    def _show_judged(self, judged: tuple[JudgedItem, ...]) -> None:
        self.text.setText("")
        self.items.setRowCount(len(judged))
        for row, one in enumerate(judged):
            verdict = one.hint.verdict if one.hint is not None else "–"
            answer = score_in_words(one.item, one.answer.score) if one.item is not None and one.answer else "–"
            for column, text in enumerate((_title(one), answer, verdict)):
                self.items.setItem(row, column, _cell(text, _sentence(one)))
            if verdict in _COLORS:
                self.items.item(row, 2).setIcon(swatch(_COLORS[verdict]))


def _title(one: JudgedItem) -> str:
    if one.item is not None:
        return one.item.text
    return one.hint.name.replace("_", " ") if one.hint is not None else ""


def _sentence(one: JudgedItem) -> str:
    said = f"{_title(one)}: "
    said += f"{one.hint.verdict}. {one.hint.text}" if one.hint is not None else "nothing computes this."
    if one.answer is not None and one.answer.comment:
        said += f' You wrote: "{one.answer.comment}"'
    return said


def _table(*headings: str) -> QTableWidget:
    table = QTableWidget(0, len(headings))
    table.setHorizontalHeaderLabels(list(headings))
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    table.horizontalHeader().setSectionResizeMode(0 if len(headings) == 3 else 2, QHeaderView.ResizeMode.Stretch)
    table.verticalHeader().hide()
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setCursor(Qt.CursorShape.PointingHandCursor)
    table.setMinimumHeight(150)
    return table


def _cell(text: str, tip: str = "") -> QTableWidgetItem:
    cell = QTableWidgetItem(text)
    cell.setToolTip(tip or text)
    return cell
