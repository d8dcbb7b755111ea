"""Small controls that forms and panels are made of."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from qtpy.QtCore import QEvent, QObject, QPointF, Qt
from qtpy.QtGui import QColor, QIcon, QMouseEvent, QPixmap
from qtpy.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QHeaderView,
    QLabel,
    QPushButton,
    QSizePolicy,
    QTableWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

INT_MAX = 2**53
"""Beyond this, neither a spin box nor JSON keeps whole numbers exactly."""

NIFTI = "NIfTI (*.nii.gz *.nii)"
"""What a dialog offers that asks for the file of a volume."""


class WheelGuard(QObject):
    """Leaves the mouse wheel to the scroll area unless a person works in the watched control."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Swallow wheel events of a control without the focus."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return bool(super().eventFilter(watched, event))


def guard_wheel(control: QWidget) -> None:
    """Let the mouse wheel change a control only while it has the focus."""
    control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    control.installEventFilter(WheelGuard(control))


class Section(QFrame):
    """A titled part that folds away."""

    def __init__(self, title: str, body: QWidget, opened: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._body = body
        self._button = QToolButton()
        self._button.setText(title)
        self._button.setCheckable(True)
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._button.setStyleSheet("QToolButton { border: none; background: transparent; font-weight: bold; }")
        self._button.toggled.connect(self._fold)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self._button)
        rows.addWidget(body)
        self._button.setChecked(opened)
        self._fold(opened)

    def _fold(self, opened: bool) -> None:
        self._button.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)
        self._body.setVisible(opened)


class Choice(QComboBox):
    """One of several values."""

    def __init__(self, values: Sequence[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        guard_wheel(self)
        self.offer(values)

    def offer(self, values: Sequence[Any], words: Sequence[str] = ()) -> None:
        """Replace what can be chosen; keep the chosen value where it is still there."""
        chosen = self.currentData()
        self.blockSignals(True)
        self.clear()
        for value, word in zip(values, words or [str(value) for value in values], strict=True):
            self.addItem(word, value)
        self.setCurrentIndex(max(self.findData(chosen), 0))
        self.blockSignals(False)

    def choose(self, value: object) -> None:
        """Select a value without a signal."""
        self.blockSignals(True)
        self.setCurrentIndex(self.findData(value))
        self.blockSignals(False)


class Button(QPushButton):
    """A button that, when it cannot be pressed, says why."""

    def __init__(self, text: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._tip = tip
        self.setToolTip(tip)

    def allow(self, allowed: bool, reason: str = "") -> None:
        """Enable the button, or disable it and show ``reason`` as its tooltip."""
        self.setEnabled(allowed)
        self.setToolTip(self._tip if allowed else reason)


class Tick(QCheckBox):
    """A check box with a swatch of colour."""

    def __init__(self, text: str, color: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setIcon(swatch(color))


def swatch(color: str, size: int = 12) -> QIcon:
    """Return a square of one colour."""
    pixmap = QPixmap(size, size)
    pixmap.fill(QColor(color))
    return QIcon(pixmap)


def marked(color: str, words: str) -> str:
    """Return rich text: a square of a colour, then words in the theme's own, which any background lets one read."""
    return f"<span style='color:{color}'>■</span> {escape(words)}"


def note(text: str = "") -> QLabel:
    """Return a wrapped line of explanation."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return label


def heading(text: str) -> QLabel:
    """Return a bold line above a group of controls."""
    label = QLabel(text)
    label.setStyleSheet("font-weight: bold; margin-top: 6px;")
    return label


def mouse_place(event: QMouseEvent) -> QPointF:
    """Return where the mouse is in its widget, in Qt 5 and Qt 6."""
    return event.position() if hasattr(event, "position") else QPointF(event.localPos())


def list_lines(table: QTableWidget, columns: Mapping[str, str], wide: int, row_height: int) -> None:
    """Make a table list lines to choose from: whole rows, not to be edited, with the mouse as a hand.

    Args:
        table: with as many columns.
        columns: titles, and what their tooltips say.
        wide: place of the column that takes the room left.
        row_height: in pixels.
    """
    table.setHorizontalHeaderLabels([*columns])
    for column, tip in enumerate(columns.values()):
        table.horizontalHeaderItem(column).setToolTip(tip)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    table.horizontalHeader().setSectionResizeMode(wide, QHeaderView.ResizeMode.Stretch)
    table.verticalHeader().setDefaultSectionSize(row_height)
    table.verticalHeader().hide()
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setCursor(Qt.CursorShape.PointingHandCursor)


def tighten(rows: QFormLayout) -> None:
    """Make a form fit a narrow dock."""
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setVerticalSpacing(4)
    rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
