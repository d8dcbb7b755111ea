"""Resampling against analytic shapes, hand-made means and ITK."""

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813
from scipy.ndimage import center_of_mass

from napari_rpdl.data.resampling import resample_labels, resample_mask, resample_probabilities
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError

CENTRE = (0.5, 0.47, 0.52)
NETWORK = (64, 64, 64)


def ellipsoid(shape, radii, centre=CENTRE):
    """Voxels whose centre lies in an ellipsoid; lengths are shares of the field of view."""
    axes = [((np.arange(n) + 0.5) / n - c) / r for n, c, r in zip(shape, centre, radii, strict=True)]
    return sum(axis**2 for axis in np.ix_(*axes)) < 1


def dice(a, b):
    return 2 * np.sum(a & b) / (a.sum() + b.sum())


def centre_in_world(mask, grid):
    return grid.affine[:3, :3] @ np.array(center_of_mass(mask))[::-1] + grid.affine[:3, 3]


@pytest.mark.parametrize("radii", [(0.2,) * 3, (0.3,) * 3, (0.35,) * 3, (0.35, 0.2, 0.3)], ids=str)
@pytest.mark.parametrize("shape", [(96, 96, 96), (80, 96, 70), (128, 128, 128), (64, 64, 40), (48, 64, 90)], ids=str)
def test_smooth_regions_survive_the_grid_of_the_network(shape, radii):
    mask = ellipsoid(shape, radii)
    on_network = resample_mask(mask, NETWORK)
    assert dice(on_network, ellipsoid(NETWORK, radii)) >= 0.97
    assert dice(resample_mask(on_network, shape), mask) >= 0.99


@pytest.mark.parametrize("shape", [(96, 96, 96), (80, 96, 70), (128, 128, 128), (50, 61, 99)], ids=str)
def test_regions_do_not_shift_in_the_body(shape):
    grid = Grid.of_shape(shape, (0.5, 0.6, 0.7))
    mask = ellipsoid(shape, (0.3,) * 3)
    smaller = grid.resampled(NETWORK)
    resampled = resample_mask(mask, NETWORK)
    voxel = np.array(smaller.steps[::-1])
    true = np.array(CENTRE[::-1]) * shape[::-1] * (0.7, 0.6, 0.5) - np.array((0.7, 0.6, 0.5)) / 2
    assert np.abs((centre_in_world(resampled, smaller) - true) / voxel).max() < 0.05
    back = resample_mask(resampled, shape)
    assert np.abs((centre_in_world(back, grid) - true) / voxel).max() < 0.05
    assert abs(back.sum() / mask.sum() - 1) < 0.01


def test_half_a_voxel_counts_and_less_does_not():
    mask = np.zeros((4, 4, 4), bool)
    mask[:2, :2, 0] = True  # 4 of the 8 voxels of the first new one
    mask[2, 2:, 2:] = mask[3, 2, 2] = True  # 5 of 8
    mask[0, 2:, 2] = mask[1, 2, 2] = True  # 3 of 8
    expected = np.zeros((2, 2, 2), bool)
    expected[0, 0, 0] = expected[1, 1, 1] = True
    np.testing.assert_array_equal(resample_mask(mask, (2, 2, 2)), expected)


def test_thirds_and_sixths_that_make_a_half_count_too():
    mask = np.zeros((1, 1, 3), bool)
    mask[..., 1] = True  # covers exactly 1/3 of each of two voxels: too little
    assert not resample_mask(mask, (1, 1, 2)).any()
    mask = np.tile(np.array([True, False, True, False, True, False]), (3, 6, 1))
    assert resample_mask(mask, (1, 2, 1)).all()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_thin_parts_are_not_lost_when_enlarged(axis):
    sheet = np.zeros((12, 12, 12), bool)
    sheet[(slice(None),) * axis + (5,)] = True
    enlarged = resample_mask(sheet, (24, 24, 24))
    np.testing.assert_array_equal(np.flatnonzero(enlarged.any(axis=tuple({0, 1, 2} - {axis}))), [10, 11])
    dot = np.zeros((12, 12, 12), bool)
    dot[3, 4, 5] = True
    assert resample_mask(dot, (48, 48, 48)).any()


def test_empty_and_full_masks_stay_so():
    for shape in [(3, 5, 7), (20, 5, 2), (1, 1, 1)]:
        assert not resample_mask(np.zeros((6, 6, 6), bool), shape).any()
        assert resample_mask(np.ones((6, 6, 6), bool), shape).all()


def test_same_shape_gives_an_equal_copy():
    random = np.random.default_rng(0)
    mask, labels = random.random((4, 5, 6)) < 0.5, random.integers(0, 14, (4, 5, 6)).astype(np.uint8)
    copy = resample_mask(mask, (4, 5, 6))
    np.testing.assert_array_equal(copy, mask)
    assert not np.shares_memory(copy, mask)
    same = resample_labels(Volume(labels, Grid.of_shape((4, 5, 6))), (4, 5, 6))
    np.testing.assert_array_equal(same.voxels, labels)
    assert not np.shares_memory(same.voxels, labels)


def brute_force_majority(labels, shape):
    """Cut every voxel into parts that both grids share, then count, smallest code first."""
    fine = labels
    for axis, n in enumerate(shape):
        fine = np.repeat(fine, n, axis)
    parts = [fine.shape[axis] // n for axis, n in enumerate(shape)]
    blocks = fine.reshape([k for pair in zip(shape, parts, strict=True) for k in pair]).transpose(0, 2, 4, 1, 3, 5)
    blocks = blocks.reshape(*shape, -1)
    counts = np.stack([(blocks == code).sum(axis=-1) for code in range(14)])
    return counts.argmax(axis=0)


@pytest.mark.parametrize("shape", [(4, 4, 4), (6, 4, 3), (5, 7, 4), (1, 1, 1)], ids=str)
def test_majority_is_the_label_with_the_largest_share(shape):
    random = np.random.default_rng(1)
    labels = random.integers(0, 14, (8, 8, 6)).astype(np.uint8)
    labels[labels > 4] = 3
    result = resample_labels(Volume(labels, Grid.of_shape((8, 8, 6))), shape)
    np.testing.assert_array_equal(result.voxels, brute_force_majority(labels, shape))


def test_majority_without_any_air_and_ties_to_the_smaller_code():
    labels = np.array([[[7, 7, 9, 5]]], np.uint8)
    result = resample_labels(Volume(labels, Grid.of_shape((1, 1, 4))), (1, 1, 2))
    np.testing.assert_array_equal(result.voxels, [[[7, 5]]])


@pytest.mark.parametrize("method", ["majority", "nearest"])
def test_enlarged_labels_repeat(method):
    labels = np.random.default_rng(2).integers(0, 14, (4, 5, 6)).astype(np.uint8)
    thick = labels.repeat(2, 0).repeat(2, 1).repeat(2, 2)
    grid = Grid.of_shape((8, 10, 12), (1, 1, 1))
    smaller = resample_labels(Volume(thick, grid), (4, 5, 6), method)
    np.testing.assert_array_equal(smaller.voxels, labels)
    assert smaller.grid.spacing_mm == (2, 2, 2)
    assert smaller.grid.origin == (0.5, 0.5, 0.5)


@pytest.mark.parametrize("shape", [(10, 9, 16), (3, 20, 7), (31, 5, 5)], ids=str)
def test_nearest_agrees_with_itk(shape):
    labels = np.random.default_rng(3).integers(0, 14, (8, 9, 10)).astype(np.uint8)
    volume = Volume(labels, Grid.of_shape((8, 9, 10), (1.1, 0.9, 0.7)))
    result = resample_labels(volume, shape, "nearest")
    # ITK rounds ties between two voxels its own way; a nudge decides them as we do.
    np.testing.assert_array_equal(result.voxels, itk(labels, volume.grid, result.grid, sitk.sitkNearestNeighbor, 1e-7))


def itk(array, grid, reference, interpolator, nudge=0.0):
    """Resample with SimpleITK onto ``reference``; both grids are axis-aligned."""
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(grid.steps[::-1])
    image.SetOrigin(grid.origin[::-1])
    origin = [o + nudge for o in reference.origin[::-1]]
    identity = sitk.Transform(3, sitk.sitkIdentity)
    return sitk.GetArrayFromImage(
        sitk.Resample(
            image, reference.shape[::-1], identity, interpolator, origin, reference.steps[::-1], np.eye(3).ravel()
        )
    )


@pytest.mark.parametrize("shape", [(16, 18, 20), (9, 30, 11)], ids=str)
def test_enlarged_probabilities_agree_with_itk(shape):
    probabilities = np.random.default_rng(4).random((8, 9, 10), dtype=np.float32)
    grid = Grid.of_shape((8, 9, 10), (1.1, 0.9, 0.7))
    expected = itk(probabilities, grid, grid.resampled(shape), sitk.sitkLinear)
    np.testing.assert_allclose(resample_probabilities(probabilities, shape), expected, atol=1e-5)


def test_reduced_probabilities_are_means_as_in_itk():
    probabilities = np.random.default_rng(5).random((8, 12, 20), dtype=np.float32)
    shrunk = sitk.BinShrink(sitk.GetImageFromArray(probabilities), (5, 3, 2))
    np.testing.assert_allclose(
        resample_probabilities(probabilities, (4, 4, 4)), sitk.GetArrayFromImage(shrunk), atol=1e-6
    )


def test_reduced_probabilities_keep_their_mean_at_any_ratio():
    probabilities = np.random.default_rng(6).random((13, 17, 11), dtype=np.float32)
    assert resample_probabilities(probabilities, (8, 16, 5)).mean() == pytest.approx(probabilities.mean(), abs=1e-6)
    np.testing.assert_allclose(
        resample_probabilities(np.array([[[0, 3, 6]]], np.float32) / 6, (1, 1, 2)), [[[1 / 6, 5 / 6]]], atol=1e-6
    )


@pytest.mark.parametrize("shape", [(64, 64, 64), (5, 5, 5), (7, 40, 3)], ids=str)
def test_probabilities_stay_probabilities(shape):
    ones = np.ones((17, 19, 23), np.float32)
    sure = resample_probabilities(ones, shape)
    assert sure.dtype == np.float32
    assert sure.max() <= 1
    np.testing.assert_allclose(sure, 1, atol=1e-5)
    random = resample_probabilities(np.random.default_rng(7).random((17, 19, 23), dtype=np.float32), shape)
    assert 0 <= random.min() <= random.max() <= 1


@pytest.mark.parametrize("shape", [(0, 4, 4), (4, 4), (4, 4, -1)], ids=str)
def test_impossible_shapes_are_refused(shape):
    for resample, argument in [
        (resample_mask, np.ones((4, 4, 4), bool)),
        (resample_probabilities, np.ones((4, 4, 4), np.float32)),
        (resample_labels, Volume(np.ones((4, 4, 4), np.uint8), Grid.of_shape((4, 4, 4)))),
    ]:
        with pytest.raises(InputError, match="at least one voxel"):
            resample(argument, shape)


def test_labels_must_be_labels():
    with pytest.raises(InputError, match="uint8"):
        resample_labels(Volume(np.ones((4, 4, 4)), Grid.of_shape((4, 4, 4))), (2, 2, 2))
