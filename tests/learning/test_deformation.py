import math

import numpy as np
import pytest
import torch
from scipy.ndimage import affine_transform

from napari_rpdl.learning.augmentation import QUARTER_TURNS, apply_orientation
from napari_rpdl.learning.deformation import AS_IT_LIES, Deformation, apply_deformation, draw_deformation
from napari_rpdl.settings import DeformationSettings

RNG = np.random.default_rng(0)
LABELS = torch.from_numpy(RNG.integers(0, 14, (2, 12, 12, 12), dtype=np.uint8))


def test_nothing_wished_is_nothing_done_and_draws_nothing():
    before, rng = np.random.default_rng(7).random(), np.random.default_rng(7)
    assert draw_deformation(DeformationSettings(), rng) == AS_IT_LIES
    assert rng.random() == before
    assert apply_deformation(LABELS, AS_IT_LIES) is LABELS


@pytest.mark.parametrize("fixed", range(3))
def test_a_quarter_turn_is_that_of_the_cube_group(fixed):
    angles = [0.0, 0.0, 0.0]
    angles[fixed] = math.pi / 2
    turned = apply_deformation(LABELS, Deformation(angles=tuple(angles)))
    once = apply_orientation(LABELS, QUARTER_TURNS[fixed])
    thrice = apply_orientation(apply_orientation(once, QUARTER_TURNS[fixed]), QUARTER_TURNS[fixed])
    assert torch.equal(turned, once) or torch.equal(turned, thrice)


def test_scaling_is_that_of_scipy():
    bent = apply_deformation(LABELS, Deformation(scales=(1.25, 1.0, 0.8))).numpy()
    matrix = np.diag([1 / 1.25, 1.0, 1 / 0.8])
    offset = 5.5 - matrix @ np.full(3, 5.5)
    expected = affine_transform(LABELS[0].numpy(), matrix, offset, order=0, mode="nearest")
    # SciPy and PyTorch round exact halves differently; away from them they agree.
    assert (bent[0] == expected).mean() > 0.9


def test_channels_move_alike_and_nothing_new_appears():
    settings = DeformationSettings(rotation=10, scaling=0.1, elastic=2)
    deformation = draw_deformation(settings, np.random.default_rng(1))
    bent = apply_deformation(LABELS, deformation)
    assert torch.equal(bent[1], apply_deformation(LABELS[1:], deformation)[0])
    assert set(bent.unique().tolist()) <= set(LABELS.unique().tolist())
    assert not torch.equal(bent, LABELS)
    assert torch.equal(bent, apply_deformation(LABELS, deformation)), "a function of what was drawn"


def test_draws_stay_within_their_limits():
    settings = DeformationSettings(rotation=10, scaling=0.1, elastic=2)
    rng = np.random.default_rng(0)
    for _ in range(50):
        drawn = draw_deformation(settings, rng)
        assert max(map(abs, drawn.angles)) <= math.radians(10)
        assert all(1 / 1.1 <= scale <= 1.1 for scale in drawn.scales)


def test_elastic_moves_are_at_most_as_large_as_wished():
    ramp = torch.arange(32, dtype=torch.uint8).view(1, 32, 1, 1).expand(1, 32, 32, 32)
    moved = apply_deformation(ramp, Deformation(elastic=3, seed=5)).int() - ramp.int()
    assert 0 < moved.abs().max() <= 3
