"""The implied decision against Eq. (6) voxel by voxel."""

import numpy as np
import pytest

from napari_rpdl.consensus.implication import implication
from napari_rpdl.consensus.overlap import rpd
from napari_rpdl.consensus.patterns import count_patterns
from napari_rpdl.consensus.rpmap import rpmap_of
from napari_rpdl.settings import RPMAP_VARIANTS, RPMapSettings


@pytest.fixture
def masks():
    """Five surgeons who take more or less of the same noise."""
    noise = np.random.default_rng(0)
    common = noise.random((9, 10, 11))
    return [common + 0.3 * noise.random(common.shape) > border for border in (0.6, 0.7, 0.8, 0.9, 1.0)]


OWN = (RPMapSettings(worths=(-1, -1, -0.5, 0.5, 1, 1)), RPMapSettings(worths=(0, 0, 0, 0, 0, 1)))


@pytest.mark.parametrize("settings", [*RPMAP_VARIANTS.values(), *OWN])
def test_it_is_the_best_vote_threshold_by_the_map(masks, settings: RPMapSettings) -> None:
    votes, worth = np.sum(masks, axis=0), rpmap_of(masks, settings)
    expected = [np.mean([rpd(votes >= least, mask, worth) for mask in masks]) for least in range(1, 6)]
    found = implication(count_patterns(masks), settings)
    assert found.rpd == pytest.approx(expected, abs=1e-6)
    assert found.votes == np.argmax(expected) + 1
    assert found.voxels == tuple(np.bincount(votes.ravel(), minlength=6))


def test_one_surgeon_is_followed() -> None:
    mask = np.zeros((4, 4, 4), bool)
    mask[1:3] = True
    assert implication(count_patterns([mask])).votes == 1
    assert implication(count_patterns([mask])).rpd == (1.0,)


def test_where_nobody_drilled_everything_is_equal() -> None:
    nothing = np.zeros((4, 4, 4), bool)
    found = implication(count_patterns([nothing, nothing]))
    assert (found.rpd, found.votes, found.voxels) == ((1.0, 1.0), 1, (64, 0, 0))


def test_own_weights_move_the_decision(masks) -> None:
    counts = count_patterns(masks)
    steep = RPMapSettings(worths=(-1, -1, -1, -1, 1, 1))
    assert (implication(counts).votes, implication(counts, steep).votes) == (3, 4)
