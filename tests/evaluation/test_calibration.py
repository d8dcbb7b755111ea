"""Calibration against plain loops over voxels and surgeons, and SciPy's binning."""

import numpy as np
import pytest
from scipy.stats import binned_statistic

from napari_rpdl.consensus.votes import vote_map
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.calibration import BINS, calibration


@pytest.fixture
def drilled():
    rng = np.random.default_rng(3)
    probabilities = rng.random((6, 7, 8)).astype(np.float32)
    probabilities[:3] = 0
    probabilities[0, 0, 0] = 1
    masks = [rng.random(probabilities.shape) < probabilities**2 for _ in range(5)]
    return probabilities, masks


def test_brier_is_the_mean_over_voxels_and_surgeons(drilled):
    probabilities, masks = drilled
    errors = [(float(p) - bool(mask[at])) ** 2 for mask in masks for at, p in np.ndenumerate(probabilities)]
    assert calibration(probabilities, vote_map(masks), 5).brier == pytest.approx(np.mean(errors))


def test_calibration_errors_are_those_of_scipys_bins(drilled):
    probabilities, masks = drilled
    found = calibration(probabilities, vote_map(masks), 5)
    p, share = probabilities.ravel().astype(float), np.mean(masks, axis=0).ravel()

    def error(p, share):
        means, _, places = binned_statistic(p, [p, share], "mean", BINS, (0, 1))
        counts = np.bincount(places - 1, minlength=BINS)
        gaps = np.abs(means[0] - means[1])
        return np.nansum(gaps * counts) / counts.sum(), means, counts

    whole, means, counts = error(p, share)
    assert found.error == pytest.approx(whole)
    np.testing.assert_array_equal(found.voxels, counts)
    np.testing.assert_allclose([found.mean_probability, found.mean_share], means)
    assert found.error_where_possible == pytest.approx(error(p[p >= 0.01], share[p >= 0.01])[0])


def test_shares_of_votes_are_calibrated_and_the_certainly_wrong_are_not():
    votes = np.array([[[0, 1, 2, 4]]], np.uint8)
    found = calibration((votes / 4).astype(np.float32), votes, 4)
    # Surgeons who disagree: (0 + 3/16 + 4/16 + 0) / 4 voxels.
    assert (found.error, found.brier) == (0.0, pytest.approx(7 / 64))
    wrong = calibration(np.ones((1, 1, 4), np.float32), np.zeros((1, 1, 4), np.uint8), 4)
    assert (wrong.error, wrong.brier, wrong.error_where_possible) == (1.0, 1.0, 1.0)


def test_where_nothing_is_possible_there_is_no_error_of_it():
    found = calibration(np.zeros((1, 1, 4), np.float32), np.full((1, 1, 4), 1, np.uint8), 2)
    assert (found.error, found.brier, found.error_where_possible) == (0.5, 0.5, None)


@pytest.mark.parametrize("value", [-0.1, 1.1, np.nan])
def test_what_is_no_probability_is_refused(value):
    votes = np.zeros((1, 1, 2), np.uint8)
    with pytest.raises(InputError, match="from 0 to 1"):
        calibration(np.array([[[0.5, value]]], np.float32), votes, 2)
    with pytest.raises(InputError, match="shape"):
        calibration(np.zeros((1, 1, 3), np.float32), votes, 2)
    with pytest.raises(InputError, match="at most 2 votes"):
        calibration(np.zeros((1, 1, 2), np.float32), votes + 3, 2)
