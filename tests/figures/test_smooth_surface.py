import numpy as np
import pytest
from scipy import ndimage

from napari_rpdl.figures.smooth_surface import signed_distance, smooth_field, without_closed_cells

N = 24


def test_distances_are_to_the_faces_of_the_voxels():
    body = np.zeros((9, 9, 9), np.bool_)
    body[4:] = True
    along = signed_distance(body)[:, 4, 4]
    np.testing.assert_allclose(along, [-1.5, -1.5, -1.5, -0.5, 0.5, 1.5, 1.5, 1.5, 1.5])
    assert (signed_distance(np.zeros((3, 3, 3), np.bool_)) < 0).all()
    assert (signed_distance(np.ones((3, 3, 3), np.bool_)) > 0).all()


def test_distances_are_those_of_a_distance_transform():
    body = ndimage.gaussian_filter(np.random.default_rng(2).random((20, 21, 22)), 1.5) > 0.5
    expected = np.where(body, ndimage.distance_transform_edt(body) - 0.5, 0.5 - ndimage.distance_transform_edt(~body))
    np.testing.assert_allclose(signed_distance(body), np.clip(expected, -1.5, 1.5), atol=1e-6)


def test_every_voxel_stays_on_its_side_of_the_surface():
    coarse = ndimage.gaussian_filter(np.random.default_rng(1).random((N, N, N)), 1.5)
    body = coarse > np.median(coarse)
    field = smooth_field(np.pad(body, 2))
    np.testing.assert_array_equal(field > 0, np.pad(without_closed_cells(np.pad(body, 1)), 1))


def crossing(column, first):
    """Where a column that begins outside enters, in voxel indices."""
    return first - column[first] / (column[first] - column[first - 1])


def test_a_gentle_slope_loses_its_steps():
    _, y, x = np.indices((N, N, N))
    plane = 8.3 + (y - N / 2) / 6  # rises one voxel every six: terraces that are six wide
    field = smooth_field(x >= plane)
    errors = []
    for row in range(6, N - 6):
        first = int(np.argmax(field[N // 2, row] > 0))
        errors.append(crossing(field[N // 2, row], first) - (8.3 + (row - N / 2) / 6))
    steps = [np.ceil(8.3 + (row - N / 2) / 6) - 0.5 - (8.3 + (row - N / 2) / 6) for row in range(6, N - 6)]
    assert np.std(errors) < 0.35 * np.std(steps)
    assert abs(np.mean(errors)) < 0.1


def test_a_thin_plate_stays_and_keeps_its_thickness():
    body = np.zeros((N, N, N), np.bool_)
    body[:, :, 10] = True
    field = smooth_field(body)
    np.testing.assert_allclose(field[N // 2, N // 2, 9:12], [-0.5, 0.5, -0.5], atol=1e-6)


@pytest.mark.parametrize("opened", [False, True])
def test_closed_cells_are_filled_and_open_ones_are_not(opened):
    body = np.zeros((N, N, N), np.bool_)
    body[4:20, 4:20, 4:20] = True
    body[10:13, 10:13, 10:13] = False
    if opened:
        body[11, 11, 13:] = False
    filled = without_closed_cells(body)
    assert filled[11, 11, 11] != opened
    np.testing.assert_array_equal(filled | body, filled)
    np.testing.assert_array_equal(filled, body if opened else ndimage.binary_fill_holes(body))
