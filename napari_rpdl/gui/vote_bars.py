"""A histogram of votes: how many voxels 1, 2, ... K surgeons drilled."""

from collections.abc import Sequence

from qtpy.QtCore import QRectF, Qt
from qtpy.QtGui import QColor, QPainter, QPaintEvent
from qtpy.QtWidgets import QWidget

from napari_rpdl.gui.palette import REWARD

_HEIGHT, _LABELS = 96, 16
_BELOW = "#6b7280"


class VoteBars(QWidget):
    """A bar for each number of votes; those that are taken have the colour of reward."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(_HEIGHT)
        self._voxels: tuple[int, ...] = ()
        self._least = 1

    def show_votes(self, voxels: Sequence[int], least: int) -> None:
        """Draw the voxels with 1, 2, ... votes; at least ``least`` votes are taken."""
        self._voxels, self._least = tuple(voxels), least
        total = sum(voxels)
        lines = [f"{votes} of {len(voxels)}: {count:,} voxels" for votes, count in enumerate(voxels, start=1)]
        self.setToolTip("\n".join([*lines, f"at least one: {total:,} voxels"]) if voxels else "")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the bars, the number of votes below each."""
        super().paintEvent(event)
        if not self._voxels:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step = self.width() / len(self._voxels)
        highest = max(*self._voxels, 1)
        for place, count in enumerate(self._voxels):
            height = (_HEIGHT - _LABELS - 4) * count / highest
            bar = QRectF(place * step + 2, _HEIGHT - _LABELS - height, step - 4, height)
            painter.fillRect(bar, QColor(REWARD if place + 1 >= self._least else _BELOW))
            painter.setPen(self.palette().text().color())
            below = QRectF(place * step, _HEIGHT - _LABELS, step, _LABELS)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, str(place + 1))
        painter.end()
