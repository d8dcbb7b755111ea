"""The form of a blinded study: questions, progress, confidence, comment, lock."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QKeySequence
from qtpy.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QShortcut,
    QVBoxLayout,
    QWidget,
)

from napari_rpdl.gui.camera import VIEWS, View
from napari_rpdl.gui.controls import Button, Section, heading, note
from napari_rpdl.gui.grading_session import GradingSession, Progress
from napari_rpdl.gui.questions import NOT_ASSESSABLE_KEY, Question, Sureness, score_of_key

if TYPE_CHECKING:
    from napari_rpdl.review.sitting import Draft

_KEYS = (
    "Alt+digit answers the marked question, U: cannot tell. J, K: next and previous question. "
    "Ctrl+1 to 5: how sure. C: comment. N, Shift+N: next and previous result. P: pause. Ctrl+Enter: lock."
)
_TROUBLE = "background: #7a1f1f; color: white; padding: 6px; border-radius: 4px;"
_PAUSED = "The form is paused, press P to go on."


class GradingPanel(QWidget):
    """Wishes: answer, comment, step, lock, pause, look. Shows: the form and how far it is."""

    answer_given = Signal(object)
    confidence_given = Signal(int)
    comment_given = Signal(str, str)
    item_chosen = Signal(str)
    item_step_asked = Signal(int)
    step_asked = Signal(int)
    lock_asked = Signal()
    pause_asked = Signal(bool)
    view_asked = Signal(str)
    saving_asked = Signal()

    def __init__(self, session: GradingSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        items = session.scale.items
        self.questions = {item.id: Question(item, number) for number, item in enumerate(items, start=1)}
        self.place = QLabel()
        self.bar = QProgressBar()
        self.time = QLabel()
        self.pause_button = Button("Pause (P)", "Cover the bones and stop the time.")
        self.views: dict[View, Button] = {
            choice.view: Button(f"{choice.title} (Shift+{choice.key})", choice.tip) for choice in VIEWS
        }
        self.sureness = Sureness()
        self.comment = QLineEdit()
        self.trouble = note()
        self.save_button = Button("Try to save again", "What stands on the form is kept until it is saved.")
        self.previous_button = Button("◀ Back (Shift+N)", "Show the result before, to change answers not yet locked.")
        self.lock_button = Button("Lock and go on (Ctrl+Enter)", "Make these answers final.")
        self.next_button = Button("Next (N) ▶", "Show the next result; lock this one later.")
        self._arrange()
        self._connect()
        self._bind_keys()
        self._show_progress(session.progress)
        self._show_trouble(session.trouble)
        self._show_item(session.item)
        self._show_time(session.seconds)

    # -- building ---------------------------------------------------------------------

    def _arrange(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(6, 6, 6, 6)
        rows.addWidget(heading(self._session.title))
        if self._session.origin:
            origin = note(f"Bones: {self._session.origin.partition(':')[0]}")
            origin.setToolTip(self._session.origin)
            rows.addWidget(origin)
        about = note(self._session.scale.instructions)
        rows.addWidget(Section(self._session.scale.name, about, opened=bool(self._session.scale.instructions)))
        rows.addWidget(self.place)
        line = QHBoxLayout()
        self.bar.setFormat("%v of %m locked")
        line.addWidget(self.bar, stretch=1)
        line.addWidget(self.time)
        line.addWidget(self.pause_button)
        rows.addLayout(line)
        grid = QGridLayout()
        grid.setSpacing(3)
        for number, button in enumerate(self.views.values()):
            grid.addWidget(button, number // 2, number % 2)
        rows.addLayout(grid)
        rows.addWidget(self._form(), stretch=1)
        rows.addWidget(self.sureness)
        self.comment.setPlaceholderText("comment on the marked question (C)")
        self.comment.setMaxLength(10_000)
        rows.addWidget(self.comment)
        self.trouble.setStyleSheet(_TROUBLE)
        rows.addWidget(self.trouble)
        rows.addWidget(self.save_button)
        ends = QHBoxLayout()
        ends.addWidget(self.previous_button)
        ends.addWidget(self.next_button)
        rows.addWidget(self.lock_button)
        rows.addLayout(ends)
        rows.addWidget(Section("Keys", note(_KEYS)))
        for button in self.findChildren(QPushButton):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # else Space would press it again

    def _form(self) -> QWidget:
        body = QWidget()
        rows = QVBoxLayout(body)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(2)
        group = ""
        for question in self.questions.values():
            if question.item.group != group:
                group = question.item.group
                rows.addWidget(heading(group))
            rows.addWidget(question)
        rows.addStretch()
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(body)
        self._area.setMinimumHeight(120)
        return self._area

    def _connect(self) -> None:
        for question in self.questions.values():
            question.chosen.connect(self._choose)
            question.answered.connect(lambda _, score: self._give(score))
        self.sureness.given.connect(self._be_sure)
        for view, view_button in self.views.items():
            view_button.clicked.connect(partial(self._look, view))
        self.comment.editingFinished.connect(self._comment)
        self.save_button.clicked.connect(lambda: self.saving_asked.emit())
        self.previous_button.clicked.connect(lambda: self._step(-1))
        self.next_button.clicked.connect(lambda: self._step(+1))
        self.lock_button.clicked.connect(lambda: self._lock())
        self.pause_button.clicked.connect(lambda: self.pause_asked.emit(not self._session.resting))
        told = self._session.events
        told.progress.connect(self._show_progress)
        told.item.connect(self._show_item)
        told.drafts.connect(lambda _: self._show_drafts())
        told.seconds.connect(self._show_time)
        told.resting.connect(self._show_paused)
        told.trouble.connect(self._show_trouble)

    def _bind_keys(self) -> None:
        for digit in range(10):
            self._key(f"Alt+{digit}", partial(self._press, digit))
        for step, keys in {1: "Alt+Right", -1: "Alt+Left", 10: "Alt+Up", -10: "Alt+Down"}.items():
            self._key(keys, partial(self._nudge, step))
        self._key(NOT_ASSESSABLE_KEY, lambda: self._give(None))
        for number in self.sureness.buttons:
            self._key(f"Ctrl+{number}", partial(self._be_sure, number))
        self._key("J", lambda: self._step_item(+1))
        self._key("K", lambda: self._step_item(-1))
        self._key("N", lambda: self._step(+1))
        self._key("Shift+N", lambda: self._step(-1))
        self._key("C", self.comment.setFocus)
        self._key("P", self.pause_button.click)
        self._key("Ctrl+Return", self._lock)
        self._key("Ctrl+Enter", self._lock)
        for choice in VIEWS:
            self._key(f"Shift+{choice.key}", self.views[choice.view].click)
        leave = QShortcut(QKeySequence("Escape"), self.comment)
        leave.setContext(Qt.ShortcutContext.WidgetShortcut)
        leave.activated.connect(self.comment.clearFocus)

    def _key(self, keys: str, act: Callable[[], Any]) -> None:
        """Let keys act wherever in the window the focus is; letters typed into the comment stay there."""
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(act)

    def end_comment(self) -> None:
        """Hand over what was typed and not yet ended by Enter or Esc."""
        self._comment()

    # -- wishes -----------------------------------------------------------------------

    def _press(self, digit: int) -> None:
        score = score_of_key(digit, self._session.scale.item(self._session.item).answer)
        if score is not None:
            self._give(score)

    def _nudge(self, by: int) -> None:
        question = self.questions[self._session.item]
        if question.item.answer == "visual analogue":
            self._give(question.nudged(by))

    def _give(self, score: float | None) -> None:
        self._comment()
        self.answer_given.emit(score)

    def _be_sure(self, number: int) -> None:
        self.confidence_given.emit(number)
        self._show_drafts()

    def _comment(self) -> None:
        if self.comment.text() != _comment_of(self._session.draft(self._session.item)):
            self.comment_given.emit(self._session.item, self.comment.text())

    def _choose(self, item_id: str) -> None:
        if item_id != self._session.item:
            self._comment()
            self.item_chosen.emit(item_id)

    def _step_item(self, by: int) -> None:
        self._comment()
        self.item_step_asked.emit(by)

    def _step(self, by: int) -> None:
        self._comment()
        self.step_asked.emit(by)

    def _lock(self) -> None:
        self._comment()
        self.lock_asked.emit()

    def _look(self, view: View, *_: object) -> None:
        self.view_asked.emit(view)

    # -- showing ----------------------------------------------------------------------

    def _show_progress(self, progress: Progress) -> None:
        practice = " Practice, not counted." if progress.practice else ""
        shown = " beside ".join(progress.titles[1:])
        self.place.setText(f"<b>{progress.index + 1} of {progress.count}</b>: {shown}.{practice}")
        self.bar.setRange(0, max(progress.count, 1))
        self.bar.setValue(progress.locked)
        self.previous_button.allow(progress.has_previous, "Nothing that is not locked comes before.")
        self.next_button.allow(progress.has_next, "Nothing that is not locked comes after.")
        self._show_missing()

    def _show_item(self, item_id: str) -> None:
        for question in self.questions.values():
            question.mark(question.item.id == item_id)
        if item_id in self.questions:
            self._area.ensureWidgetVisible(self.questions[item_id], 0, 60)
        self.comment.setText(_comment_of(self._session.draft(item_id)))
        self._show_drafts()

    def _show_drafts(self) -> None:
        for item_id, question in self.questions.items():
            question.show_draft(self._session.draft(item_id))
        draft = self._session.draft(self._session.item)
        self.sureness.show_sure(draft.confidence if draft is not None else None)
        if not self.comment.hasFocus():  # else it would be taken away while it is typed
            self.comment.setText(_comment_of(draft))
        self._show_missing()

    def _show_missing(self) -> None:
        drafts = [self._session.draft(item_id) for item_id in self.questions]
        missing = sum(draft is None or not draft.answered for draft in drafts)
        questions = "question has" if missing == 1 else "questions have"
        self.lock_button.allow(not missing, f"{missing} {questions} no answer yet.")

    def _show_time(self, seconds: float) -> None:
        minutes, rest = divmod(int(seconds), 60)
        self.time.setText(f"{minutes}:{rest:02}")
        self.time.setToolTip("Time on this result; idle time and pauses are left out.")

    def _show_paused(self, paused: bool) -> None:
        self.pause_button.setText("Go on (P)" if paused else "Pause (P)")
        for widget in (self._area, self.comment, self.sureness, *self.views.values()):
            widget.setEnabled(not paused)
        if paused:
            for button in (self.lock_button, self.previous_button, self.next_button):
                button.allow(False, _PAUSED)
        else:
            self._show_progress(self._session.progress)

    def _show_trouble(self, text: str) -> None:
        self.trouble.setText(text)
        self.trouble.setVisible(bool(text))
        self.save_button.setVisible(bool(text))


def _comment_of(draft: "Draft | None") -> str:
    return draft.comment if draft is not None else ""
