"""The paper's numbers on the committed dataset, by plain formulas of their own."""

import numpy as np
import pytest


def plain_dice(a, b):
    return 2 * np.sum(a & b) / (np.sum(a) + np.sum(b))


def plain_rpd(judged, other, weights):
    """Paper, Eq. 6."""
    return 2 * np.sum(other * judged * weights) / np.sum((other + judged) * np.abs(weights))


def against_the_others(masks):
    """Dice and RPD of each surgeon to each of the others, with the map of these others."""
    dice, rpd = [], []
    for i, judged in enumerate(masks):
        others = [mask for k, mask in enumerate(masks) if k != i]
        votes = np.sum(others, axis=0)
        weights = np.where(votes == 0, -len(others), votes).astype(float)
        dice.append([plain_dice(judged, other) for other in others])
        rpd.append([plain_rpd(judged.astype(float), other.astype(float), weights) for other in others])
    return dice, rpd


@pytest.fixture(scope="module")
def pairs(sample_cases):
    """(bones, surgeons, others) of Dice and of RPD."""
    both = [against_the_others(case.masks()) for case in sample_cases]
    return np.array([dice for dice, _ in both]), np.array([rpd for _, rpd in both])


def spread(values):
    """Mean over the surgeons of the population SD over bones and others, as in Table III."""
    return np.mean([values[:, k].std() for k in range(values.shape[1])])


def test_as_much_is_drilled_as_in_the_paper(sample_cases):
    assert np.mean([case.masks() for case in sample_cases]) == pytest.approx(0.041, abs=0.003)


def test_surgeons_agree_as_in_the_paper(pairs):
    dice, rpd = pairs
    assert dice.shape == rpd.shape == (9, 7, 6)
    assert dice.mean() == pytest.approx(0.698, abs=0.02)
    assert spread(dice) == pytest.approx(0.088, abs=0.02)
    assert rpd.mean() == pytest.approx(0.780, abs=0.02)


def test_the_best_vote_threshold_reaches_about_four_fifths(sample_cases):
    best = []
    for case in sample_cases:
        votes = np.sum(case.masks(), axis=0)
        best.append(max(np.mean([plain_dice(votes >= v, mask) for mask in case.masks()]) for v in range(1, 8)))
    assert np.mean(best) == pytest.approx(0.80, abs=0.025)


def test_the_mean_map_of_the_other_bones_is_no_answer(sample_cases):
    mirrored = [[mask[:, :, ::-1] if case.side == "left" else mask for mask in case.masks()] for case in sample_cases]
    shares = np.array([np.mean(masks, axis=0) for masks in mirrored])
    reached = []
    for k, masks in enumerate(mirrored):
        others = np.delete(shares, k, axis=0).mean(0)
        reached.append(max(np.mean([plain_dice(others >= t, m) for m in masks]) for t in np.arange(0.1, 0.7, 0.1)))
    assert 0.5 < np.mean(reached) < 0.6
