"""Start a training, watch it, stop it, go on with it."""

from pathlib import Path

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.gui.controls import Button, Choice, heading, note, tighten
from napari_rpdl.gui.curves import Curves
from napari_rpdl.gui.forms import SettingsForm
from napari_rpdl.gui.session import Session, TrainingState, TrainingWish
from napari_rpdl.settings import TrainingSettings

BASIC = ("loss", "grid", "epochs", "batch_size", "learning_rate", "device")


class TrainPanel(QWidget):
    """Wishes: train, resume, cancel. Shows: how far it is, and the loss curves."""

    train_asked = Signal()
    resume_asked = Signal(object, bool)
    cancel_asked = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.form: SettingsForm[TrainingSettings] = SettingsForm(TrainingSettings, BASIC)
        self.hold_out = QListWidget()
        self.hold_out.setMaximumHeight(110)
        self.hold_out.setToolTip("Ticked bones are never shown to the network, so that it can be judged on them.")
        self.folder = QLineEdit()
        self.folder.setPlaceholderText("new folder for this training")
        self.browse_button = Button("…", "Choose a folder.")
        self.where = Choice(("separate process", "this program"))
        self.where.setToolTip("A separate process keeps the viewer quick and gives the GPU's memory back at the end.")
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
        """Return what the form asks for; an InputError names what is missing."""
        return TrainingWish(
            settings=self.form.settings(),
            run=Path(self.folder.text().strip()).expanduser() if self.folder.text().strip() else None,
            hold_out=tuple(item.data(Qt.ItemDataRole.UserRole) for item in self._ticked()),
            own_process=self._own_process,
        )

    @property
    def _own_process(self) -> bool:
        return bool(self.where.currentData() == "separate process")

    def _arrange(self) -> None:
        rows = QVBoxLayout(self)
        rows.addWidget(self.form)
        rows.addWidget(heading("Held-out bones"))
        rows.addWidget(self.hold_out)
        place = QWidget()
        beside = QHBoxLayout(place)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addWidget(self.folder)
        beside.addWidget(self.browse_button)
        where = QFormLayout()
        tighten(where)
        where.addRow("Run folder", place)
        where.addRow("Train in", self.where)
        rows.addLayout(where)
        buttons = QHBoxLayout()
        for button in (self.train_button, self.resume_button, self.cancel_button):
            buttons.addWidget(button)
        rows.addLayout(buttons)
        for widget in (self.bar, self.status, self.device, self.curves):
            rows.addWidget(widget)
        rows.addStretch()

    def _connect(self) -> None:
        self.train_button.clicked.connect(lambda: self.train_asked.emit())
        self.resume_button.clicked.connect(self._ask_resume)
        self.cancel_button.clicked.connect(lambda: self.cancel_asked.emit())
        self.browse_button.clicked.connect(self._browse)
        self._session.events.dataset.connect(self._show_dataset)
        self._session.events.training.connect(self._show_training)

    def _show_dataset(self, dataset: Dataset | None) -> None:
        self.hold_out.clear()
        entries = dataset.entries if dataset else ()
        for rank, entry in enumerate(entries):
            item = QListWidgetItem(entry.case_id)
            item.setData(Qt.ItemDataRole.UserRole, entry.case_id)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            last = rank == len(entries) - 1 and len(entries) > 1
            item.setCheckState(Qt.CheckState.Checked if last else Qt.CheckState.Unchecked)
            self.hold_out.addItem(item)
        self.hold_out.scrollToBottom()
        self._show_training(self._session.training)

    def _show_training(self, state: TrainingState) -> None:
        waiting = "Open a dataset first." if self._session.dataset is None else ""
        busy = "A training is running; cancel it first." if state.running else ""
        self.train_button.allow(not (waiting or busy), waiting or busy)
        self.resume_button.allow(not busy, busy)
        self.cancel_button.allow(
            state.running and not state.stopping, "Nothing runs." if not state.running else "Stopping…"
        )
        self.bar.setValue(round(state.share * 1000))
        self.bar.setFormat(f"%p %{_left(state.remaining_s)}")
        self.status.setText(state.text)
        self.device.setText(state.device)
        self.curves.show_epochs(state.epochs)

    def _ticked(self) -> list[QListWidgetItem]:
        items = [self.hold_out.item(row) for row in range(self.hold_out.count())]
        return [item for item in items if item.checkState() == Qt.CheckState.Checked]

    def _browse(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, "Folder for the training", self.folder.text()):
            self.folder.setText(folder)

    def _ask_resume(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, "Folder of the training to go on with", self.folder.text()):
            self.resume_asked.emit(Path(folder), self._own_process)


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
    if seconds is None:
        return ""
    if seconds < 90:
        return f" – {seconds:.0f} s left"
    return f" – {seconds / 60:.0f} min left" if seconds < 5400 else f" – {seconds / 3600:.1f} h left"
