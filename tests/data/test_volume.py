"""Grid and Volume."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError


def oblique(shape=(4, 5, 6), known=True):
    affine = np.eye(4)
    affine[:3, :3] = Rotation.from_euler("xyz", (10, -20, 15), degrees=True).as_matrix() @ np.diag((0.5, 0.6, 0.7))
    affine[:3, 3] = (10, -20, 30)
    return Grid(shape, affine, known)


def test_spacing_and_origin_are_z_y_x():
    grid = oblique()
    np.testing.assert_allclose(grid.spacing_mm, (0.7, 0.6, 0.5))
    assert grid.origin == (30, -20, 10)
    assert oblique(known=False).spacing_mm is None
    np.testing.assert_allclose(oblique(known=False).steps, (0.7, 0.6, 0.5))


def test_a_grid_of_a_shape_is_axis_aligned():
    assert Grid.of_shape((2, 3, 4)).spacing_mm is None
    np.testing.assert_array_equal(Grid.of_shape((2, 3, 4), (3, 2, 1)).affine, np.diag([1.0, 2, 3, 1]))


@pytest.mark.parametrize("shape", [(8, 10, 12), (2, 5, 3), (3, 7, 11)])
def test_resampling_keeps_the_outer_faces(shape):
    grid, resampled = oblique(), oblique().resampled(shape)
    for share in np.ndindex(2, 2, 2):
        before = grid.affine @ [*(np.array(share) * grid.shape[::-1] - 0.5), 1]
        after = resampled.affine @ [*(np.array(share) * shape[::-1] - 0.5), 1]
        np.testing.assert_allclose(after, before, atol=1e-12)
    assert resampled.shape == shape


def test_halving_moves_the_first_centre_by_a_quarter_of_a_new_voxel():
    half = Grid.of_shape((8, 8, 8), (1, 1, 1)).resampled((4, 4, 4))
    assert half.origin == (0.5, 0.5, 0.5)
    assert half.steps == (2, 2, 2)


def test_grids_match_within_a_thousandth_of_a_voxel():
    grid, near, far = oblique(), oblique(), oblique()
    near.affine[:3, 3] += 0.5e-4
    far.affine[:3, 3] += 2e-3
    assert grid.matches(near)
    assert not grid.matches(far)
    assert not grid.matches(oblique((4, 5, 7)))
    stretched = oblique()
    stretched.affine[:3, 0] *= 1.001
    assert not grid.matches(stretched)


def test_without_spacing_the_shape_decides():
    assert oblique().matches(Grid.of_shape((4, 5, 6)))
    assert not oblique().matches(Grid.of_shape((4, 5, 7)))


@pytest.mark.parametrize("shape", [(0, 1, 1), (1, 1), (1, 1, -1)])
def test_impossible_shapes_are_refused(shape):
    with pytest.raises(InputError, match="at least one voxel"):
        Grid(shape)


@pytest.mark.parametrize("affine", [np.eye(3), np.full((4, 4), np.nan), np.diag([np.inf, 1, 1, 1])])
def test_affines_without_numbers_are_refused(affine):
    with pytest.raises(InputError, match="finite"):
        Grid((1, 1, 1), affine)


@pytest.mark.parametrize("columns", [np.diag([1.0, 1, 0]), np.array([[1.0, 1, 0], [1, 1, 0], [0, 0, 1]])])
@pytest.mark.parametrize("scale", [1e-6, 1, 1e6])
def test_flat_affines_are_refused_at_any_scale(columns, scale):
    affine = np.eye(4)
    affine[:3, :3] = columns * scale
    with pytest.raises(InputError, match="one plane"):
        Grid((1, 1, 1), affine)


def test_micrometres_are_not_flat():
    assert Grid.of_shape((2, 2, 2), (1e-5, 1e-5, 1e-5)).spacing_mm == pytest.approx((1e-5,) * 3)


@pytest.mark.parametrize("spacing", [(0, 1, 1), (1, -1, 1), (1, 1, float("nan")), (float("inf"), 1, 1)])
def test_impossible_spacings_are_refused(spacing):
    with pytest.raises(InputError, match="positive spacings"):
        Grid.of_shape((1, 1, 1), spacing)


def test_a_volume_has_the_shape_of_its_grid():
    with pytest.raises(InputError, match=r"\(3, 2, 1\).*\(1, 2, 3\)"):
        Volume(np.zeros((3, 2, 1)), Grid.of_shape((1, 2, 3)))
