"""The grid of tiles, by mouse and keyboard."""

import numpy as np
import pytest
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from napari_rpdl.gui.camera import stance
from napari_rpdl.gui.meshes import surface
from napari_rpdl.gui.pose import Pose
from napari_rpdl.gui.solids import Flat, Part, Solid, Tile, TileRow
from napari_rpdl.gui.tile_grid import TileGrid

pytestmark = pytest.mark.needs_display


def ball(radius: int = 5, left: bool = False) -> Solid:
    z, y, x = np.indices((16, 16, 16))
    mask = (z - 8) ** 2 + (y - 8) ** 2 + (x - 8) ** 2 <= radius**2
    return Solid((Part.of(surface(mask, "#ffffff", (0, 0, 1))),), (1.0, 1.0, 1.0), (16, 16, 16), left=left)


@pytest.fixture
def grid(qtbot) -> TileGrid:
    made = TileGrid()
    qtbot.addWidget(made)
    made.resize(500, 400)
    with qtbot.waitExposed(made):
        made.show()
    rows = [
        TileRow("bone_1", (Tile(ball(), "Original"), Tile(ball(3), "surgeon_1", ("Dice 0.71",), "#E69F00"))),
        TileRow("bone_2", (Tile(ball(left=True), "Original"), Tile(None, "surgeon_1", ("did not drill this bone",)))),
    ]
    made.show_rows(rows)
    return made


def drag(grid: TileGrid, start: QPoint, by: tuple[int, int], button=Qt.MouseButton.LeftButton) -> None:
    canvas = grid.canvas.native
    QTest.mousePress(canvas, button, Qt.KeyboardModifier.NoModifier, start)
    end = start + QPoint(*by)
    move = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(end), Qt.MouseButton.NoButton, button, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(canvas, move)
    QTest.mouseRelease(canvas, button, Qt.KeyboardModifier.NoModifier, end)


def middle(grid: TileGrid, row: int, column: int) -> QPoint:
    left, top, width, height = grid.rectangles()[row][column]
    return QPoint(left + width // 2, top + height // 2)


def test_dragging_one_turns_all_and_tells(grid, qtbot) -> None:
    before = grid.pose
    with qtbot.waitSignal(grid.pose_changed) as told:
        drag(grid, middle(grid, 0, 1), (30, 0))
    side = grid.rectangles()[0][0][2]
    assert np.allclose(grid.pose.gaze, before.turned(30 / side, 0).gaze)
    assert told.args == [grid.pose]
    assert grid.canvas.in_hand
    qtbot.waitUntil(lambda: not grid.canvas.in_hand, timeout=2000)


def test_in_the_tile_of_a_left_ear_its_own_surface_follows_the_hand(grid) -> None:
    before = grid.pose
    drag(grid, middle(grid, 1, 0), (30, 0))
    side = grid.rectangles()[0][0][2]
    assert np.allclose(grid.pose.gaze, before.turned(-30 / side, 0).gaze)


def test_the_right_button_shifts_the_wheel_nears_and_a_double_click_shows_all_again(grid) -> None:
    start = middle(grid, 0, 0)
    drag(grid, start, (20, 10), Qt.MouseButton.RightButton)
    side = grid.rectangles()[0][0][2]
    assert grid.pose.shift == pytest.approx((20 / side, -10 / side))
    grid._wheel(type("Wheel", (), {"delta": (0, 1)}))
    assert grid.pose.zoom == pytest.approx(1.15)
    QTest.mouseDClick(grid.canvas.native, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    assert (grid.pose.zoom, grid.pose.shift) == (1, (0, 0))


def test_a_click_chooses_a_tile(grid, qtbot) -> None:
    with qtbot.waitSignal(grid.tile_chosen) as told:
        QTest.mouseClick(
            grid.canvas.native, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle(grid, 1, 1)
        )
    assert told.args == [1, 1]


def test_tiles_are_square_do_not_overlap_and_stay_inside(grid) -> None:
    for size in ((500, 400), (900, 300), (260, 700)):
        grid.resize(*size)
        boxes = [box for row in grid.rectangles() for box in row]
        taken = np.zeros((grid.height(), grid.width()), int)
        for left, top, width, height in boxes:
            assert width == height
            assert 0 <= left <= left + width <= grid.width()
            assert 0 <= top <= top + height <= grid.height()
            taken[top : top + height, left : left + width] += 1
        assert taken.max() == 1
        assert taken.sum() == sum(width * height for _, _, width, height in boxes)


def test_captions_lie_beneath_their_tiles(grid) -> None:
    label = grid._captions[1]
    left, top, _, height = grid.rectangles()[0][1]
    assert "surgeon_1" in label.text()
    assert "Dice 0.71" in label.text()
    assert "#E69F00" in label.text()
    assert label.y() >= top + height
    assert label.x() <= left
    assert [title.text for title in grid._titles] == ["bone_1", "bone_2"]
    grid.show_rows([TileRow("bone_3", (Tile(ball(), "<i>"),))])
    assert [caption.isVisible() for caption in grid._captions] == [True, False, False, False]
    assert "&lt;i&gt;" in grid._captions[0].text()


def test_pictures_are_the_tiles_in_order_and_black_where_there_is_none(grid) -> None:
    pictures = grid.pictures(32)
    assert [len(row) for row in pictures] == [2, 2]
    assert pictures[0][0].any(axis=2).sum() > pictures[0][1].any(axis=2).sum() > 0
    assert not pictures[1][1].any()


def test_a_named_view_is_taken_whole(grid) -> None:
    grid.pose = grid.pose.zoomed(3)
    grid.look(stance("superior", None))
    assert grid.pose == Pose.of(stance("superior", None))


def test_a_slice_can_stand_in_a_tile(grid) -> None:
    grid.show_rows([TileRow("bone_1", (Tile(Flat(np.full((4, 4, 3), 200, np.uint8)), "Axial"),))])
    assert (grid.pictures(16)[0][0] == 200).all()
    drag(grid, middle(grid, 0, 0), (10, 0))


def test_without_rows_it_is_empty(grid) -> None:
    grid.show_rows([])
    assert grid.rectangles() == []
    assert grid.pictures(8) == []
