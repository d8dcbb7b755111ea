import numpy as np
import pytest

from napari_rpdl.figures.depth_map import Window, depth_map, window_around
from napari_rpdl.figures.smooth_surface import smooth_field

N = 40


def ball(radius: float, center: tuple[float, float, float]) -> np.ndarray:
    return sum((axis + 0.5 - c) ** 2 for axis, c in zip(np.indices((N,) * 3), center, strict=True)) < radius**2


def test_the_depth_of_a_ball_is_that_of_the_formula():
    window = Window((20, 20), 40, 80)
    depth = depth_map(smooth_field(ball(14, (20, 20, 20))), (1, 1, 1), window)
    r = np.hypot(window.rows()[:, None] - 20, window.columns()[None, :] - 20)
    inside = r < 11
    expected = 20 - np.sqrt(14**2 - r[inside] ** 2)
    assert np.abs(depth[inside] - expected).max() < 0.3  # voxels
    assert abs((depth[inside] - expected).mean()) < 0.08
    assert np.isnan(depth[r > 16]).all()


def test_a_cavity_is_as_deep_as_it_was_drilled():
    body = np.zeros((N, N, N), np.bool_)
    body[2:-2, 2:-2, 5:38] = True
    rows, columns, depths = np.indices(body.shape) + 0.5
    body &= ~(np.hypot(rows - 20, columns - 20) < 9) | (depths > 23)  # a shaft of 18 voxels from the face at 5
    steps = (0.5, 0.5, 2.0)
    window = Window((10, 10), 20, 40)
    depth = depth_map(smooth_field(body), steps, window)
    r = np.hypot(window.rows()[:, None] - 10, window.columns()[None, :] - 10)
    np.testing.assert_allclose(depth[r < 3], 23 * 2.0, atol=0.2 * 2.0)
    np.testing.assert_allclose(depth[(r > 5.5) & (r < 8)], 5 * 2.0, atol=0.2 * 2.0)


@pytest.mark.parametrize("first", [1, 7, 38])
def test_a_plane_lies_at_the_face_of_its_voxels(first):
    body = np.zeros((N, N, N), np.bool_)
    body[:, :, first:] = True
    depth = depth_map(smooth_field(body), (1, 1, 1), Window((20, 20), 20, 10))
    np.testing.assert_allclose(depth, first, atol=0.1)


def test_a_plate_of_one_voxel_is_seen():
    body = np.zeros((N, N, N), np.bool_)
    body[:, :, 20] = True
    depth = depth_map(smooth_field(body), (1, 1, 1), Window((20, 20), 20, 10))
    np.testing.assert_allclose(depth, 20.25, atol=0.25)


def test_depths_are_in_world_units_and_the_window_follows_the_spacing():
    body = np.zeros((10, 20, 30), np.bool_)
    body[2:8, 5:15, 10:] = True
    steps = (3.0, 1.0, 0.5)
    window = window_around(body, steps, 16, margin=0.0)
    assert window.center == (15.0, 10.0)
    assert window.extent == 18.0
    np.testing.assert_allclose(depth_map(smooth_field(body), steps, window)[8, 8], 5.0, atol=0.5 * 0.5)


def test_what_is_inside_from_the_start_is_met_at_the_first_layer():
    depth = depth_map(np.ones((8, 8, 8), np.float32), (1, 1, 2.0), Window((4, 4), 8, 8))
    np.testing.assert_allclose(depth, 1.0)


def test_an_empty_body_and_what_lies_beside_the_frame_have_no_depth():
    body = np.zeros((8, 8, 8), np.bool_)
    window = window_around(body, (1, 1, 1), 8, 0.1)
    assert window.center == (4, 4)
    assert np.isnan(depth_map(smooth_field(body), (1, 1, 1), window)).all()
    beside = depth_map(np.ones((8, 8, 8), np.float32), (1, 1, 1), Window((4, 4), 16, 16))
    assert np.isfinite(beside).sum() == 64
