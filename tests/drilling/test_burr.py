"""A ball on a grid, against the formula of its volume and every voxel's own distance."""

import numpy as np
import pytest

from napari_rpdl.drilling.burr import path, swept


def by_distance(positions, diameter, steps, shape):
    """Ask every voxel of the grid for its distance to every position."""
    voxels = np.moveaxis(np.indices(shape), 0, -1)
    squared = [(((voxels - place) * steps) ** 2).sum(-1) for place in positions]
    return np.min(squared, axis=0) <= (diameter / 2) ** 2


def whole(found, shape):
    mask = np.zeros(shape, bool)
    if found is not None:
        mask[found.box] = found.voxels
    return mask


@pytest.mark.parametrize("steps", [(1.0, 1.0, 1.0), (0.4, 0.6, 1.1)])
def test_a_ball_has_the_volume_of_a_sphere(steps):
    shape, diameter = (80, 60, 40), 20.0
    ball = swept(np.array([[39.3, 29.7, 19.6]]), diameter, steps, shape)
    volume = ball.voxels.sum() * np.prod(steps)
    assert volume == pytest.approx(np.pi * diameter**3 / 6, rel=0.01)


@pytest.mark.parametrize("seed", range(8))
def test_a_sweep_is_all_that_lies_close_enough_to_a_position(seed):
    chance = np.random.default_rng(seed)
    shape, steps = (14, 12, 10), tuple(chance.uniform(0.4, 1.3, 3))
    positions = chance.uniform(-3, 16, (7, 3))
    diameter = float(chance.uniform(2.7, 7))
    found = whole(swept(positions, diameter, steps, shape), shape)
    assert np.array_equal(found, by_distance(positions, diameter, steps, shape))


def test_the_smallest_burr_takes_the_voxel_that_holds_its_centre():
    mask = whole(swept(np.array([[2.2, 3.4, 1.0]]), 0.01, (1, 1, 1), (6, 6, 6)), (6, 6, 6))
    assert np.argwhere(mask).tolist() == [[2, 3, 1]]


def test_beside_the_grid_nothing_is_swept():
    assert swept(np.array([[-9.0, 2, 2]]), 4.0, (1, 1, 1), (6, 6, 6)) is None


def test_a_sweep_in_pieces_is_the_same_sweep():
    chance = np.random.default_rng(3)
    shape, steps = (30, 30, 30), (0.3, 0.7, 0.1)
    positions = np.round(chance.uniform(0, 30, (40, 3)), 1)  # many distances are exactly the radius
    at_once = whole(swept(positions, 1.4, steps, shape), shape)
    in_pieces = np.any([whole(swept(place[None], 1.4, steps, shape), shape) for place in positions], axis=0)
    assert np.array_equal(at_once, in_pieces)


def test_a_way_is_straight_dense_and_ends_where_it_should():
    start, end = np.array([1.0, 2, 3]), np.array([9.0, 2, 7])
    way = path(start, end, 4.0, (0.5, 1.0, 1.0))
    gaps = np.linalg.norm(np.diff(np.vstack([start, way]), axis=0) * (0.5, 1, 1), axis=1)
    assert way[-1].tolist() == end.tolist()
    assert gaps.max() <= 1.0 + 1e-9
    assert np.allclose(gaps, gaps[0])
    assert path(start, start, 4.0, (1, 1, 1)).tolist() == [start.tolist()]
