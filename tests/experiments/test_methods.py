from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from napari_rpdl.experiments.methods import scored_answer, surgeons_among_each_other


def dice(a, b):
    return 2 * (a & b).sum() / (a.sum() + b.sum())


def rpd(a, b, m):
    """Eq. (6) of the paper, written out."""
    weight = np.abs(m)
    return 2 * (weight * (a & b)).sum() / ((weight * a).sum() + (weight * b).sum())


def test_surgeons_are_compared_with_the_others_only(small_case):
    found = surgeons_among_each_other(small_case)
    masks = dict(zip(small_case.surgeons, small_case.masks(), strict=True))
    pairs = [dice(masks[a], masks[b]) for a, b in permutations(masks, 2)]
    assert found.dice_mean == pytest.approx(np.mean(pairs))
    assert found.dice_sd == pytest.approx(np.std(pairs))
    first = [dice(masks[other], masks["surgeon_1"]) for other in ("surgeon_2", "surgeon_3")]
    assert found.dice[0] == pytest.approx(np.mean(first))
    votes = sum(mask.astype(float) for mask in masks.values())
    rewards = np.where(votes > 0, votes / 3, -1)
    weighted = [rpd(masks[a], masks[b], rewards) for a, b in permutations(masks, 2)]
    assert found.rpd_mean == pytest.approx(np.mean(weighted), rel=1e-5)
    assert found.volume_ratio == 1


def test_a_single_surgeon_has_nobody_to_agree_with(small_case):
    assert surgeons_among_each_other(replace(small_case, annotations=small_case.annotations[:1])) is None


def test_critical_voxels_of_the_surgeons_are_a_mean(small_case):
    labels = small_case.labels().copy()
    labels[tuple(np.argwhere(small_case.masks()[2] & ~small_case.masks()[1])[0])] = 7
    case = replace(small_case, structures=replace(small_case.structures, voxels=labels))
    assert surgeons_among_each_other(case).critical_voxels["sigmoid sinus"] == pytest.approx(1 / 3)


def test_an_answer_keeps_its_mask_and_its_scores(small_case):
    mask = small_case.masks()[0]
    answer = scored_answer("network", "Network", mask, small_case)
    assert answer.mask is mask
    assert answer.scores.dice == pytest.approx([dice(mask, other) for other in small_case.masks()])
    assert answer.scores.title == "Network"
