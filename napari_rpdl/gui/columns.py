"""How panels lie in a dock: one below the other, and scrolled where the window is low."""

from qtpy.QtCore import QSize, Qt
from qtpy.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget


def stacked(*panels: QWidget) -> QWidget:
    """Return panels one below the other."""
    together = QWidget()
    rows = QVBoxLayout(together)
    rows.setContentsMargins(0, 0, 0, 0)
    for panel in panels:
        rows.addWidget(panel)
    rows.addStretch()
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
