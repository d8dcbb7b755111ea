"""One slice with a crosshair that a click moves."""

from qtpy.QtCore import QLineF, QRectF, Qt, Signal
from qtpy.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from qtpy.QtWidgets import QSizePolicy, QWidget

from napari_rpdl.gui.controls import mouse_place
from napari_rpdl.gui.ortho import EDGES, SliceShown

_CROSS, _LETTERS = QColor(255, 255, 255, 170), QColor("#e8eaed")
_SHADOW, _GROUND = QColor(0, 0, 0), QColor("#0b0c0e")
_GAP = 7.0  # pixels that stay free round the point itself


class SliceView(QWidget):
    """Shows a slice as large as fits; tells where it was clicked or dragged, and of turns of the wheel.

    Signals:
        place_chosen: shares (0..1) of the slice's width and height, from its upper left corner.
        stepped: by how many layers the wheel was turned.
    """

    place_chosen = Signal(float, float)
    stepped = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(120, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._shown: SliceShown | None = None

    def show_slice(self, shown: SliceShown | None) -> None:
        """Show a slice, or nothing."""
        self._shown = shown
        self.update()

    def frame(self) -> QRectF:
        """Return where the slice lies in the widget."""
        aspect = self._shown.aspect if self._shown is not None else 1.0
        width = min(float(self.width()), self.height() / aspect)
        height = width * aspect
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the slice, its crosshair and the patient's directions."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), _GROUND)
        if self._shown is not None:
            height, width, _ = self._shown.pixels.shape
            image = QImage(self._shown.pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.frame(), image)
            self._paint_cross(painter, self._shown)
            self._paint_words(painter, self._shown)
        painter.end()

    def _paint_cross(self, painter: QPainter, shown: SliceShown) -> None:
        frame = self.frame()
        x = frame.left() + shown.cross[0] * frame.width()
        y = frame.top() + shown.cross[1] * frame.height()
        painter.setPen(QPen(_CROSS, 1))
        painter.drawLine(QLineF(frame.left(), y, x - _GAP, y))
        painter.drawLine(QLineF(x + _GAP, y, frame.right(), y))
        painter.drawLine(QLineF(x, frame.top(), x, y - _GAP))
        painter.drawLine(QLineF(x, y + _GAP, x, frame.bottom()))

    def _paint_words(self, painter: QPainter, shown: SliceShown) -> None:
        box = QRectF(self.rect()).adjusted(4, 2, -4, -2)
        top, bottom, left, right = EDGES[shown.axis]
        center, middle = Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignVCenter
        for letter, where in (
            (top, center | Qt.AlignmentFlag.AlignTop),
            (bottom, center | Qt.AlignmentFlag.AlignBottom),
            (left, middle | Qt.AlignmentFlag.AlignLeft),
            (right, middle | Qt.AlignmentFlag.AlignRight),
            (f"{shown.axis} {shown.rank[0]}/{shown.rank[1]}", Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop),
        ):
            painter.setPen(_SHADOW)
            painter.drawText(box.translated(1, 1), where, letter)
            painter.setPen(_LETTERS)
            painter.drawText(box, where, letter)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose a place."""
        self._choose(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the hand while the button is down."""
        self._choose(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Go through the layers."""
        turned = event.angleDelta().y()
        if turned:
            self.stepped.emit(1 if turned > 0 else -1)
        event.accept()

    def _choose(self, event: QMouseEvent) -> None:
        at = mouse_place(event)
        frame = self.frame()
        if self._shown is not None and frame.contains(at):
            self.place_chosen.emit((at.x() - frame.left()) / frame.width(), (at.y() - frame.top()) / frame.height())
