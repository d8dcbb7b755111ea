"""One question of a form, whatever its kind of answer, generated from the scale; and how sure the grader is."""

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QSlider, QVBoxLayout, QWidget

from napari_rpdl.gui.controls import guard_wheel, note
from napari_rpdl.review.scale import LEFT, RIGHT, TIE, Item

if TYPE_CHECKING:
    from napari_rpdl.review.sitting import Draft

NOT_ASSESSABLE_KEY = "U"
_HERE = "#question { border-left: 4px solid #4aa3ff; background: rgba(74, 163, 255, 28); }"
_ELSEWHERE = "#question { border-left: 4px solid transparent; }"
_UNSAVED = "#question { border-left: 4px solid #ff6b6b; background: rgba(255, 107, 107, 40); }"
_CHOSEN = "QPushButton:checked { background: #2C7BE5; color: white; }"

_SCORES: dict[str, tuple[float, ...]] = {
    "binary": (1.0, 0.0),
    "rating": (1.0, 2.0, 3.0, 4.0, 5.0),
    "preference": (LEFT, TIE, RIGHT),
    "visual analogue": (),
}
"""Scores that have a button, from left to right."""

_WORDS: dict[str, dict[float, str]] = {
    "binary": {1.0: "done", 0.0: "not done"},
    "preference": {LEFT: "left", TIE: "no difference", RIGHT: "right"},
}
"""What buttons say where the scale has no anchor."""

_SURE = ("a guess", "unsure", "fairly sure", "sure", "certain")


def score_of_key(digit: int, kind: str) -> float | None:
    """Return the score that Alt and a digit give, None where they give none.

    Yes/no: 0, 1. Ratings: 1 to 5. Preferences: 1 left, 2 right, 0 no difference. Visual
    analogue: tens.
    """
    if kind == "visual analogue":
        return 10.0 * digit
    return float(digit) if float(digit) in _SCORES[kind] else None


class Question(QFrame):
    """A statement with its answers. Wishes: answer, be the current question."""

    answered = Signal(str, object)
    chosen = Signal(str)

    def __init__(self, item: Item, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.item = item
        self._here = self._unsaved = False
        self.setObjectName("question")
        self.text = note(f"{number}. {item.text}")
        self.help = note(_help(item))
        self.help.setStyleSheet("font-size: 11px;")
        self.buttons: dict[float, QPushButton] = {score: self._button(score) for score in _SCORES[item.answer]}
        self.cannot_tell = QPushButton("cannot tell")
        self.cannot_tell.setToolTip(f"Not assessable: the pictures cannot tell ({NOT_ASSESSABLE_KEY}).")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(*(int(end) for end in item.ends))
        self.value = QLabel("–")
        self._arrange()
        self._connect()
        self.show_draft(None)
        self.mark(False)

    def mark(self, here: bool) -> None:
        """Show whether keys answer this question."""
        self._here = here
        self.help.setVisible(here)
        self._paint()

    def show_draft(self, draft: "Draft | None") -> None:
        """Show what stands on the form, None where it is blank."""
        answered = draft is not None and draft.answered
        score = draft.score if draft is not None and answered else None
        for value, button in self.buttons.items():
            button.setChecked(answered and value == score)
        self.cannot_tell.setChecked(answered and score is None)
        self.slider.blockSignals(True)
        self.slider.setValue(round(score) if score is not None else 50)
        self.slider.blockSignals(False)
        self.value.setText("–" if score is None else f"{score:g}")
        self._unsaved = draft is not None and answered and not draft.saved
        self._paint()

    def nudged(self, by: int) -> float:
        """Return the value of the slider, moved by ``by``; 50 where it was never moved."""
        low, high = self.item.ends
        start = self.slider.value() if self.value.text() != "–" else 50
        return float(min(max(start + by, low), high))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Become the current question."""
        self.chosen.emit(self.item.id)
        super().mousePressEvent(event)

    def _button(self, score: float) -> QPushButton:
        anchors = {anchor.score: anchor.text for anchor in self.item.anchors}
        words = anchors.get(score, _WORDS.get(self.item.answer, {}).get(score, ""))
        button = QPushButton(f"{score:g}" if self.item.answer == "rating" else f"{score:g}  {words}")
        button.setToolTip(f"{words or f'{score:g}'} (Alt+{score:g})")
        return button

    def _arrange(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 4, 4, 4)
        rows.setSpacing(3)
        rows.addWidget(self.text)
        rows.addWidget(self.help)
        line = QHBoxLayout()
        line.setSpacing(3)
        for button in (*self.buttons.values(), self.cannot_tell):
            button.setCheckable(True)
            button.setStyleSheet(_CHOSEN)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys belong to the form, not to the button pressed last
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            line.addWidget(button)
        if self.item.answer == "visual analogue":
            line.insertWidget(0, self.slider, stretch=1)
            line.insertWidget(1, self.value)
            self.value.setMinimumWidth(28)
        self.cannot_tell.setVisible(self.item.may_be_not_assessable)
        rows.addLayout(line)

    def _connect(self) -> None:
        guard_wheel(self.slider)
        for score, button in self.buttons.items():
            button.clicked.connect(partial(self._answer, score))
        self.cannot_tell.clicked.connect(partial(self._answer, None))
        self.slider.sliderReleased.connect(lambda: self._answer(float(self.slider.value())))
        self.slider.actionTriggered.connect(self._step_slider)

    def _step_slider(self, _: int) -> None:
        if not self.slider.isSliderDown():  # a key or a click beside the handle; dragging answers when it ends
            self._answer(float(self.slider.sliderPosition()))

    def _answer(self, score: float | None, *_: object) -> None:
        self.chosen.emit(self.item.id)
        self.answered.emit(self.item.id, score)

    def _paint(self) -> None:
        style = _UNSAVED if self._unsaved else _HERE if self._here else _ELSEWHERE
        if style != self.styleSheet():  # setting one costs as much as drawing
            self.setStyleSheet(style)


class Sureness(QWidget):
    """Five buttons from a guess to certain. Wishes: a number from 1 to 5."""

    given = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons = {number: QPushButton(str(number)) for number in range(1, len(_SURE) + 1)}
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(3)
        line.addWidget(QLabel("How sure?"))
        for number, button in self.buttons.items():
            button.setCheckable(True)
            button.setToolTip(f"{_SURE[number - 1]} (Ctrl+{number})")
            button.clicked.connect(partial(self._give, number))
            line.addWidget(button)

    def show_sure(self, number: int | None) -> None:
        """Mark a number; none where nothing was said."""
        for each, button in self.buttons.items():
            button.setChecked(each == number)

    def _give(self, number: int, *_: object) -> None:
        self.given.emit(number)


def _help(item: Item) -> str:
    """Return the help, what the scores mean where buttons hold a number only, and the keys."""
    lines = [item.help] if item.help else []
    if item.answer in ("rating", "visual analogue") and item.anchors:
        lines.append(" · ".join(f"{anchor.score:g}: {anchor.text}" for anchor in item.anchors))
    return "\n".join([*lines, _keys(item)])


def _keys(item: Item) -> str:
    if item.answer == "visual analogue":
        keys = "Alt+0 to 9, Alt+arrows"
    else:
        keys = "Alt+" + ", ".join(f"{score:g}" for score in _SCORES[item.answer])
    return f"Keys: {keys}" + (f" · {NOT_ASSESSABLE_KEY}: cannot tell" if item.may_be_not_assessable else "")
