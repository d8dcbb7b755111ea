"""Trainings that wait, and trainings that were: their settings, scores and curves."""

from pathlib import Path

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QListWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from napari_rpdl.gui.columns import below, beside
from napari_rpdl.gui.controls import Button, Section, note
from napari_rpdl.gui.curves import RunCurves
from napari_rpdl.gui.session import Session
from napari_rpdl.gui.training_state import Queued
from napari_rpdl.learning.run_history import RunsFound, RunSummary

_COLUMNS = ("Run", "Loss", "Network", "Epochs", "Best loss", "Dice", "State")
_NAME_WIDTH = 190
_STATES = {"running": "runs", "complete": "complete", "resumable": "can go on", "empty": "no epoch yet"}


class RunsPanel(QWidget):
    """Wishes: reorder the queue, resume a run, predict with it. Shows: queue, runs, curves of those selected."""

    moved = Signal(int, int)
    dropped = Signal(int)
    resume_asked = Signal(object)
    predict_asked = Signal(object)
    look_asked = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._runs: tuple[RunSummary, ...] = ()
        self.queue = QListWidget()
        self.queue.setMaximumHeight(90)
        self.up_button = Button("▲ Earlier", "Let it start before the one above.")
        self.down_button = Button("▼ Later", "Let it start after the one below.")
        self.drop_button = Button("Remove", "Take it out of the queue.")
        ordering = beside(self.up_button, self.down_button, self.drop_button)
        self.queue_section = Section("Queue", below(self.queue, ordering), opened=True)
        self.search = QLineEdit()
        self.search.setPlaceholderText("find a run: name, loss, network, dataset, held-out bone")
        self.search.setClearButtonEnabled(True)
        self.table = _table()
        self.curves = RunCurves()
        self.look_button = Button("Look again", "Look for runs once more.")
        self.resume_button = Button("Go on", "Go on with the selected run.")
        self.predict_button = Button(
            "Predict with it", "Use the network of the selected run in the tab Predict; of several, the mean counts."
        )
        self.troubles = note()
        self._arrange()
        self._connect()
        self._show_queue(session.queue)
        self._show_found(session.found)

    def selected(self) -> tuple[RunSummary, ...]:
        """Return the runs of the selected rows in sight, from top to bottom."""
        rows = sorted({index.row() for index in self.table.selectedIndexes()})
        return tuple(self._runs[row] for row in rows if not self.table.isRowHidden(row))

    def _arrange(self) -> None:
        rows = QVBoxLayout(self)
        rows.addWidget(self.queue_section)
        buttons = beside(self.predict_button, self.resume_button, self.look_button)
        self.curves.hide()
        hint = note("Select one run for its curves, several to compare or ask them together (Ctrl or Shift and click).")
        body = below(self.search, self.table, buttons, self.troubles, hint, self.curves)
        rows.addWidget(Section("Earlier runs", body))
        rows.addStretch()

    def _connect(self) -> None:
        self.up_button.clicked.connect(lambda: self.moved.emit(self.queue.currentRow(), -1))
        self.down_button.clicked.connect(lambda: self.moved.emit(self.queue.currentRow(), 1))
        self.drop_button.clicked.connect(lambda: self.dropped.emit(self.queue.currentRow()))
        self.queue.currentRowChanged.connect(lambda _: self._show_queue_buttons())
        self.search.textChanged.connect(self._filter)
        self.table.itemSelectionChanged.connect(self._show_selected)
        self.look_button.clicked.connect(lambda: self.look_asked.emit())
        self.resume_button.clicked.connect(lambda: self.resume_asked.emit(self.selected()[0].folder))
        self.predict_button.clicked.connect(self._ask_to_predict)
        self._session.events.queue.connect(self._show_queue)
        self._session.events.found.connect(self._show_found)
        self._session.events.training.connect(lambda *_: self._show_buttons())

    # -- the queue --------------------------------------------------------------------

    def _show_queue(self, queue: tuple[Queued, ...]) -> None:
        row = self.queue.currentRow()
        self.queue.clear()
        self.queue.addItems([queued.title for queued in queue])
        self.queue.setCurrentRow(min(max(row, 0), len(queue) - 1))
        self.queue_section.setVisible(bool(queue))
        self._show_queue_buttons()

    def _show_queue_buttons(self) -> None:
        row, last = self.queue.currentRow(), self.queue.count() - 1
        self.up_button.allow(row > 0, "It is the next already.")
        self.down_button.allow(0 <= row < last, "It is the last already.")
        self.drop_button.allow(row >= 0, "Nothing waits.")

    # -- the runs ---------------------------------------------------------------------

    def _show_found(self, found: RunsFound) -> None:
        chosen = {self._runs[index.row()].folder for index in self.table.selectedIndexes()}
        self.table.blockSignals(True)
        self.table.clearSelection()
        self._runs = found.runs
        self.table.setRowCount(len(found.runs))
        mode = QAbstractItemView.SelectionMode
        self.table.setSelectionMode(mode.MultiSelection)  # so that several can be selected by the program
        for row, run in enumerate(found.runs):
            self._fill(row, run)
            if run.folder in chosen:
                self.table.selectRow(row)
        self.table.setSelectionMode(mode.ExtendedSelection)
        self.table.blockSignals(False)
        self.troubles.setText(_troubles(found.broken))
        self.troubles.setToolTip("\n".join(found.broken.values()))
        self.troubles.setVisible(bool(found.broken))
        self._filter(self.search.text())

    def _fill(self, row: int, run: RunSummary) -> None:
        for column, text in enumerate(_cells(run)):
            item = QTableWidgetItem(text)
            item.setToolTip(_tip(run))
            self.table.setItem(row, column, item)

    def _filter(self, text: str) -> None:
        """Leave only runs in sight in whose line every word occurs."""
        for row, run in enumerate(self._runs):
            self.table.setRowHidden(row, not all(word in run.words for word in text.lower().split()))
        self._show_selected()

    def _show_selected(self) -> None:
        runs = self.selected()
        self.curves.show_runs([(run.folder.name, run.epochs) for run in runs])
        self.curves.setVisible(bool(runs))
        self._show_buttons()

    def _ask_to_predict(self) -> None:
        self.predict_asked.emit(tuple(run.folder for run in self.selected()))

    def _show_buttons(self) -> None:
        runs = self.selected()
        one = "" if len(runs) == 1 else "Select one run."
        done = "This run is complete: predict with it." if not one and runs[0].state == "complete" else ""
        busy = "A training runs already." if self._session.training.running else ""
        self.resume_button.allow(not (one or done or busy), one or done or busy)
        none = "" if runs else "Select a run, or several to ask them together."
        empty = "" if all(run.epochs for run in runs) else "No epoch of this run has ended."
        self.predict_button.setText("Predict with them" if len(runs) > 1 else "Predict with it")
        self.predict_button.allow(not (none or empty), none or empty)


def _cells(run: RunSummary) -> tuple[str, ...]:
    best, settings = run.best, run.settings
    watched = best.training_loss if best and best.validation_loss is None else best.validation_loss if best else None
    return (
        run.folder.name,
        settings.loss,
        settings.network.name,
        f"{len(run.epochs)}/{settings.epochs}",
        "" if watched is None else f"{watched:.3f}",
        "" if best is None or best.validation_dice is None else f"{best.validation_dice:.3f}",
        _STATES[run.state],
    )


def _tip(run: RunSummary) -> str:
    changed = run.settings.model_dump(exclude_defaults=True)
    device = f"{run.environment.device}, {run.environment.threads} threads" if run.environment else "device unknown"
    held = ", ".join(run.record.hold_out) or "nothing"
    lines = [
        str(run.folder),
        f"{run.record.dataset_name}; held out: {held}",
        f"Started {run.started or 'at an unknown time'} (UTC) on {device}.",
        "Not as by default: " + (", ".join(f"{name} {value}" for name, value in changed.items()) or "nothing"),
        "Dice: of the mask at 0.5 with the surgeons of the bones that watch.",
    ]
    return "\n".join(lines)


def _troubles(broken: dict[Path, str]) -> str:
    if not broken:
        return ""
    names = ", ".join(folder.name for folder in broken)
    return f"{len(broken)} folder{'' if len(broken) == 1 else 's'} cannot be read (hover for the reason): {names}"


def _table() -> QTableWidget:
    table = QTableWidget(0, len(_COLUMNS))
    table.setHorizontalHeaderLabels(list(_COLUMNS))
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
    table.setColumnWidth(0, _NAME_WIDTH)  # a name of its own takes all the panel; begin and end tell it from others
    table.verticalHeader().hide()
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    table.setWordWrap(False)  # else a name is cut at its hyphens, and its end is lost
    table.setMinimumHeight(170)
    return table
