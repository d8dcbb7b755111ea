import numpy as np
import pytest

from napari_rpdl.figures.depth_map import Window, depth_map, window_around

N = 40


def ball(radius: float, center: tuple[float, float, float]) -> np.ndarray:
    return sum((axis + 0.5 - c) ** 2 for axis, c in zip(np.indices((N,) * 3), center, strict=True)) < radius**2


def test_the_depth_of_a_ball_is_that_of_the_formula():
    window = Window((20, 20), 40, 80)
    depth = depth_map(ball(14, (20, 20, 20)), (1, 1, 1), window)
    r = np.hypot(window.rows()[:, None] - 20, window.columns()[None, :] - 20)
    inside = r < 11
    expected = 20 - np.sqrt(14**2 - r[inside] ** 2)
    assert np.abs(depth[inside] - expected).max() < 0.6  # voxels: the grid itself is that coarse
    assert abs((depth[inside] - expected).mean()) < 0.1
    assert np.isnan(depth[r > 16]).all()


@pytest.mark.parametrize("first", [0, 1, 7, 39])
def test_a_plane_lies_at_the_face_of_its_voxels(first):
    body = np.zeros((N, N, N), np.bool_)
    body[:, :, first:] = True
    depth = depth_map(body, (1, 1, 1), Window((20, 20), 20, 10))
    if first == 39:
        np.testing.assert_allclose(depth, 39, atol=0.4)  # a plate of one voxel is still seen
    else:
        np.testing.assert_allclose(depth, first, atol=0.02)


def test_depths_are_in_world_units_and_the_window_follows_the_spacing():
    body = np.zeros((10, 20, 30), np.bool_)
    body[2:8, 5:15, 10:] = True
    steps = (3.0, 1.0, 0.5)
    window = window_around(body, steps, 16, margin=0.0)
    assert window.center == (15.0, 10.0)
    assert window.extent == 18.0
    np.testing.assert_allclose(depth_map(body, steps, window)[8, 8], 5.0, atol=0.02)


def test_an_empty_body_has_no_depth():
    body = np.zeros((8, 8, 8), np.bool_)
    window = window_around(body, (1, 1, 1), 8, 0.1)
    assert window.center == (4, 4)
    assert np.isnan(depth_map(body, (1, 1, 1), window)).all()
