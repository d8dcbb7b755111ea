"""Looked-up maps against the ones that are built voxel by voxel."""

import numpy as np
import pytest

from napari_rpdl.consensus.ballots import Ballots
from napari_rpdl.consensus.implication import implication
from napari_rpdl.consensus.patterns import count_patterns
from napari_rpdl.consensus.rpmap import rpmap_of
from napari_rpdl.consensus.votes import vote_map
from napari_rpdl.errors import InputError
from napari_rpdl.settings import RPMAP_VARIANTS, RPMapSettings

OWN = RPMapSettings(worths=(-2.0, -0.5, 0.25, 0.25, 3.0))


def noise(surgeons: int) -> list[np.ndarray]:
    random = np.random.default_rng(surgeons)
    common = random.random((9, 10, 11))
    return [common + 0.3 * random.random(common.shape) > 0.6 + 0.4 * k / surgeons for k in range(surgeons)]


@pytest.mark.parametrize("surgeons", [1, 5, 9, 20])
def test_it_is_the_map_of_those_who_count(surgeons: int) -> None:
    masks = noise(surgeons)
    ballots = Ballots.of(masks)
    everyone = [True] * surgeons
    counted = [k % 3 != 1 for k in range(surgeons)]
    for who in (everyone, counted):
        some = [mask for mask, counts in zip(masks, who, strict=True) if counts]
        for settings in RPMAP_VARIANTS.values():
            worth = ballots.rpmap(who, settings)
            expected = rpmap_of(some, settings)
            assert np.array_equal(np.asarray(worth), expected)
            assert (worth.lowest, worth.highest) == pytest.approx((min(expected.min(), 0), max(expected.max(), 0)))
            assert implication(ballots.counts(who), settings) == implication(count_patterns(some), settings)
        for votes in range(1, len(some) + 1):
            assert np.array_equal(ballots.at_least(votes, who), vote_map(some) >= votes)


def test_own_weights_are_the_map() -> None:
    masks = noise(4)
    worth = Ballots.of(masks).rpmap([True] * 4, OWN)
    expected = np.float32(OWN.worths)[np.sum(masks, axis=0)]
    assert np.array_equal(np.asarray(worth), expected)
    assert np.array_equal(rpmap_of(masks, OWN), expected)
    assert np.array_equal(worth[3], expected[3])
    assert np.array_equal(worth[:, 2:5, ::2], expected[:, 2:5, ::2])
    assert (worth.shape, worth.ndim, worth.size, worth.dtype) == (expected.shape, 3, expected.size, np.float32)
    assert np.asarray(worth, np.float64).dtype == np.float64


def test_weights_must_fit_those_who_count() -> None:
    with pytest.raises(InputError, match="Expected 4 weights"):
        Ballots.of(noise(4)).rpmap([True, True, False, True], OWN)


def test_masks_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="of shape"):
        Ballots.of([np.zeros((2, 2, 2), bool), np.zeros((3, 2, 2), bool)])
    with pytest.raises(InputError, match="at least one"):
        Ballots.of([])


def test_a_map_becomes_another_of_the_same_ballots_only() -> None:
    masks = noise(4)
    ballots = Ballots.of(masks)
    kept, other = ballots.rpmap([True] * 4), ballots.rpmap([True] * 4, OWN)
    assert kept.become(other)
    assert np.array_equal(np.asarray(kept), np.asarray(other))
    assert (kept.lowest, kept.highest) == (-2, 3)
    assert not kept.become(Ballots.of(masks).rpmap([True] * 4))
    assert np.array_equal(np.asarray(kept), np.asarray(other))
