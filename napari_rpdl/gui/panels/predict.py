"""Ask a trained network, and hold its answer against every surgeon."""

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QCheckBox, QFileDialog, QLabel, QSizePolicy, QSlider, QVBoxLayout, QWidget

from napari_rpdl.evaluation.scoring import Scores
from napari_rpdl.gui.columns import below, beside
from napari_rpdl.gui.controls import Button, Choice, Section, heading, note
from napari_rpdl.gui.forms import SettingsForm
from napari_rpdl.gui.palette import ALARM
from napari_rpdl.gui.score_table import ScoreTable
from napari_rpdl.gui.session import BY_NETWORK, BY_NOBODY, Session
from napari_rpdl.learning.seen import Seen
from napari_rpdl.settings import DecisionSettings, PredictionSettings

if TYPE_CHECKING:
    from napari_rpdl.learning.decision import Decision

_STEPS = 100
_WITHOUT_SLIDER = {
    "tuned": "The rule “tuned” cuts at the threshold that was tuned for the run.",
    "dice-optimal": "The rule “dice-optimal” finds the threshold of the highest expected Dice itself.",
}
"""Why a rule leaves nothing for the slider to do."""
_ONE_ANSWER = "There was one answer only. Add a run, or ask in several views."
_ONE_HEAD = "How far answers differ is known of everyone's mean only: choose that beside Shown."


class PredictPanel(QWidget):
    """Wishes: choose a run, predict, move the threshold, decide by rules. Shows: the scores, what was decided."""

    run_chosen = Signal(object)
    run_added = Signal(object)
    spread_chosen = Signal(bool)
    fade_chosen = Signal(bool)
    head_chosen = Signal(str)
    held_chosen = Signal(str)
    on_chosen = Signal(bool)
    cancel_asked = Signal()
    predict_asked = Signal()
    predict_all_asked = Signal()
    tune_asked = Signal()
    threshold_chosen = Signal(float)
    rules_chosen = Signal(object)
    left_by_chosen = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.run_button = Button("Choose run…", "The folder of a training (with run.json in it).")
        self.add_button = Button("Add run…", "Let the network of one more training predict along; the mean counts.")
        self.run = note("No training is chosen.")
        self.outdated = note()
        self.form: SettingsForm[PredictionSettings] = SettingsForm(
            PredictionSettings, ("checkpoint", "device"), without=("threshold",)
        )
        self.predict_button = Button("Predict this bone", "Ask the network where to drill the bone in the viewer.")
        self.all_button = Button("Predict all bones", "Write predictions of all bones into the run folder.")
        self.cancel_button = Button("Cancel", "Stop; bones that are written already stay.")
        self.on_box = QCheckBox("Predict every bone that I open")
        self.head = Choice(("",))
        self.head.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.head.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.head.setToolTip("Whose way to drill is shown: this network learned each surgeon's own.")
        self.head_row = beside(QLabel("Shown"), self.head)
        self.threshold = QSlider(Qt.Orientation.Horizontal)
        self.threshold.setRange(1, _STEPS - 1)
        self.threshold_text = QLabel()
        self.rules: SettingsForm[DecisionSettings] = SettingsForm(DecisionSettings)
        self.tune_button = Button(
            "Tune threshold", "Find the threshold that agrees best with surgeons, for the rule “tuned”."
        )
        self.rules_section = Section("Decision", below(self.rules, self.tune_button))
        self.cut_box = QCheckBox("Cut it out of the bone in 3-D")
        self.spread_box = QCheckBox("Show where the networks differ")
        self.fade_box = QCheckBox("Fade where they differ (in slices)")
        self.table = ScoreTable()
        self.caution = note()
        self.summary = note()
        self.decided = note()
        self._arrange()
        self._connect()
        self.rules.show_unit(session.unit)
        self._show_threshold(session.threshold)
        self._show_readiness()
        self._offer_heads()

    def settings(self) -> PredictionSettings:
        """Return how to predict: the form, with the threshold of the slider."""
        return self.form.settings().model_copy(update={"threshold": self.threshold.value() / _STEPS})

    def _arrange(self) -> None:
        rows = QVBoxLayout(self)
        rows.addWidget(beside(self.run_button, self.add_button))
        rows.addWidget(self.run)
        rows.addWidget(self.outdated)
        rows.addWidget(self.form)
        rows.addWidget(beside(self.predict_button, self.all_button, self.cancel_button))
        rows.addWidget(self.on_box)
        rows.addWidget(heading("Threshold"))
        rows.addWidget(beside(self.threshold, self.threshold_text))
        rows.addWidget(self.cut_box)
        rows.addWidget(self.head_row)
        rows.addWidget(self.rules_section)
        rows.addWidget(Section("Uncertainty", below(self.spread_box, self.fade_box)))
        rows.addWidget(heading("Scores"))
        rows.addWidget(self.caution)
        rows.addWidget(self.summary)
        rows.addWidget(self.table)
        rows.addWidget(self.decided)

    def _connect(self) -> None:
        events = self._session.events
        self.run_button.clicked.connect(lambda: self._ask_run(self.run_chosen.emit))
        self.add_button.clicked.connect(lambda: self._ask_run(self.run_added.emit))
        self.spread_box.toggled.connect(self.spread_chosen)
        self.fade_box.toggled.connect(self.fade_chosen)
        self.on_box.toggled.connect(self.on_chosen)
        self.head.currentIndexChanged.connect(lambda _: self.head_chosen.emit(self.head.currentData()))
        self.table.row_chosen.connect(self.held_chosen)
        self.cancel_button.clicked.connect(lambda: self.cancel_asked.emit())
        self.predict_button.clicked.connect(lambda: self.predict_asked.emit())
        self.all_button.clicked.connect(lambda: self.predict_all_asked.emit())
        self.tune_button.clicked.connect(lambda: self.tune_asked.emit())
        self.threshold.valueChanged.connect(lambda value: self.threshold_chosen.emit(value / _STEPS))
        self.rules.changed.connect(lambda: self.rules_chosen.emit(self.rules.settings()))
        self.cut_box.toggled.connect(lambda on: self.left_by_chosen.emit(BY_NETWORK if on else BY_NOBODY))
        events.left_by.connect(self._show_cut)
        events.threshold.connect(self._show_threshold)
        for change in (events.scores, events.yardsticks):
            change.connect(lambda *_: self._show_scores(self._session.scores))
        events.held_against.connect(self.table.hold)
        events.prediction.connect(lambda *_: self._offer_heads())
        events.decision.connect(self._show_decision)
        events.undecided.connect(lambda *_: self._show_scores(self._session.scores))
        events.rules.connect(self.rules.show_settings)
        events.case.connect(lambda _: self.rules.show_unit(self._session.unit))
        inputs = (events.run, events.more_runs, events.case, events.dataset, events.training)
        for change in (*inputs, events.prediction, events.head, events.rules, events.predicting):
            change.connect(lambda *_: self._show_readiness())

    def _show_readiness(self) -> None:
        session = self._session
        runs = (session.run, *session.more_runs) if session.run else ()
        self.run.setText(" + ".join(run.name for run in runs) or "No training is chosen.")
        self.run.setToolTip("\n".join(str(run) for run in runs))
        self._show_whose(runs)
        self.add_button.allow(bool(runs), "Choose a run first.")
        reason = "" if session.run else "Train a network or choose a run first."
        self.predict_button.allow(bool(session.run and session.case), reason or "Show a bone first.")
        self.all_button.allow(bool(session.run and session.dataset), reason or "Open a dataset first.")
        self.tune_button.allow(bool(session.run and session.dataset), reason or "Open a dataset first.")
        self.cancel_button.allow(session.predicting, "No network is being asked.")
        unpredicted = "" if session.prediction else "Predict a bone first."
        useless = _WITHOUT_SLIDER.get(session.rules.rule, "")
        agreed = _why_no_spread(session)
        for control, hindrance in (
            (self.threshold, unpredicted or useless),
            (self.cut_box, unpredicted),
            (self.spread_box, unpredicted or agreed),
            (self.fade_box, unpredicted or agreed),
            (self.on_box, reason),
        ):
            control.setEnabled(not hindrance)
            control.setToolTip(hindrance)

    def _show_whose(self, chosen: tuple[Path, ...]) -> None:
        """Say what to know of the answer that is shown, and that it is another's where other runs were chosen since."""
        prediction = self._session.prediction
        answered = prediction.runs if prediction else ()
        other = bool(answered) and answered != chosen
        names = escape(" + ".join(run.name for run in answered))
        self.outdated.setText(f"Shown is still the answer of <b>{names}</b>. Predict this bone to ask anew.")
        self.outdated.setVisible(other)
        self.caution.setText(_caution(self._session.seen, prediction.said) if prediction else "")
        self.caution.setVisible(bool(self.caution.text()))

    def _show_cut(self, left_by: str) -> None:
        self.cut_box.blockSignals(True)
        self.cut_box.setChecked(left_by == BY_NETWORK)
        self.cut_box.blockSignals(False)

    def _show_threshold(self, threshold: float) -> None:
        self.threshold.blockSignals(True)
        self.threshold.setValue(round(threshold * _STEPS))
        self.threshold.blockSignals(False)
        self._show_cutting(self._session.decision)

    def _show_decision(self, decision: "Decision | None") -> None:
        prediction = self._session.prediction
        self.decided.setText(_story(decision, len(prediction.members) if prediction else 0) if decision else "")
        self._show_cutting(decision)

    def _show_cutting(self, decision: "Decision | None") -> None:
        """Write where the answer is cut beside the slider: not its own value where the rule has found another."""
        own = decision.threshold if decision is not None and decision.rule in _WITHOUT_SLIDER else None
        self.threshold_text.setText(f"{self.threshold.value() / _STEPS if own is None else own:.2f}")

    def _offer_heads(self) -> None:
        """Offer the surgeons whose way to drill the network learned, if it did."""
        prediction = self._session.prediction
        known = tuple(prediction.surgeons) if prediction else ()
        self.head.offer(("", *known), ("everyone (mean)", *(f"as {name} would drill" for name in known)))
        self.head.choose(self._session.head if self._session.head in known else "")
        self.head_row.setVisible(bool(known))

    def _show_scores(self, scores: Scores | None) -> None:
        session = self._session
        everyone = session.dataset.surgeons if session.dataset else scores.surgeons if scores else ()
        self.table.show_scores(scores, session.yardsticks, session.held_against, everyone)
        self.summary.setText(_sentence(scores) if scores else escape(session.undecided))

    def _ask_run(self, wish: Callable[[Path], object]) -> None:
        known = [*filter(None, (self._session.run,)), *(run.folder for run in self._session.found.runs)]
        beside_it = str(known[0].parent) if known else ""  # where other trainings lie
        if folder := QFileDialog.getExistingDirectory(self, "Folder of a training", beside_it):
            wish(Path(folder))


def _why_no_spread(session: Session) -> str:
    prediction = session.prediction
    if prediction is None or prediction.spread is None:
        return "" if prediction is None else _ONE_ANSWER
    return _ONE_HEAD if session.head in prediction.surgeons else ""


def _caution(seen: Seen, said: tuple[str, ...]) -> str:
    """Say what to know before trusting an answer; that training has seen the bone comes first, and in red."""
    note = f"<b style='color:{ALARM}'>{escape(seen.note)}</b>" if seen.seen else escape(seen.note)
    return " ".join(filter(None, (note, *map(escape, said))))


def _sentence(scores: Scores) -> str:
    touched = {name: voxels for name, voxels in scores.critical_voxels.items() if voxels}
    harm = ", ".join(f"{name} {voxels}" for name, voxels in touched.items())
    return (
        f"Mean Dice <b>{scores.dice_mean:.3f}</b>, which is {scores.fraction_of_oracle:.0%} of what any single "
        f"region can reach (oracle {scores.oracle_dice:.3f}). "
        + (f"Volume {scores.volume_ratio:.2f} × the surgeons'." if scores.volume_ratio is not None else "")
        + "<br>"
        + (
            f"<b style='color:{ALARM}'>Critical voxels removed: {harm}.</b>"
            if harm
            else "No critical structure is touched."
        )
    )


def _story(decision: "Decision", members: int) -> str:
    """Say how the region came about; nothing where the slider already says it all.

    Args:
        decision: the region.
        members: how many networks were asked, none for a single one.
    """
    parts = []
    if decision.rule != "threshold":
        cut = "" if decision.threshold is None else f" at {decision.threshold:.2f}"
        if members and decision.rule == "tuned":
            cut += f", the mean of the thresholds tuned for each of the {members} runs"
        hope = "" if decision.expected_dice is None else f", which expects a Dice of {decision.expected_dice:.3f}"
        parts.append(f"Decided by the rule “{decision.rule}”{cut}{hope}.")
    if decision.removed:
        parts.append("Taken away: " + ", ".join(f"{why} {_voxels(n)}" for why, n in decision.removed.items()) + ".")
    return " ".join(parts)


def _voxels(count: int) -> str:
    return f"{count:,} voxel{'' if count == 1 else 's'}"
