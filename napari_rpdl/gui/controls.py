"""Small controls that forms and panels are made of."""

from collections.abc import Sequence
from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtGui import QColor, QIcon, QPixmap, QWheelEvent
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

INT_MAX = 2**31 - 1


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


class WholeNumber(QSpinBox):
    """An integer that the mouse wheel changes only while the control has the focus."""

    def __init__(self, low: int, high: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setRange(max(low, -INT_MAX), min(high, INT_MAX))
        self.setKeyboardTracking(False)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to the scroll area unless a person works here."""
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


class Number(QDoubleSpinBox):
    """A real number, written as short as possible; 0.00001 stays 0.00001."""

    def __init__(self, low: float, high: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setDecimals(8)
        self.setRange(low, high)
        self.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.setKeyboardTracking(False)

    def textFromValue(self, value: float) -> str:  # noqa: N802 - Qt's name
        """Return the number without trailing zeros."""
        return str(self.locale().toString(value, "g", 8))

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to the scroll area unless a person works here."""
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


class Choice(QComboBox):
    """One of several values; the mouse wheel changes it only while it has the focus."""

    def __init__(self, values: Sequence[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
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

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to the scroll area unless a person works here."""
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


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


def tighten(rows: QFormLayout) -> None:
    """Make a form fit a narrow dock."""
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setVerticalSpacing(4)
    rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
