"""What a voxel with 0, 1, ... K votes is worth: bars that can be dragged, and typed into."""

from collections.abc import Sequence

from qtpy.QtCore import QPointF, QRectF, Qt, Signal
from qtpy.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from qtpy.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from napari_rpdl.gui.controls import Button, guard_wheel, mouse_place
from napari_rpdl.gui.palette import PENALTY, REWARD

_HEIGHT, _LABELS, _MARGIN = 132, 16, 5
_STEP, _LARGE_STEP = 0.05, 0.25
_MOST = 1000.0
_LINE = "#808890"


class WorthBars(QWidget):
    """A bar up or down from zero for each number of votes.

    Drag a bar, or choose one with the arrows to the left and right and change it with
    those up and down (further with Page Up and Page Down).
    """

    changed = Signal(object)
    selected_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SizeVerCursor)
        self.setAccessibleName("Worth of a voxel by its votes")
        self.worths: tuple[float, ...] = ()
        self.selected = 0
        self._reach = 1.0
        self._dragging = False

    def show_worths(self, worths: Sequence[float]) -> None:
        """Show what 0, 1, ... K votes are worth; nothing for an empty sequence."""
        self.worths = tuple(worths)
        self.selected = min(self.selected, max(len(self.worths) - 1, 0))
        if not self._dragging:
            self._rescale()
        self.update()

    def select(self, votes: int) -> None:
        """Choose the bar of so many votes."""
        if 0 <= votes < len(self.worths) and votes != self.selected:
            self.selected = votes
            self.selected_changed.emit(votes)
            self.update()

    def change(self, value: float) -> None:
        """Give the chosen bar another value, and tell."""
        if not self.worths:
            return
        worths = list(self.worths)
        worths[self.selected] = min(max(round(value, 3), -_MOST), _MOST)
        if tuple(worths) != self.worths:
            self.show_worths(worths)
            self.changed.emit(self.worths)

    def bar(self, votes: int) -> QRectF:
        """Return where the bar of so many votes is painted."""
        width = self.width() / max(len(self.worths), 1)
        zero, tip = self._height_of(0.0), self._height_of(self.worths[votes])
        return QRectF(votes * width + 3, min(zero, tip), width - 6, max(abs(tip - zero), 1.5))

    # -- Qt ---------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Take hold of a bar."""
        if self.worths and event.button() == Qt.MouseButton.LeftButton:
            self._dragging = True
            self.select(min(int(mouse_place(event).x() * len(self.worths) / self.width()), len(self.worths) - 1))
            self._drag_to(mouse_place(event).y())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Let the bar follow the hand."""
        if self._dragging:
            self._drag_to(mouse_place(event).y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Let go of the bar; the scale fits what is shown again."""
        super().mouseReleaseEvent(event)
        self._dragging = False
        self._rescale()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Choose a bar, or change it."""
        key = event.key()
        sideways = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        upwards = {
            Qt.Key.Key_Up: _STEP,
            Qt.Key.Key_Down: -_STEP,
            Qt.Key.Key_PageUp: _LARGE_STEP,
            Qt.Key.Key_PageDown: -_LARGE_STEP,
        }
        if key in sideways:
            self.select(self.selected + sideways[key])
        elif key in upwards and self.worths:
            self.change(self.worths[self.selected] + upwards[key])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the bars, the number of votes below and the worth at the tip of each."""
        super().paintEvent(event)
        if not self.worths:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text = self.palette().text().color()
        zero = self._height_of(0.0)
        painter.setPen(QColor(_LINE))
        painter.drawLine(QPointF(0, zero), QPointF(self.width(), zero))
        for votes, worth in enumerate(self.worths):
            self._paint_bar(painter, votes, worth, text)
        painter.end()

    def _paint_bar(self, painter: QPainter, votes: int, worth: float, text: QColor) -> None:
        bar, width = self.bar(votes), self.width() / len(self.worths)
        color = QColor(REWARD if worth > 0 else PENALTY if worth < 0 else _LINE)
        painter.fillRect(bar, color)
        painter.setPen(text)
        if votes == self.selected and self.hasFocus():
            painter.drawRect(bar)
        at_tip = bar.top() - _LABELS if worth >= 0 else bar.bottom()
        center = Qt.AlignmentFlag.AlignCenter
        painter.drawText(QRectF(votes * width, at_tip, width, _LABELS), center, f"{worth:.2f}")
        painter.drawText(QRectF(votes * width, self.height() - _LABELS, width, _LABELS), center, str(votes))

    # -- scale ------------------------------------------------------------------------

    def _rescale(self) -> None:
        """Leave room to drag beyond the longest bar."""
        self._reach = max(1.15, 1.25 * max((abs(worth) for worth in self.worths), default=1.0))

    def _middle(self) -> tuple[float, float]:
        """Return where zero is, and how many pixels the reach has on either side of it."""
        room = (self.height() - _LABELS) / 2
        return room, room - _MARGIN

    def _height_of(self, worth: float) -> float:
        zero, length = self._middle()
        return zero - length * worth / self._reach

    def _drag_to(self, height: float) -> None:
        zero, length = self._middle()
        worth = (zero - height) / length * self._reach
        self.change(round(min(max(worth, -self._reach), self._reach) / 0.01) * 0.01)


class WorthEditor(QWidget):
    """The bars, a box to type the chosen one's value, and a button back to the named variant."""

    changed = Signal(object)
    reset_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars = WorthBars()
        self.bars.setToolTip("Drag a bar, or choose it with ← → and change it with ↑ ↓. Below: the number of votes.")
        self.which = QLabel()
        self.value = QDoubleSpinBox()
        self.value.setRange(-_MOST, _MOST)
        self.value.setDecimals(3)
        self.value.setSingleStep(_STEP)
        self.value.setKeyboardTracking(False)
        self.value.setToolTip("What a voxel with so many votes is worth. Type a number and press Enter.")
        guard_wheel(self.value)
        self.reset_button = Button("Reset", "Back to what the settings above say.")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.bars)
        line = QHBoxLayout()
        for widget in (self.which, self.value, self.reset_button):
            line.addWidget(widget)
        rows.addLayout(line)
        self.bars.changed.connect(self.changed)
        self.bars.selected_changed.connect(lambda _: self._show_selected())
        self.value.valueChanged.connect(self.bars.change)
        self.reset_button.clicked.connect(self.reset_asked)

    def show_worths(self, worths: Sequence[float], own: bool) -> None:
        """Show the worths; ``own`` says that a person made them, so that there is something to reset."""
        self.bars.show_worths(worths)
        self.bars.setEnabled(bool(worths))
        self.value.setEnabled(bool(worths))
        self.reset_button.allow(own, "These are the worths that the settings above say.")
        self._show_selected()

    def _show_selected(self) -> None:
        votes = self.bars.selected
        self.which.setText(f"{votes} vote{'' if votes == 1 else 's'}:")
        self.value.blockSignals(True)
        self.value.setValue(self.bars.worths[votes] if self.bars.worths else 0.0)
        self.value.blockSignals(False)
