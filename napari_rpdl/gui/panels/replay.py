"""Play a recorded drilling: when, how fast, how much was drilled and how close the burr came."""

from qtpy.QtCore import Qt, QTimer, Signal
from qtpy.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from napari_rpdl.gui.controls import Button, Choice, heading, marked, note
from napari_rpdl.gui.course_curves import CourseCurves
from napari_rpdl.gui.drill_state import ReplayState
from napari_rpdl.gui.palette import distance_color
from napari_rpdl.gui.session import Session

_TICK_MS = 50
_SPEEDS = (1, 4, 16, 64)
_NONE = "Of this bone no drilling was recorded, only what was drilled."
_HINT = "A recording plays as it was drilled, with pauses cut short; without times, at 60 positions a second."


class ReplayPanel(QWidget):
    """Wishes: open a recording, go to a moment, play. Shows: where it is, and the curves."""

    open_asked = Signal(str)
    close_asked = Signal()
    step_chosen = Signal(int)
    playing_chosen = Signal(bool)
    ticked = Signal(float)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.who = Choice(())
        self.open_button = Button("Open", "Prepare this surgeon's drilling.")
        self.close_button = Button("Close", "Show the bone as it was.")
        self.play_button = Button("Play", "Play the drilling, or pause.")
        self.speed = Choice(_SPEEDS)
        self.speed.offer(_SPEEDS, [f"{speed} × as fast" for speed in _SPEEDS])
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.state = note()
        self.curves = CourseCurves()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._arrange()
        self._connect()
        self._offer(session.replayable)
        self._show_state(session.replay)

    def _arrange(self) -> None:
        rows = QVBoxLayout(self)
        rows.addWidget(heading("Recorded drilling"))
        rows.addLayout(_line(self.who, self.open_button, self.close_button))
        rows.addLayout(_line(self.play_button, self.speed))
        rows.addWidget(self.slider)
        rows.addWidget(self.state)
        rows.addWidget(self.curves)
        rows.addWidget(note(_HINT))
        rows.addStretch()

    def _connect(self) -> None:
        self.open_button.clicked.connect(lambda: self.open_asked.emit(self.who.currentData()))
        self.close_button.clicked.connect(lambda: self.close_asked.emit())
        self.play_button.clicked.connect(self._ask_play)
        self.slider.valueChanged.connect(self.step_chosen)
        self._timer.timeout.connect(lambda: self.ticked.emit(_TICK_MS / 1000 * self.speed.currentData()))
        events = self._session.events
        events.replayable.connect(self._offer)
        events.replay.connect(self._show_state)
        events.course.connect(lambda _: self._show_course())

    def _ask_play(self) -> None:
        state = self._session.replay
        self.playing_chosen.emit(state is not None and not state.playing)

    def _offer(self, surgeons: tuple[str, ...]) -> None:
        self.who.offer(surgeons)
        self.open_button.allow(bool(surgeons), _NONE)

    def _show_course(self) -> None:
        course, case = self._session.course, self._session.case
        self.curves.setVisible(course is not None)
        if course is not None and case is not None:
            self.curves.show_course(course, case.grid)

    def _show_state(self, state: ReplayState | None) -> None:
        for control in (self.slider, self.speed):
            control.setEnabled(state is not None)
        for button in (self.play_button, self.close_button):
            button.allow(state is not None, "Open a recording first.")
        playing = state is not None and state.playing
        self.play_button.setText("Pause" if playing else "Play")
        if playing != self._timer.isActive():
            self._timer.start() if playing else self._timer.stop()
        self.slider.blockSignals(True)
        self.slider.setRange(0, state.steps if state else 0)
        self.slider.setValue(state.step if state else 0)
        self.slider.blockSignals(False)
        self.curves.setVisible(state is not None)
        self.state.setText(_NONE if not self._session.replayable else "" if state is None else _sentences(state))
        if state is not None:
            self.curves.show_step(state.step)


def _line(*widgets: QWidget) -> QHBoxLayout:
    line = QHBoxLayout()
    for widget in widgets:
        line.addWidget(widget)
    return line


def _sentences(state: ReplayState) -> str:
    when = "" if state.time_s is None else f", {int(state.time_s // 60)}:{state.time_s % 60:04.1f} min"
    lines = [f"Position {state.step:,} of {state.steps:,}{when}", f"{state.volume} drilled"]
    if (near := state.distance) is not None:
        band = f" ({near.band})" if near.band else ""
        lines.append(marked(distance_color(near.band), f"{near.structure}: {near.distance:.1f} {near.unit}{band}"))
    return "<br>".join(lines)
