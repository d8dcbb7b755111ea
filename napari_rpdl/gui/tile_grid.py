"""A grid of bones that turn together: what was, what surgeons left, what a network would leave (paper, Fig. 4)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal
from qtpy.QtGui import QColor, QPainter, QPaintEvent
from qtpy.QtWidgets import QLabel, QVBoxLayout, QWidget

from napari_rpdl.gui.camera import Stance, stance
from napari_rpdl.gui.pose import Pose
from napari_rpdl.gui.solids import Flat, Solid, Tile, TileRow
from napari_rpdl.gui.tile_canvas import Rectangle, TileCanvas

_SETTLE_MS = 180
_GAP, _LINE, _MARGIN = 6, 15, 22
_STILL = 3  # pixels that a hand may tremble in a click
_INK, _GREY = "#f2f2f2", "#b9bec4"


class TileGrid(QWidget):
    """Tiles in rows, with linked cameras; use it wherever bones are to be seen side by side.

    ``show_rows([TileRow("bone_1", (Tile(Solid(...), "Before"), Tile(Solid(...), "After"))),])``
    shows two bones beside each other; ``solids.Part.of(mesh)`` makes a part of a mesh
    (``meshes.bone_surface``). Drag to turn all, drag with the right button or Shift to
    shift, roll the wheel to come nearer, double-click to see all of the bone again.

    Signals:
        tile_chosen: row and column of a tile that was clicked.
        pose_changed: the new ``Pose``, after a hand or ``look`` moved it; set ``pose`` of
            another grid to link the two.
    """

    tile_chosen = Signal(int, int)
    pose_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(240, 200)
        self.canvas = TileCanvas(Pose.of(stance("surgical", None)))
        self._rows: tuple[TileRow, ...] = ()
        self._captions: list[QLabel] = []
        self._titles: list[_Title] = []
        self._chosen: tuple[int, int] | None = None
        self._from: tuple[float, float] | None = None
        self._hand = 1.0  # -1 in the tile of a left ear, whose horizontal is mirrored
        self._pressed = (0.0, 0.0)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLE_MS)
        self._settling.timeout.connect(self._settle)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.canvas.native)
        self.canvas.native.installEventFilter(self)
        self._listen()

    @property
    def rows(self) -> tuple[TileRow, ...]:
        """What is shown."""
        return self._rows

    @property
    def pose(self) -> Pose:
        """How all bones are held."""
        return self.canvas.pose

    @pose.setter
    def pose(self, pose: Pose) -> None:
        self.canvas.pose = pose
        self.canvas.update()

    def look(self, towards: Stance) -> None:
        """Turn all bones to a named view, whole in their tiles."""
        self._move(Pose.of(towards))

    def show_rows(self, rows: Sequence[TileRow]) -> None:
        """Show these rows; the pose stays."""
        self._rows = tuple(rows)
        self._fit_labels()
        self._lay_out()

    def choose(self, row: int, column: int) -> None:
        """Put a frame round a tile."""
        self._chosen = (row, column)
        self._lay_out()

    def rectangles(self) -> list[list[Rectangle]]:
        """Return where each tile's picture lies in the widget, row by row."""
        columns = max((len(row.tiles) for row in self._rows), default=0)
        if not columns:
            return []
        width = (self.width() - _MARGIN - _GAP) // columns - _GAP
        text = [_LINE * (1 + max((len(tile.lines) for tile in row.tiles), default=0)) + _GAP for row in self._rows]
        height = (self.height() - sum(text) - _GAP) // len(self._rows)
        side = max(min(width, height), 16)
        left = _MARGIN + max((self.width() - _MARGIN - columns * (side + _GAP)) // 2, 0)
        tops = _GAP + np.cumsum([0, *(side + below for below in text[:-1])])
        spare = max((self.height() - int(tops[-1]) - side - text[-1]) // 2, 0)
        return [
            [(left + column * (side + _GAP), int(top) + spare, side, side) for column in range(len(row.tiles))]
            for row, top in zip(self._rows, tops, strict=True)
        ]

    def pictures(self, pixels: int) -> list[list[NDArray[np.uint8]]]:
        """Return the picture of each tile as it is seen now, row by row, uint8 (pixels, pixels, 3)."""
        drawn = iter(self.canvas.pictures(pixels))
        blank = np.zeros((pixels, pixels, 3), np.uint8)
        return [[blank if tile.content is None else next(drawn) for tile in row.tiles] for row in self._rows]

    # -- layout -----------------------------------------------------------------------

    def _fit_labels(self) -> None:
        wanted = sum(len(row.tiles) for row in self._rows)
        while len(self._captions) < wanted:
            self._captions.append(_caption(self.canvas.native))
        while len(self._titles) < len(self._rows):
            self._titles.append(_Title(self.canvas.native))
        for spare in (*self._captions[wanted:], *self._titles[len(self._rows) :]):
            spare.hide()

    def _lay_out(self) -> None:
        shown: list[tuple[Rectangle, Solid | Flat]] = []
        captions = iter(self._captions)
        for rank, (row, rectangles) in enumerate(zip(self._rows, self.rectangles(), strict=True)):
            for column, (tile, (left, top, width, height)) in enumerate(zip(row.tiles, rectangles, strict=True)):
                if tile.content is not None:
                    shown.append(((left, top, width, height), tile.content))
                label = next(captions)
                label.setText(_words(tile, (rank, column) == self._chosen))
                label.setToolTip("\n".join(filter(None, (" · ".join((tile.caption, *tile.lines)), tile.tip))))
                label.setGeometry(left - 2, top + height + 1, width + 4, _LINE * (1 + len(tile.lines)) + 3)
                label.show()
            if rectangles:
                self._titles[rank].say(row.title, QRect(0, rectangles[0][1], _MARGIN - 2, rectangles[0][3]))
        self.canvas.show_tiles(shown)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Lay the tiles out anew when the canvas changes its size."""
        if watched is self.canvas.native and event.type() == QEvent.Type.Resize:
            self._lay_out()
        return bool(super().eventFilter(watched, event))

    # -- the hand ---------------------------------------------------------------------

    def row_at(self, x: int, y: int) -> int | None:
        """Return the row at a place of the widget, captions included; None where there is none."""
        for row, rectangles in enumerate(self.rectangles()):
            below = _LINE * (1 + max((len(tile.lines) for tile in self._rows[row].tiles), default=0)) + _GAP
            if rectangles and rectangles[0][1] <= y < rectangles[0][1] + rectangles[0][3] + below and x >= 0:
                return row
        return None

    def _listen(self) -> None:
        events = self.canvas.events
        events.mouse_press.connect(self._press)
        events.mouse_move.connect(self._drag)
        events.mouse_release.connect(self._release)
        events.mouse_wheel.connect(self._wheel)
        events.mouse_double_click.connect(self._reset)

    def _press(self, event: Any) -> None:
        self._from = self._pressed = (float(event.pos[0]), float(event.pos[1]))
        self._hand = -1.0 if self._is_left(event.pos) else 1.0

    def _drag(self, event: Any) -> None:
        if self._from is None or not event.is_dragging:
            return
        side = self._side()
        right = self._hand * (event.pos[0] - self._from[0]) / side
        up = (self._from[1] - event.pos[1]) / side
        self._from = (float(event.pos[0]), float(event.pos[1]))
        shifts = event.button == 2 or any(key.name == "Shift" for key in event.modifiers)
        self._hold()
        self._move(self.pose.shifted(right, up) if shifts else self.pose.turned(right, up))

    def _release(self, event: Any) -> None:
        moved = np.hypot(event.pos[0] - self._pressed[0], event.pos[1] - self._pressed[1])
        place = self._place_at(event.pos)
        self._from = None
        if place is not None and moved <= _STILL and event.button == 1:
            self.tile_chosen.emit(*place)

    def _wheel(self, event: Any) -> None:
        self._hold()
        self._move(self.pose.zoomed(1.15 ** float(event.delta[1])))

    def _reset(self, _: Any) -> None:
        self._move(Pose(self.pose.gaze, self.pose.up))

    def _hold(self) -> None:
        self.canvas.in_hand = True
        self._settling.start()

    def _settle(self) -> None:
        self.canvas.in_hand = False
        self.canvas.update()

    def _move(self, pose: Pose) -> None:
        self.pose = pose
        self.pose_changed.emit(pose)

    def _side(self) -> int:
        return next((row[0][2] for row in self.rectangles() if row), self.width())

    def _is_left(self, point: Any) -> bool:
        place = self._place_at(point)
        content = self._rows[place[0]].tiles[place[1]].content if place is not None else None
        return isinstance(content, Solid) and content.left

    def _place_at(self, point: Any) -> tuple[int, int] | None:
        for row, rectangles in enumerate(self.rectangles()):
            for column, (left, top, width, height) in enumerate(rectangles):
                if left <= point[0] < left + width and top <= point[1] < top + height:
                    return row, column
        return None


class _Title(QWidget):
    """The name of a row, written upwards at its side."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.text = ""

    def say(self, text: str, where: QRect) -> None:
        """Write ``text`` in a rectangle of the parent."""
        self.text = text
        self.setGeometry(where)
        self.show()
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Write."""
        painter = QPainter(self)
        painter.setPen(QColor(_INK))
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.translate(0, self.height())
        painter.rotate(-90)
        painter.drawText(QRect(0, 0, self.height(), self.width()), Qt.AlignmentFlag.AlignCenter, self.text)
        painter.end()


def _caption(parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, False)
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setStyleSheet("background: transparent; font-size: 11px;")
    return label


def _words(tile: Tile, chosen: bool) -> str:
    from html import escape

    mark = f'<span style="color:{tile.mark}">■</span> ' if tile.mark else ""
    underline = "text-decoration:underline;" if chosen else ""
    lines = "".join(f'<br><span style="color:{_GREY}">{escape(line)}</span>' for line in tile.lines)
    return f'{mark}<b style="color:{_INK};{underline}">{escape(tile.caption)}</b>{lines}'
