import itertools

import numpy as np
import pytest

from napari_rpdl.consensus.decision import best_threshold, dice_by_threshold, dice_optimal
from napari_rpdl.errors import InputError


def expected_dice(probabilities, region) -> float:
    """Sum over every outcome of independent voxels: the definition, nothing else."""
    total = 0.0
    for outcome in itertools.product((False, True), repeat=probabilities.size):
        drilled = np.array(outcome)
        chance = np.prod(np.where(drilled, probabilities, 1 - probabilities))
        voxels = region.sum() + drilled.sum()
        total += chance * (2 * (region & drilled).sum() / voxels if voxels else 1.0)
    return total


def best_of_all_regions(probabilities) -> float:
    regions = itertools.product((False, True), repeat=probabilities.size)
    return max(expected_dice(probabilities, np.array(region)) for region in regions)


@pytest.mark.parametrize("seed", range(8))
def test_the_region_is_within_a_hundredth_of_the_best_of_all_regions(seed):
    rng = np.random.default_rng(seed)
    probabilities = (rng.random(6) if seed % 2 else rng.beta(0.5, 0.8, 6)).astype(np.float32)
    chosen = dice_optimal(probabilities)
    assert expected_dice(probabilities, chosen.mask) > best_of_all_regions(probabilities) - 0.01
    assert abs(chosen.expected_dice - expected_dice(probabilities, chosen.mask)) < 0.06


def test_on_many_voxels_the_expected_dice_is_what_independent_surgeons_reach():
    rng = np.random.default_rng(0)
    probabilities = rng.beta(0.3, 0.9, 20_000).astype(np.float32)
    chosen = dice_optimal(probabilities)
    surgeons = rng.random((50, probabilities.size)) < probabilities
    reached = np.mean([2 * (chosen.mask & y).sum() / (chosen.mask.sum() + y.sum()) for y in surgeons])
    assert chosen.expected_dice == pytest.approx(reached, abs=0.002)


def test_a_voxel_belongs_where_it_is_more_probable_than_half_the_expected_dice():
    probabilities = np.random.default_rng(1).beta(0.5, 0.5, (10, 10, 10)).astype(np.float32)
    chosen = dice_optimal(probabilities)
    np.testing.assert_array_equal(chosen.mask, probabilities > chosen.expected_dice / 2)
    assert chosen.threshold == probabilities[chosen.mask].min()


def test_certain_voxels_are_the_answer():
    probabilities = np.array([1, 1, 0, 0], np.float32)
    chosen = dice_optimal(probabilities)
    assert chosen.mask.tolist() == [True, True, False, False]
    assert chosen.expected_dice == 1


@pytest.mark.parametrize(("probability", "threshold"), [(0.0, None), (0.001, None), (0.3, 0.3)])
def test_equal_voxels_share_one_fate(probability, threshold):
    chosen = dice_optimal(np.full(50, probability, np.float32))
    assert chosen.mask.all() == (threshold is not None)
    assert chosen.mask.any() == (threshold is not None)
    assert chosen.threshold == (None if threshold is None else pytest.approx(threshold))


@pytest.mark.parametrize("value", [-0.1, 1.5, np.nan])
def test_what_is_no_probability_is_refused(value):
    with pytest.raises(InputError, match="from 0 to 1"):
        dice_optimal(np.array([0.5, value], np.float32))


def test_the_curve_of_thresholds_is_the_dice_of_every_mask():
    rng = np.random.default_rng(2)
    probabilities = rng.random((6, 6, 6)).astype(np.float32)
    masks = list(rng.random((3, 6, 6, 6)) < probabilities)
    curve = dice_by_threshold(probabilities, masks)
    for hundredths in (1, 37, 50, 99):
        region = probabilities >= np.float32(hundredths / 100)
        one_by_one = [2 * (region & mask).sum() / (region.sum() + mask.sum()) for mask in masks]
        assert curve[hundredths - 1] == pytest.approx(np.mean(one_by_one))


def test_of_equally_good_thresholds_the_middle_one_is_taken():
    curve = np.zeros(100)
    curve[29:40] = 0.7
    assert best_threshold(curve) == 0.35
