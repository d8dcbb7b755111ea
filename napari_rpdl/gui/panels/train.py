"""Start a training, watch it, pause it, stop it, go on with it."""

from html import escape
from pathlib import Path

from qtpy.QtCore import Signal
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QMessageBox,
    QProgressBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.gui.controls import Button, Choice, Section, heading, note, tighten
from napari_rpdl.gui.curves import Curves
from napari_rpdl.gui.forms import SettingsForm
from napari_rpdl.gui.held_out import HeldOut
from napari_rpdl.gui.palette import ALARM
from napari_rpdl.gui.session import Session
from napari_rpdl.gui.training_state import TrainingState, TrainingWish
from napari_rpdl.settings import (
    PRESETS,
    TrainingSettings,
    check_effect,
    followed,
    idle_fields,
    preset_for,
    without_idle,
)

_PRESETS = {
    "default": "default: quick and good on few bones",
    "paper": "paper: as in the publication (long)",
    "published-code": "published-code: as the authors' code (long)",
}
BASIC = ("loss", "network", "grid", "epochs", "batch_size", "learning_rate", "device")


class TrainPanel(QWidget):
    """Wishes: train, queue, pause, resume, cancel, measure. Shows: how long, how far, and the loss curves."""

    seen = Signal()
    train_asked = Signal()
    queue_asked = Signal()
    pause_asked = Signal()
    continue_asked = Signal()
    edited = Signal()
    measure_asked = Signal()
    live_chosen = Signal(bool)
    resume_asked = Signal(object, bool)
    cancel_asked = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.data = note()
        self.preset = Choice(tuple(PRESETS))
        self.preset.offer(tuple(PRESETS), [_PRESETS.get(name, name) for name in PRESETS])
        self.preset.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.preset.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.preset.setToolTip(
            "Fills the form below; then change what you like. Another network or loss brings what this has for it."
        )
        self.form: SettingsForm[TrainingSettings] = SettingsForm(TrainingSettings, BASIC)
        self._start = TrainingSettings()
        self.problem = note()
        self.hold_out = HeldOut()
        self.folder = QLineEdit()
        self.folder.setPlaceholderText("new folder for this training")
        self.browse_button = Button("…", "Choose a folder.")
        self.where = Choice(("separate process", "this program"))
        self.where.setToolTip("A separate process keeps the viewer quick and gives the GPU's memory back at the end.")
        self.estimate = note()
        self.measure_button = Button("Measure time", "Try out a few steps to tell how long all will take.")
        self.queue_button = Button("Queue", "Start this training when those before it have ended.")
        self.pause_button = Button(
            "Pause", "Stop for now and give the memory back. Continue goes on after the last finished epoch, exactly."
        )
        self.live_box = QCheckBox("Predict the shown bone meanwhile")
        self.live_box.setToolTip(
            "After some epochs the network in training shows what it would drill; that takes it some time."
        )
        self.train_button = Button("Train", "Start a new training in this folder.")
        self.resume_button = Button("Resume…", "Go on with a training that was stopped, or follow one that still runs.")
        self.cancel_button = Button("Cancel", "Stop after the current step; the last checkpoint is kept.")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.device = note()
        self.status = note()
        self.curves = Curves()
        self._arrange()
        self._connect()
        self._show_dataset(session.dataset)
        self._show_training(session.training)

    def wish(self) -> TrainingWish:
        """Return what the form asks for; an InputError names what is missing, or which settings exclude each other."""
        settings = without_idle(self.form.settings())
        check_effect(settings)
        return TrainingWish(
            settings=settings,
            run=Path(self.folder.text().strip()).expanduser() if self.folder.text().strip() else None,
            hold_out=self.hold_out.ticked(),
            own_process=self.own_process,
        )

    @property
    def own_process(self) -> bool:
        """Whether trainings run in a process of their own."""
        return bool(self.where.currentData() == "separate process")

    def _arrange(self) -> None:
        rows = QVBoxLayout(self)
        rows.addWidget(self.data)
        start = QFormLayout()
        tighten(start)
        start.addRow("Preset", self.preset)
        rows.addLayout(start)
        for widget in (self.form, self.problem, self.device):
            rows.addWidget(widget)
        rows.addWidget(Section("Held-out bones", self.hold_out, opened=True))
        place = QWidget()
        beside = QHBoxLayout(place)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addWidget(self.folder)
        beside.addWidget(self.browse_button)
        details = QWidget()
        where = QFormLayout(details)
        tighten(where)
        where.addRow("Run folder", place)
        where.addRow("Train in", self.where)
        rows.addWidget(Section("Where", details))
        rows.addWidget(heading("Time"))
        rows.addWidget(self.estimate)
        rows.addLayout(_line(self.train_button, self.queue_button, self.resume_button))
        rows.addLayout(_line(self.pause_button, self.cancel_button, self.measure_button))
        for widget in (self.bar, self.status, self.live_box, self.curves):
            rows.addWidget(widget)
        rows.addStretch()

    def _connect(self) -> None:
        self.train_button.clicked.connect(lambda: self.train_asked.emit())
        self.queue_button.clicked.connect(lambda: self.queue_asked.emit())
        self.pause_button.clicked.connect(self._pause_or_continue)
        self.measure_button.clicked.connect(lambda: self.measure_asked.emit())
        self.preset.currentIndexChanged.connect(self._fill)
        self.form.changed.connect(self._follow)
        self.hold_out.itemChanged.connect(self._show_data)
        self.live_box.toggled.connect(self.live_chosen)
        self.resume_button.clicked.connect(self._ask_resume)
        self.cancel_button.clicked.connect(lambda: self.cancel_asked.emit())
        self.browse_button.clicked.connect(self._browse)
        self._session.events.dataset.connect(self._show_dataset)
        self._session.events.training.connect(self._show_training)
        self._session.events.devices.connect(lambda *_: self._show_device())
        self._session.events.estimate.connect(lambda *_: self._show_estimate())
        self._show_device()
        self._show_estimate()
        self._show_idle()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Tell that devices and earlier runs are wanted now."""
        super().showEvent(event)
        self.seen.emit()

    def _show_dataset(self, dataset: Dataset | None) -> None:
        self.hold_out.offer(dataset)
        self._show_data()
        self._show_training(self._session.training)

    def _show_training(self, state: TrainingState) -> None:
        waiting = "Open a dataset first." if self._session.dataset is None else ""
        busy = "A training is running; cancel it first." if state.running else ""
        self.train_button.allow(not (waiting or busy), waiting or busy)
        idle = "" if state.running else "Nothing runs that this could wait for: press Train."
        self.queue_button.allow(not (waiting or idle), waiting or idle)
        self.measure_button.allow(not (waiting or busy), waiting or busy)
        self.pause_button.setText("Continue" if state.paused and not state.running else "Pause")
        can_pause = state.paused or (state.running and not state.stopping)
        self.pause_button.allow(can_pause, "Nothing runs." if not state.running else "Stopping…")
        self.resume_button.allow(not busy, busy)
        self.cancel_button.allow(
            (state.running and not state.stopping) or (state.paused and not state.running),
            "Nothing runs." if not state.running else "Stopping…",
        )
        self.bar.setValue(round(state.share * 1000))
        self.bar.setFormat(f"%p %{_left(state.remaining_s)}")
        self.status.setText(state.text)
        self._show_device()
        self.curves.show_epochs(state.epochs)

    def _show_data(self, *_: object) -> None:
        """Say what is learned from; another choice may take another time."""
        self.data.setText(self.hold_out.words())
        if self._session.dataset is not None:
            self.edited.emit()

    def _show_device(self) -> None:
        known, training = self._session.devices, self._session.training
        if training.device:
            self.device.setText(training.device)
        elif known:
            self.device.setText("Computes on " + ", or ".join(device.words for device in known) + ".")
        else:
            self.device.setText("Asking what this machine can compute on…")

    def _show_estimate(self) -> None:
        estimate = self._session.estimate
        if estimate is None:
            self.estimate.setText("Not known: no earlier run here was like it.")
        else:
            self.estimate.setText(f"At most <b>{_duration(estimate.seconds)}</b>. {estimate.source}")

    def _fill(self, _: int) -> None:
        """Put a preset into the form."""
        self._start = PRESETS[self.preset.currentData()]
        self.form.show_settings(self._start)
        self._show_idle()
        self.edited.emit()

    def _follow(self) -> None:
        """Where another network or loss was chosen, put in what the preset has for it, but for what was changed."""
        settings = self.form.settings()
        start = preset_for(self.preset.currentData(), settings.network.name, settings.loss)
        if start != self._start:
            self.form.show_settings(followed(settings, self._start, start))
            self._start = start
        self._show_idle()
        self.edited.emit()

    def _show_idle(self) -> None:
        """Grey out what would change nothing beside the rest (the wish leaves it out), and name what excludes what."""
        settings = self.form.settings()
        self.form.show_idle({field: f"Counts {where}." for field, where in idle_fields(settings).items()})
        problem = _contradiction(without_idle(settings))
        self.problem.setText(f"<span style='color:{ALARM}'>{escape(problem)}</span>")
        self.problem.setVisible(bool(problem))

    def _pause_or_continue(self) -> None:
        paused = self._session.training.paused and not self._session.training.running
        (self.continue_asked if paused else self.pause_asked).emit()

    def _browse(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, "Folder for the training", self.folder.text()):
            self.folder.setText(folder)

    def _ask_resume(self) -> None:
        last = self.folder.text().strip() or str(self._session.run or "")
        if folder := QFileDialog.getExistingDirectory(self, "Folder of the training to go on with", last):
            self.resume_asked.emit(Path(folder), self.own_process)


def _contradiction(settings: TrainingSettings) -> str:
    try:
        check_effect(settings)
    except InputError as error:
        return str(error)
    return ""


def ask_whether_it_goes_on() -> bool:
    """Ask, as the window closes, what becomes of the training; a dismissed question stops it."""
    question = QMessageBox(
        QMessageBox.Icon.Question,
        "napari-rpdl",
        "Training is running. Let it go on without the viewer? "
        "Resume… with its folder follows it again, and can stop it.",
    )
    going_on = question.addButton("Let it go on", QMessageBox.ButtonRole.AcceptRole)
    question.setEscapeButton(question.addButton("Stop it", QMessageBox.ButtonRole.RejectRole))
    question.setDefaultButton(going_on)
    question.exec()
    return question.clickedButton() is going_on


def _left(seconds: float | None) -> str:
    return "" if seconds is None else f" – {_duration(seconds)} left"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _line(*widgets: QWidget) -> QHBoxLayout:
    columns = QHBoxLayout()
    for widget in widgets:
        columns.addWidget(widget)
    return columns
