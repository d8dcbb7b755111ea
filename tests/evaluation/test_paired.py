"""Paired tests against the paper's own table, SciPy, statsmodels and published examples."""

import itertools

import numpy as np
import pytest
from scipy.stats import rankdata, wilcoxon
from statsmodels.stats.descriptivestats import sign_test
from statsmodels.stats.multitest import multipletests

from napari_rpdl.evaluation.paired import holm, mean_interval, sign_flip_p, signed_rank_p, smallest_p

# Darwin's Zea mays, crossed less self-fertilised height in eighths of an inch (Fisher, Design of Experiments, 1935).
MAIZE = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
# He et al. 2020, Tables I and II, Dice of bones 1 to 9: RPDL less DL.
PAPER = {
    "U-net": [0.068, 0.097, 0.146, 0.051, 0.055, 0.023, -0.021, 0.030, -0.003],
    "V-net": [0.041, 0.124, 0.048, 0.022, 0.210, 0.006, 0.052, 0.003, 0.002],
    "Isensee17": [0.038, -0.025, 0.047, 0.043, 0.051, 0.116, 0.003, 0.098, 0.060],
    "Myronenko18": [0.016, 0.004, 0.041, -0.030, 0.008, 0.036, -0.020, -0.014, 0.091],
}


def all_flips(values):
    return [np.array(signs) * values for signs in itertools.product((1, -1), repeat=len(values))]


@pytest.mark.parametrize(
    ("network", "p"), [("U-net", 0.020), ("V-net", 0.004), ("Isensee17", 0.012), ("Myronenko18", 0.36)]
)
def test_the_papers_tables_give_known_p_values(network, p):
    differences = np.array(PAPER[network])
    assert signed_rank_p(differences) == pytest.approx(p, abs=0.0051 if p > 0.1 else 0.0006)
    if len(set(np.abs(differences))) == 9:
        assert signed_rank_p(differences) == pytest.approx(wilcoxon(differences, method="exact").pvalue)


@pytest.mark.parametrize("seed", range(4))
def test_both_tests_count_every_sign_pattern(seed):
    values = np.round(np.random.default_rng(seed).normal(0.3, 1, 8), 1)
    values[values == 0] = 0.5
    ranks = rankdata(np.abs(values))
    rank_sums = [abs((np.sign(flip) * ranks).sum()) for flip in all_flips(values)]
    means = [abs(flip.mean()) for flip in all_flips(values)]
    expected_rank = np.mean(np.array(rank_sums) >= abs((np.sign(values) * ranks).sum()) - 1e-9)
    expected_mean = np.mean(np.array(means) >= abs(values.mean()) - 1e-9)
    assert signed_rank_p(values) == pytest.approx(expected_rank)
    assert sign_flip_p(values) == pytest.approx(expected_mean)


def test_fishers_maize():
    # Fisher counted 863 of 32768 patterns with a sum at least as large, one-sided; twice that is two-sided.
    assert sign_flip_p(MAIZE) == pytest.approx(2 * 863 / 2**15, rel=1e-6)


def test_many_bones_are_sampled_close_to_the_normal_approximation():
    values = np.random.default_rng(2).normal(0.4, 1, 40)
    assert signed_rank_p(values) == pytest.approx(wilcoxon(values, method="asymptotic").pvalue, abs=0.003)
    assert signed_rank_p(values, seed=3) == signed_rank_p(values, seed=3)
    assert sign_flip_p(values) == pytest.approx(signed_rank_p(values), abs=0.02)


def test_zeros_are_dropped_and_nothing_differs_at_all():
    assert signed_rank_p([0.0, 1.0, 2.0, 3.0]) == signed_rank_p([1.0, 2.0, 3.0]) == 0.25
    assert (signed_rank_p([0.0, 0.0]), sign_flip_p([0.0, 0.0])) == (1.0, 1.0)


def test_equal_differences_stay_equal_in_floating_point():
    assert signed_rank_p([0.3 - 0.2, 0.1, -(0.7 - 0.6)]) == signed_rank_p([1, 1, -1]) == 1.0


@pytest.mark.parametrize("bones", range(1, 11))
def test_the_smallest_p_is_reached_where_all_bones_agree(bones):
    values = np.arange(1.0, bones + 1)
    assert smallest_p(bones) == pytest.approx(sign_test(values)[1])
    assert signed_rank_p(values) == sign_flip_p(values) == pytest.approx(smallest_p(bones))


def test_without_bones_nothing_can_be_shown():
    assert smallest_p(0) == 1.0


def test_holm_is_that_of_statsmodels():
    raw = [0.04, 0.001, 0.03, 0.8, 0.012]
    assert holm(raw) == pytest.approx(multipletests(raw, method="holm")[1])
    assert holm([]).tolist() == []


def test_intervals_are_those_of_many_bones_and_absent_for_two():
    values = np.random.default_rng(0).normal(10, 2, 60)
    found = mean_interval(values)
    assert [found.low, found.high] == pytest.approx(10 + np.array([-1.96, 1.96]) * 2 / np.sqrt(60), abs=0.35)
    assert mean_interval([1, 2]).low is None
    assert mean_interval([2, 2, 2]).high == 2
    assert mean_interval([1, 1 + 2e-16, 1, 1 - 1e-16]).high == pytest.approx(1), (
        "no NaN where only the last bit differs"
    )
    assert mean_interval(values) == mean_interval(values)
