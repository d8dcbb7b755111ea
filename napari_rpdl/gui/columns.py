"""How widgets lie in a dock: beside or below each other, and scrolled where the window is low."""

from qtpy.QtCore import QSize, Qt
from qtpy.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget


def beside(*widgets: QWidget) -> QWidget:
    """Return widgets in a line."""
    return _filled(QHBoxLayout(), widgets)


def below(*widgets: QWidget) -> QWidget:
    """Return widgets one below the other, as high as there is room."""
    return _filled(QVBoxLayout(), widgets)


def stacked(*widgets: QWidget) -> QWidget:
    """Return widgets one below the other, no higher than they need."""
    rows = QVBoxLayout()
    together = _filled(rows, widgets)
    rows.addStretch()
    return together


def _filled(layout: QBoxLayout, widgets: tuple[QWidget, ...]) -> QWidget:
    together = QWidget()
    together.setLayout(layout)
    layout.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        layout.addWidget(widget)
    return together


class Column(QScrollArea):
    """Scrolls a panel up and down only, so that nothing is cut off at the right."""

    def __init__(self, panel: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(panel)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Leave room for the panel and the bar beside it, in whatever style and font."""
        width = self.widget().minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
        return QSize(width, super().minimumSizeHint().height())
