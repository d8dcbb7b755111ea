import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from napari_rpdl.data.phantom.shapes import Ellipsoid, Points, Ring, Tube, Waves, bent_tube, smooth_max, smooth_min


@pytest.fixture
def points() -> Points:
    u, a, s = np.random.default_rng(1).uniform(-10, 10, size=(3, 400))
    return Points(u, a, s)


def test_a_tube_is_as_far_as_its_nearest_sphere(points):
    tube = Tube(((-5, 0, 0), (1, 2, 0), (4, -3, 6)), (1.0, 1.0, 1.0))
    spheres = np.concatenate([np.linspace(p, q, 2000) for p, q in zip(tube.places, tube.places[1:], strict=False)])
    nearest = np.linalg.norm(np.stack(points, 1)[:, None] - spheres[None], axis=2).min(1) - 1.0
    np.testing.assert_allclose(tube.distance(points), nearest, atol=5e-3)


def test_the_radius_of_a_tube_changes_evenly():
    cone = Tube(((0, 0, 0), (10, 0, 0)), (1.0, 3.0))
    above = Points(np.array([0.0, 5.0, 10.0]), np.zeros(3), np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(cone.distance(above), 0.0, atol=1e-12)


def test_a_bent_tube_passes_through_its_places_and_is_as_long_as_a_spline():
    angles = np.linspace(0, np.pi, 7)
    places = np.column_stack([10 * np.cos(angles), 10 * np.sin(angles), 0 * angles])
    tube = bent_tube([tuple(p) for p in places], [1.0] * 7, steps=8)
    spline = CubicSpline(angles, places)(np.linspace(0, np.pi, 2000))
    assert tube.length == pytest.approx(np.linalg.norm(np.diff(spline, axis=0), axis=1).sum(), rel=0.01)
    for place in places:
        assert np.linalg.norm(np.array(tube.places) - place, axis=1).min() < 1e-9


def test_a_ring_is_as_far_as_its_nearest_sphere(points):
    ring = Ring((1.0, 2.0, -1.0), (0.0, 0.6, 0.8), 3.0, 0.7)
    across, along = np.array([1.0, 0, 0]), np.array([0, 0.8, -0.6])
    turn = np.linspace(0, 2 * np.pi, 3000)[:, None]
    circle = np.array(ring.centre) + 3.0 * (np.cos(turn) * across + np.sin(turn) * along)
    nearest = np.linalg.norm(np.stack(points, 1)[:, None] - circle[None], axis=2).min(1) - 0.7
    np.testing.assert_allclose(ring.distance(points), nearest, atol=1e-5)


def test_an_ellipsoid_of_equal_axes_is_a_sphere(points):
    ball = Ellipsoid((1.0, 0.0, 2.0), (4.0, 4.0, 4.0))
    expected = np.linalg.norm(np.stack(points, 1) - [1, 0, 2], axis=1) - 4
    np.testing.assert_allclose(ball.distance(points), expected, atol=1e-9)


def test_smooth_joints_equal_the_sharp_ones_away_from_the_edge_and_round_it():
    a, b = np.array([0.0, 5.0, 1.0]), np.array([5.0, 0.0, 1.0])
    np.testing.assert_allclose(smooth_min(a, b, 2.0), [0.0, 0.0, 0.5])
    np.testing.assert_allclose(smooth_max(a, b, 2.0), [5.0, 5.0, 1.5])


def test_noise_has_unit_variance_and_no_mean():
    waves = Waves.draw(np.random.default_rng(2), 3.0, 6.0, 64)
    everywhere = np.random.default_rng(3).uniform(-300, 300, size=(3, 40_000))
    noise = waves.at(Points(*everywhere))
    assert noise.mean() == pytest.approx(0.0, abs=0.03)
    assert noise.std() == pytest.approx(1.0, abs=0.05)


def test_noise_is_a_function_of_the_place_not_of_the_grid():
    waves = Waves.draw(np.random.default_rng(2), 3.0, 6.0, 8)
    line = np.linspace(0, 10, 101)
    fine = waves.at(Points(line, line, line))
    coarse = waves.at(Points(line[::10], line[::10], line[::10]))
    np.testing.assert_array_equal(fine[::10], coarse)
