"""Ask a trained network, and hold its answer against every surgeon."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QSlider,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from napari_rpdl.evaluation.scoring import Scores
from napari_rpdl.gui.controls import Button, Section, heading, note
from napari_rpdl.gui.forms import SettingsForm
from napari_rpdl.gui.session import BY_NETWORK, BY_NOBODY, Session
from napari_rpdl.settings import DecisionSettings, PredictionSettings

if TYPE_CHECKING:
    from napari_rpdl.learning.decision import Decision

_STEPS = 100
_WITHOUT_SLIDER = {
    "tuned": "The rule “tuned” cuts at the threshold that was tuned for the run.",
    "dice-optimal": "The rule “dice-optimal” finds the threshold of the highest expected Dice itself.",
    "mbr": "The rule “mbr” looks for the region that agrees best with all members, not for a threshold.",
}
"""Why a rule leaves nothing for the slider to do."""
_ONE_ANSWER = "There was one answer only. Add a run, or ask in several views."


class PredictPanel(QWidget):
    """Wishes: choose a run, predict, move the threshold, decide by rules. Shows: the scores, what was decided."""

    run_chosen = Signal(object)
    run_added = Signal(object)
    spread_chosen = Signal(bool)
    predict_asked = Signal()
    predict_all_asked = Signal()
    threshold_chosen = Signal(float)
    rules_chosen = Signal(object)
    left_by_chosen = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.run_button = Button("Choose run…", "The folder of a training (with run.json in it).")
        self.add_button = Button("Add run…", "Let the network of one more training predict along; the mean counts.")
        self.run = note("No training is chosen.")
        self.form: SettingsForm[PredictionSettings] = SettingsForm(PredictionSettings, ("checkpoint", "device"))
        self.predict_button = Button("Predict this bone", "Ask the network where to drill the bone in the viewer.")
        self.all_button = Button("Predict all bones", "Write predictions of all bones into the run folder.")
        self.threshold = QSlider(Qt.Orientation.Horizontal)
        self.threshold.setRange(1, _STEPS - 1)
        self.threshold_text = QLabel()
        self.rules: SettingsForm[DecisionSettings] = SettingsForm(DecisionSettings)
        self.rules_section = Section("Decision", self.rules)
        self.cut_box = QCheckBox("Cut it out of the bone in 3-D")
        self.spread_box = QCheckBox("Show where the networks differ")
        self.table = _table()
        self.summary = note()
        self.decided = note()
        self._arrange()
        self._connect()
        self._show_threshold(session.threshold)
        self._show_readiness()

    def settings(self) -> PredictionSettings:
        """Return how to predict: the form, with the threshold of the slider."""
        return self.form.settings().model_copy(update={"threshold": self.threshold.value() / _STEPS})

    def _arrange(self) -> None:
        rows = QVBoxLayout(self)
        choosing = QHBoxLayout()
        choosing.addWidget(self.run_button)
        choosing.addWidget(self.add_button)
        rows.addLayout(choosing)
        rows.addWidget(self.run)
        rows.addWidget(self.form)
        buttons = QHBoxLayout()
        buttons.addWidget(self.predict_button)
        buttons.addWidget(self.all_button)
        rows.addLayout(buttons)
        rows.addWidget(heading("Threshold"))
        line = QHBoxLayout()
        line.addWidget(self.threshold)
        line.addWidget(self.threshold_text)
        rows.addLayout(line)
        rows.addWidget(self.rules_section)
        rows.addWidget(self.cut_box)
        rows.addWidget(self.spread_box)
        rows.addWidget(heading("Scores"))
        rows.addWidget(self.summary)
        rows.addWidget(self.table)
        rows.addWidget(self.decided)

    def _connect(self) -> None:
        events = self._session.events
        self.run_button.clicked.connect(lambda: self._ask_run(self.run_chosen.emit))
        self.add_button.clicked.connect(lambda: self._ask_run(self.run_added.emit))
        self.spread_box.toggled.connect(self.spread_chosen)
        self.predict_button.clicked.connect(lambda: self.predict_asked.emit())
        self.all_button.clicked.connect(lambda: self.predict_all_asked.emit())
        self.threshold.valueChanged.connect(lambda value: self.threshold_chosen.emit(value / _STEPS))
        self.rules.changed.connect(lambda: self.rules_chosen.emit(self.rules.settings()))
        self.cut_box.toggled.connect(lambda on: self.left_by_chosen.emit(BY_NETWORK if on else BY_NOBODY))
        events.left_by.connect(self._show_cut)
        events.threshold.connect(self._show_threshold)
        events.scores.connect(self._show_scores)
        events.decision.connect(self._show_decision)
        events.rules.connect(self.rules.show_settings)
        inputs = (events.run, events.more_runs, events.case, events.dataset, events.training)
        for change in (*inputs, events.prediction, events.rules):
            change.connect(lambda *_: self._show_readiness())

    def _show_readiness(self) -> None:
        session = self._session
        runs = (session.run, *session.more_runs) if session.run else ()
        self.run.setText(" + ".join(run.name for run in runs) or "No training is chosen.")
        self.run.setToolTip("\n".join(str(run) for run in runs))
        self.add_button.allow(bool(runs), "Choose a run first.")
        reason = "" if session.run else "Train a network or choose a run first."
        self.predict_button.allow(bool(session.run and session.case), reason or "Show a bone first.")
        self.all_button.allow(bool(session.run and session.dataset), reason or "Open a dataset first.")
        unpredicted = "" if session.prediction else "Predict a bone first."
        useless = _WITHOUT_SLIDER.get(session.rules.rule, "")
        agreed = "" if session.prediction is None or session.prediction.spread is not None else _ONE_ANSWER
        for control, hindrance in (
            (self.threshold, unpredicted or useless),
            (self.cut_box, unpredicted),
            (self.spread_box, unpredicted or agreed),
        ):
            control.setEnabled(not hindrance)
            control.setToolTip(hindrance)

    def _show_cut(self, left_by: str) -> None:
        self.cut_box.blockSignals(True)
        self.cut_box.setChecked(left_by == BY_NETWORK)
        self.cut_box.blockSignals(False)

    def _show_threshold(self, threshold: float) -> None:
        self.threshold.blockSignals(True)
        self.threshold.setValue(round(threshold * _STEPS))
        self.threshold.blockSignals(False)
        self.threshold_text.setText(f"{threshold:.2f}")

    def _show_decision(self, decision: "Decision | None") -> None:
        self.decided.setText(_story(decision) if decision else "")

    def _show_scores(self, scores: Scores | None) -> None:
        self.table.setRowCount(0)
        self.summary.setText(_sentence(scores) if scores else "")
        if scores is None:
            return
        for surgeon, dice, rpd in zip(scores.surgeons, scores.dice, scores.rpd, strict=True):
            self._add_row(surgeon, f"{dice:.3f}", f"{rpd:.3f}")
        self._add_row(
            "mean ± SD",
            f"{scores.dice_mean:.3f} ± {scores.dice_sd:.3f}",
            f"{scores.rpd_mean:.3f} ± {scores.rpd_sd:.3f}",
        )

    def _add_row(self, *cells: str) -> None:
        row = self.table.rowCount()
        self.table.insertRow(row)
        for column, text in enumerate(cells):
            self.table.setItem(row, column, QTableWidgetItem(text))

    def _ask_run(self, wish: Callable[[Path], object]) -> None:
        start = str(self._session.run or "")
        if folder := QFileDialog.getExistingDirectory(self, "Folder of a training", start):
            wish(Path(folder))


def _table() -> QTableWidget:
    table = QTableWidget(0, 3)
    table.setHorizontalHeaderLabels(["Against", "Dice", "RPD"])
    table.verticalHeader().hide()
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setMinimumHeight(230)
    return table


def _sentence(scores: Scores) -> str:
    touched = {name: voxels for name, voxels in scores.critical_voxels.items() if voxels}
    harm = ", ".join(f"{name} {voxels}" for name, voxels in touched.items())
    return (
        f"Mean Dice <b>{scores.dice_mean:.3f}</b>, which is {scores.fraction_of_oracle:.0%} of what any single "
        f"region can reach (oracle {scores.oracle_dice:.3f}). "
        + (f"Volume {scores.volume_ratio:.2f} × the surgeons'." if scores.volume_ratio is not None else "")
        + "<br>"
        + (
            f"<b style='color:#ff6b6b'>Critical voxels removed: {harm}.</b>"
            if harm
            else "No critical structure is touched."
        )
    )


def _story(decision: "Decision") -> str:
    """Say how the region came about; nothing where the slider already says it all."""
    parts = []
    if decision.rule in _WITHOUT_SLIDER:
        cut = "" if decision.threshold is None else f" at {decision.threshold:.2f}"
        hope = "" if decision.expected_dice is None else f", which expects a Dice of {decision.expected_dice:.3f}"
        parts.append(f"Decided by the rule “{decision.rule}”{cut}{hope}.")
    if decision.removed:
        parts.append("Taken away: " + ", ".join(f"{why} {_voxels(n)}" for why, n in decision.removed.items()) + ".")
    return " ".join(parts)


def _voxels(count: int) -> str:
    return f"{count:,} voxel{'' if count == 1 else 's'}"
