"""What the canvas draws, pixel by pixel."""

from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.gui.camera import stance
from napari_rpdl.gui.meshes import Mesh, joined, surface
from napari_rpdl.gui.pose import Pose
from napari_rpdl.gui.solids import Flat, Part, Solid
from napari_rpdl.gui.tile_canvas import TileCanvas

pytestmark = pytest.mark.needs_display
SHAPE, STEPS = (11, 11, 11), (1.0, 1.0, 1.0)
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def board(x: float, color: tuple[int, int, int], y: tuple[float, float] = (0, 10), coarse: Mesh | None = None) -> Part:
    """A square board across x; seen from the right side in the lateral view."""
    corners = np.array([(0, y[0], x), (0, y[1], x), (10, y[0], x), (10, y[1], x)], np.float32)
    colors = np.tile(np.array([*color, 255], np.float32) / 255, (4, 1))
    mesh = Mesh(corners, np.array([(0, 1, 2), (1, 3, 2)], np.int32), colors)
    return Part(mesh, coarse or mesh)


@pytest.fixture
def canvas(qtbot) -> TileCanvas:
    made = TileCanvas(Pose.of(stance("lateral", "right")))
    qtbot.addWidget(made.native)
    made.native.resize(200, 100)
    made.native.show()
    return made


def shown(canvas: TileCanvas, *tiles: Solid | Flat) -> list[np.ndarray]:
    canvas.show_tiles([((100 * place, 0, 100, 100), tile) for place, tile in enumerate(tiles)])
    return canvas.pictures(40)


def solid(*parts: Part, **more) -> Solid:
    return Solid(parts, STEPS, SHAPE, **more)


def test_the_nearer_surface_hides_the_farther_whatever_the_order(canvas) -> None:
    near, far = board(10, RED), board(0, GREEN)
    for picture in shown(canvas, solid(near, far), solid(far, near)):
        assert tuple(picture[20, 20]) == RED
        assert tuple(picture[0, 0]) == (0, 0, 0)


def test_the_front_of_a_right_ear_is_on_the_right_and_of_a_left_ear_on_the_left(canvas) -> None:
    front = board(5, BLUE, y=(6, 10))
    right, left = shown(canvas, solid(front), solid(front, left=True))
    assert tuple(right[20, 35]) == BLUE
    assert tuple(right[20, 5]) == (0, 0, 0)
    assert tuple(left[20, 5]) == BLUE


def test_a_plane_cuts_parts_but_for_those_that_stay_whole(canvas) -> None:
    cut, whole = board(5, RED), Part(board(2, GREEN).mesh, board(2, GREEN).mesh, whole=True)
    (picture,) = shown(canvas, solid(cut, whole, plane=(-1.0, 0, 0, 5.0)))  # keeps z below 5
    assert tuple(picture[30, 20]) == RED
    assert tuple(picture[10, 20]) == GREEN


def test_glassy_parts_let_what_lies_behind_shine_through(canvas) -> None:
    glass = Part(board(10, RED).mesh, board(10, RED).mesh, opacity=0.5)
    (picture,) = shown(canvas, solid(glass, board(0, GREEN)))
    assert picture[20, 20] == pytest.approx((128, 128, 0), abs=2)


def test_a_slice_lies_upright_in_the_middle_and_keeps_its_aspect(canvas) -> None:
    pixels = np.zeros((2, 4, 3), np.uint8)
    pixels[0, 0], pixels[1, 3] = RED, BLUE
    (picture,) = shown(canvas, Flat(pixels, aspect=0.5))
    assert tuple(picture[12, 2]) == RED
    assert tuple(picture[28, 37]) == BLUE
    assert not picture[:9].any()


def test_the_window_shows_the_same_pixels(canvas, qtbot) -> None:
    canvas.show_tiles([((100, 0, 100, 100), solid(board(10, RED)))])
    with qtbot.waitExposed(canvas.native):
        canvas.native.show()
    window = canvas.native.grab().toImage()
    assert window.pixelColor(150, 50).getRgb()[:3] == RED
    assert window.pixelColor(50, 50).getRgb()[:3] == (0, 0, 0)


def test_coarse_surfaces_are_drawn_only_in_the_hand_and_where_drawing_is_slow(canvas) -> None:
    canvas.show_tiles([((0, 0, 200, 100), solid(board(10, RED, coarse=board(10, BLUE).mesh)))])
    seen = []
    for canvas.in_hand, canvas.slow in ((False, True), (True, True), (True, False)):
        seen.append(canvas.native.grab().toImage().pixelColor(100, 50).getRgb()[:3])
    assert seen == [RED, BLUE, RED]


@pytest.mark.parametrize("view", ["lateral", "surgical", "superior", "posterior"])
@pytest.mark.parametrize("left", [False, True])
def test_leaving_out_what_faces_away_changes_nothing_of_a_closed_surface(canvas, view, left) -> None:
    z, y, x = np.indices((24, 24, 24)) - 11.5
    ball = surface((z**2 + y**2 + (x - 2) ** 2 < 81) & ~(y**2 + z**2 + (x - 11) ** 2 < 36), "#e8dcc0", (0, 0, 1))
    canvas.pose = Pose.of(stance(view, "right")).turned(0.03, 0.02)
    closed = Part.of(ball)
    assert closed.closed
    one, other = shown(
        canvas, *(Solid((part,), STEPS, (24, 24, 24), left=left) for part in (closed, replace(closed, closed=False)))
    )
    assert one.any()
    assert (np.abs(one.astype(int) - other).max(axis=2) > 40).mean() < 0.01


def test_the_inside_of_a_closed_surface_is_seen_where_it_is_cut(canvas) -> None:
    z, y, x = np.indices((11, 11, 11)) - 5.0
    ball = Part.of(surface(z**2 + y**2 + x**2 < 20, "#e8dcc0", (0, 0, 1)))
    (picture,) = shown(canvas, Solid((ball,), STEPS, SHAPE, plane=(0.0, 0.0, -1.0, 5.0)))  # the near half is gone
    assert picture[20, 20].any()


def test_another_surface_in_the_same_place_is_drawn_anew(canvas) -> None:
    assert tuple(shown(canvas, solid(board(5, RED)))[0][20, 20]) == RED
    two = joined([board(5, GREEN).mesh, board(2, GREEN).mesh])
    assert tuple(shown(canvas, solid(Part(two, two)))[0][20, 20]) == GREEN
    assert shown(canvas) == []
