"""Drill the bone: where to start, with which burr, how close it is, and as whom to save."""

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from napari_rpdl.gui.controls import Button, Choice, heading, marked, note
from napari_rpdl.gui.drill_state import DrillState, StartChoice
from napari_rpdl.gui.forms import SettingsForm
from napari_rpdl.gui.palette import distance_color
from napari_rpdl.gui.session import Session
from napari_rpdl.settings import DrillingSettings

_HINT = (
    "Drag on the bone to drill, in 3-D and in slices. Drag beside it to turn the view; with the burr lifted (J) the "
    "mouse works as always."
)
_NOT_DRILLING = "Start drilling first."


class DrillPanel(QWidget):
    """Wishes: start, burr, undo, save. Shows: how far the drilling is and how close the burr comes."""

    start_asked = Signal(object)
    stop_asked = Signal()
    settings_chosen = Signal(object)
    size_asked = Signal(bool)
    mode_chosen = Signal(str)
    lifted_chosen = Signal(bool)
    undo_asked = Signal()
    redo_asked = Signal()
    save_asked = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.starts = Choice(())
        self.start_button = Button("Start drilling", "Drill the bone that is shown, beginning at this region.")
        self.stop_button = Button("End", "End drilling. What is not saved stays in the autosave and is offered again.")
        self.drill_button = Button("Drill (K)", "Dragging removes bone.")
        self.refill_button = Button("Refill (K)", "Dragging puts bone back.")
        self.lift_button = Button("Lift the burr (J)", "Let the mouse move the picture, as it does without a burr.")
        self.smaller_button = Button("Smaller (H)", "The next smaller burr.")
        self.larger_button = Button("Larger (Shift+H)", "The next larger burr.")
        self.undo_button = Button("Undo (Ctrl+Z)", "Take the last stroke back.")
        self.redo_button = Button("Redo (Ctrl+Shift+Z)", "Bring the last stroke that was taken back, back.")
        self.form: SettingsForm[DrillingSettings] = SettingsForm(
            DrillingSettings, basic=("diameter", "spares_critical", "margin")
        )
        self.distance = QLabel()
        self.state = note()
        self.surgeon = QLineEdit()
        self.surgeon.setPlaceholderText("your name or pseudonym")
        self.save_button = Button("Save", "Save the region as yours; it counts in maps and training at once.")
        self._arrange()
        self._connect()
        self.form.show_unit(session.unit)
        self._show_starts(session.drill_starts)
        self._show_drilling(session.drilling)

    def _arrange(self) -> None:
        rows = QVBoxLayout(self)
        rows.addWidget(heading("Start from"))
        rows.addWidget(self.starts)
        rows.addLayout(_line(self.start_button, self.stop_button))
        rows.addWidget(heading("Closest critical structure"))
        self.distance.setMinimumHeight(44)
        self.distance.setWordWrap(True)
        rows.addWidget(self.distance)
        rows.addWidget(heading("Burr"))
        buttons = QGridLayout()
        for place, button in enumerate(
            (
                *(self.drill_button, self.refill_button, self.smaller_button, self.larger_button),
                *(self.undo_button, self.redo_button),
            )
        ):
            buttons.addWidget(button, place // 2, place % 2)
        rows.addLayout(buttons)
        rows.addWidget(self.lift_button)
        rows.addWidget(self.form)
        rows.addWidget(note(_HINT))
        rows.addWidget(heading("Region"))
        rows.addWidget(self.state)
        rows.addLayout(_line(self.surgeon, self.save_button))
        rows.addStretch()
        modes = QButtonGroup(self)
        for button in (self.drill_button, self.refill_button):
            button.setCheckable(True)
            modes.addButton(button)
        self.lift_button.setCheckable(True)

    def _connect(self) -> None:
        self.start_button.clicked.connect(lambda: self.start_asked.emit(self.starts.currentData()))
        self.stop_button.clicked.connect(lambda: self.stop_asked.emit())
        self.drill_button.clicked.connect(lambda: self.mode_chosen.emit("drill"))
        self.refill_button.clicked.connect(lambda: self.mode_chosen.emit("refill"))
        self.lift_button.clicked.connect(self.lifted_chosen.emit)
        self.smaller_button.clicked.connect(lambda: self.size_asked.emit(False))
        self.larger_button.clicked.connect(lambda: self.size_asked.emit(True))
        self.undo_button.clicked.connect(lambda: self.undo_asked.emit())
        self.redo_button.clicked.connect(lambda: self.redo_asked.emit())
        self.form.changed.connect(lambda: self.settings_chosen.emit(self.form.settings()))
        self.save_button.clicked.connect(self._ask_save)
        self.surgeon.returnPressed.connect(self._ask_save)
        events = self._session.events
        events.drill_starts.connect(self._show_starts)
        events.drilling.connect(self._show_drilling)
        events.burr.connect(self.form.show_settings)
        events.case.connect(lambda _: self.form.show_unit(self._session.unit))
        events.burr_mode.connect(self._show_mode)
        events.burr_lifted.connect(lambda lifted: self.lift_button.setChecked(lifted))
        events.burr_distance.connect(lambda _: self._show_distance())

    def _ask_save(self) -> None:
        if self._session.drilling is not None:
            self.save_asked.emit(self.surgeon.text().strip())

    def _show_starts(self, starts: tuple[StartChoice, ...]) -> None:
        self.starts.offer(starts, [choice.words for choice in starts])
        self._allow()

    def _show_drilling(self, state: DrillState | None) -> None:
        self.state.setText("Nobody drills." if state is None else _sentences(state))
        self._show_mode(self._session.burr_mode)
        self._show_distance()
        self._allow()

    def _show_mode(self, mode: str) -> None:
        self.drill_button.setChecked(mode == "drill")
        self.refill_button.setChecked(mode == "refill")

    def _show_distance(self) -> None:
        found = self._session.burr_distance
        if found is None:
            drilling = self._session.drilling is not None
            self.distance.setText("Hold the burr over the bone." if drilling else "")
            return
        near = f" ({found.band})" if found.band else ""
        words = f"{found.structure}: {found.distance:.1f} {found.unit}{near}"
        self.distance.setText(f"<b style='font-size:15px'>{marked(distance_color(found.band), words)}</b>")

    def _allow(self) -> None:
        state, starts = self._session.drilling, self._session.drill_starts
        drilling = state is not None
        self.start_button.allow(
            bool(starts) and not drilling, "End this drilling first." if drilling else "Open a bone first."
        )
        self.starts.setEnabled(not drilling)
        buttons = (self.stop_button, self.drill_button, self.refill_button, self.lift_button, self.save_button)
        for button in (*buttons, self.smaller_button, self.larger_button):
            button.allow(drilling, _NOT_DRILLING)
        self.undo_button.allow(state is not None and state.can_undo, "There is no stroke to take back.")
        self.redo_button.allow(state is not None and state.can_redo, "No stroke was taken back.")


def _line(*widgets: QWidget) -> QHBoxLayout:
    line = QHBoxLayout()
    for widget in widgets:
        line.addWidget(widget)
    return line


def _sentences(state: DrillState) -> str:
    if state.problem:
        kept = f"<span style='color:#ff6b6b'>{state.problem}</span>"
    elif state.saved_as:
        kept = f"Saved as {state.saved_as}."
    else:
        kept = "Not saved yet; every stroke is autosaved."
    strokes = f"{state.strokes} stroke{'' if state.strokes == 1 else 's'}"
    return (
        f"{state.volume} drilled, {strokes}, {state.minutes:.1f} min at work.<br>"
        f"Against the start ({state.start}): {state.added:,} voxels more, {state.removed:,} refilled.<br>{kept}"
    )
