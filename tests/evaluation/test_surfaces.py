"""Surface figures against MONAI, scikit-image and all pairs of voxels."""

import numpy as np
import pytest
import torch
from monai.metrics import compute_average_surface_distance, compute_hausdorff_distance, compute_surface_dice
from scipy.spatial.distance import cdist
from skimage.metrics import hausdorff_distance

from napari_rpdl.data.volume import Grid
from napari_rpdl.evaluation.surfaces import Surface, surface_distances, unit_of

STEPS = (0.4, 0.5, 0.7)


def blob(seed, size=20, spread=2.5):
    """A wavy ball; some touch the edge of the grid."""
    rng = np.random.default_rng(seed)
    z, y, x = np.indices((size,) * 3)
    centre = rng.uniform(size * 0.25, size * 0.75, 3)
    waves = np.sin(z / 2 + rng.random()) + np.cos(y / 3 + rng.random())
    return np.sqrt((z - centre[0]) ** 2 + (y - centre[1]) ** 2 + (x - centre[2]) ** 2) + waves < spread + size / 4


def as_tensor(mask):
    return torch.from_numpy(mask)[None, None].float()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("steps", [STEPS, None])
def test_figures_are_monais(seed, steps):
    first, second = blob(seed), blob(seed + 10)
    found = surface_distances(first, second, Grid.of_shape(first.shape, steps))
    both = {"y_pred": as_tensor(first), "y": as_tensor(second), "spacing": steps or 1.0, "include_background": True}
    for tolerance in (0.5, 1.0, 2.0):
        surface_dice = compute_surface_dice(class_thresholds=[tolerance], **both).item()
        assert found.dice(tolerance) == pytest.approx(surface_dice, abs=1e-6)
    for percent in (95, 100):
        distance = compute_hausdorff_distance(percentile=percent, **both).item()
        assert found.hausdorff(percent) == pytest.approx(distance, rel=1e-6)
    average = compute_average_surface_distance(symmetric=True, **both).item()
    assert found.average() == pytest.approx(average, rel=1e-6)


def test_hausdorff_is_that_of_scikit_image():
    first, second = blob(1), blob(2)
    shells = []
    for mask in (first, second):
        shell = np.zeros_like(mask)
        shell[tuple(Surface(mask, (1, 1, 1)).points.astype(int).T)] = True
        shells.append(shell)
    found = surface_distances(first, second, Grid.of_shape(first.shape)).hausdorff(100)
    assert found == pytest.approx(hausdorff_distance(*shells))


def test_every_distance_is_the_smallest_of_all_pairs():
    first, second = Surface(blob(3), STEPS), Surface(blob(4), STEPS)
    between = cdist(first.points, second.points)
    np.testing.assert_allclose(second.distance_of(first.points), between.min(axis=1))
    np.testing.assert_allclose(first.distance_of(second.points), between.min(axis=0))


def test_a_box_at_the_edge_of_the_grid_has_a_surface_there():
    mask = np.zeros((5, 5, 5), bool)
    mask[:3, :3, :3] = True
    points = {tuple(point) for point in Surface(mask, (1, 1, 1)).points}
    assert points == {(z, y, x) for z in range(3) for y in range(3) for x in range(3)} - {(1, 1, 1)}
    whole = np.ones((4, 4, 4), bool)
    assert len(Surface(whole, (1, 1, 1)).points) == 64 - 8


def test_a_shift_by_two_voxels_by_hand():
    first, second = np.zeros((1, 1, 9), bool), np.zeros((1, 1, 9), bool)
    first[..., 1:4], second[..., 3:6] = True, True
    found = surface_distances(first, second, Grid.of_shape(first.shape, (1.0, 1.0, 0.5)))
    # Voxels 1 2 3 are 2 1 0 from the nearest of 3 4 5, at half a millimetre each.
    assert sorted(found.there) == sorted(found.back) == [0.0, 0.5, 1.0]
    assert (found.dice(0), found.dice(0.5), found.average()) == (2 / 6, 4 / 6, 0.5)
    assert found.hausdorff(100) == 1.0
    assert found.hausdorff(95) == pytest.approx(0.95)


def test_where_a_region_is_empty():
    nothing, something = np.zeros((6, 6, 6), bool), np.zeros((6, 6, 6), bool)
    something[2, 2, 2] = True
    grid = Grid.of_shape((6, 6, 6))
    both = surface_distances(nothing, nothing, grid)
    assert (both.dice(1), both.hausdorff(), both.average()) == (1.0, 0.0, 0.0)
    for one in (surface_distances(nothing, something, grid), surface_distances(something, nothing, grid)):
        assert (one.dice(1), one.hausdorff(), one.average()) == (0.0, None, None)


def test_units():
    assert unit_of(Grid.of_shape((2, 2, 2))) == "voxels"
    assert unit_of(Grid.of_shape((2, 2, 2), STEPS)) == "mm"
