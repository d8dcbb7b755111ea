from itertools import product

import numpy as np
import pytest

from napari_rpdl.consensus.oracle import best_mean_dice, exact_oracle, vote_oracle
from napari_rpdl.consensus.overlap import dice
from napari_rpdl.consensus.patterns import count_patterns
from napari_rpdl.consensus.votes import vote_map


def mean_dice(mask, masks):
    return float(np.mean([dice(mask, other) for other in masks]))


def every_mask(shape):
    for bits in product([False, True], repeat=int(np.prod(shape))):
        yield np.array(bits).reshape(shape)


@pytest.mark.parametrize("seed", range(60))
def test_no_mask_at_all_is_better(seed):
    random = np.random.default_rng(seed)
    masks = [random.random((1, 3, 3)) < random.uniform(0.05, 0.9) for _ in range(random.integers(2, 5))]
    best = max(mean_dice(mask, masks) for mask in every_mask((1, 3, 3)))
    oracle = exact_oracle(masks)
    assert oracle.dice == pytest.approx(best, abs=1e-12)
    assert mean_dice(oracle.mask, masks) == pytest.approx(best, abs=1e-12)
    assert best_mean_dice(count_patterns(masks)) == pytest.approx(best, abs=1e-12)


@pytest.mark.parametrize("surgeons", [1, 2, 7, 9, 20])
def test_every_size_is_tried(random_masks, surgeons):
    """The algorithm of the definition, size by size, with voxels instead of patterns."""
    masks = random_masks(surgeons, (4, 5, 6))
    drilled = np.array([mask.ravel() for mask in masks], float)
    best = 0.0
    for size in range(1, drilled.shape[1] + 1):
        weights = 2 / surgeons * (drilled / (size + drilled.sum(axis=1, keepdims=True))).sum(axis=0)
        best = max(best, float(np.sort(weights)[::-1][:size].sum()))
    assert exact_oracle(masks).dice == pytest.approx(best, abs=1e-12)


def test_the_exact_oracle_may_be_no_threshold():
    """One drilled ten voxels, two a single one each: the two single ones together are best."""
    masks = [np.zeros((1, 1, 12), bool) for _ in range(3)]
    masks[0][..., :10] = masks[1][..., 4] = masks[2][..., 10] = True
    oracle = exact_oracle(masks)
    assert np.flatnonzero(oracle.mask).tolist() == [4, 10]
    assert oracle.votes is None
    assert oracle.dice == pytest.approx((2 / 12 + 2 / 3 + 2 / 3) / 3)
    assert vote_oracle(masks).dice == pytest.approx((20 / 21 + 2 / 12 + 2 / 12) / 3)


@pytest.mark.parametrize("surgeons", [1, 3, 7, 9, 18])
def test_the_vote_oracle_is_the_best_threshold(random_masks, surgeons):
    masks = random_masks(surgeons)
    scores = [mean_dice(vote_map(masks) >= votes, masks) for votes in range(1, surgeons + 1)]
    oracle = vote_oracle(masks)
    assert oracle.dice == pytest.approx(max(scores))
    assert oracle.votes == 1 + int(np.argmax(scores))
    np.testing.assert_array_equal(oracle.mask, vote_map(masks) >= oracle.votes)


def test_one_surgeon_agrees_with_themselves(random_masks):
    masks = random_masks(1)
    for oracle in (vote_oracle(masks), exact_oracle(masks)):
        assert (oracle.dice, oracle.votes) == (1.0, 1)
        np.testing.assert_array_equal(oracle.mask, masks[0])


def test_where_nobody_drilled_the_oracle_is_empty():
    oracle = exact_oracle([np.zeros((2, 2, 2), bool)] * 3)
    assert oracle.dice == 1.0
    assert not oracle.mask.any()


def test_where_most_did_not_drill_the_oracle_is_empty():
    masks = [np.zeros((1, 1, 4), bool) for _ in range(3)]
    masks[0][...] = True
    oracle = exact_oracle(masks)
    assert oracle.dice == pytest.approx(2 / 3)
    assert not oracle.mask.any()
