import itertools

import numpy as np
import pytest
from scipy.stats import friedmanchisquare, rankdata, wilcoxon
from statsmodels.stats.multitest import multipletests

from napari_rpdl.review.comparison import compare, friedman
from napari_rpdl.review.reliability import kendall_w

# Hollander & Wolfe 1973, p. 140: three ways to round first base, 22 players (also in R's friedman.test).
ROUNDING = [
    *([5.40, 5.50, 5.55], [5.85, 5.70, 5.75], [5.20, 5.60, 5.50], [5.55, 5.50, 5.40], [5.90, 5.85, 5.70]),
    *([5.45, 5.55, 5.60], [5.40, 5.40, 5.35], [5.45, 5.50, 5.35], [5.25, 5.15, 5.00], [5.85, 5.80, 5.70]),
    *([5.25, 5.20, 5.10], [5.65, 5.55, 5.45], [5.60, 5.35, 5.45], [5.05, 5.00, 4.95], [5.50, 5.50, 5.40]),
    *([5.45, 5.55, 5.50], [5.55, 5.55, 5.35], [5.45, 5.50, 5.55], [5.50, 5.45, 5.25], [5.65, 5.60, 5.40]),
    *([5.70, 5.65, 5.55], [6.30, 6.30, 6.25]),
]


def test_friedman_is_that_of_hollander_and_wolfe():
    found = friedman(np.array(ROUNDING))
    assert found.statistic == pytest.approx(78 / 7, abs=1e-6)  # published as 11.1429
    assert not found.exact
    # R's chi-squared approximation gives .003805; random arrangements come near it for 22 blocks.
    assert found.p == pytest.approx(0.0038, abs=0.002)


def test_friedman_follows_its_formula_with_ties_and_agrees_with_kendalls_w():
    # Conover, Practical nonparametric statistics, 1999, sec. 5.8; W = chi^2 / (n (k - 1)) (Kendall 1948).
    table = np.array(ROUNDING)
    ranks = rankdata(table, axis=1)
    n, k = table.shape
    tied = sum(count**3 - count for row in table for count in np.unique(row, return_counts=True)[1])
    plain = 12 / (n * k * (k + 1)) * (ranks.sum(axis=0) ** 2).sum() - 3 * n * (k + 1)
    expected = plain / (1 - tied / (n * k * (k**2 - 1)))
    assert tied > 0
    assert friedman(table).statistic == pytest.approx(expected, abs=1e-9)
    assert kendall_w(table.T) == pytest.approx(expected / (n * (k - 1)), abs=1e-9)


def test_few_bones_are_counted_exactly():
    table = np.array([[1.0, 2.0, 3.0], [1.5, 2.5, 2.0], [0.0, 4.0, 5.0]])
    rows = [list(itertools.permutations(row)) for row in table]
    seen = friedmanchisquare(*table.T).statistic
    extreme = [friedmanchisquare(*np.array(t).T).statistic >= seen - 1e-9 for t in itertools.product(*rows)]
    found = friedman(table)
    assert found.exact
    assert found.p == pytest.approx(np.mean(extreme), abs=1e-12)


def test_three_bones_reach_028_but_no_pair():
    found = compare([[1, 2, 3]] * 3, ["wcel", "dice", "rpdl"])
    assert found.omnibus.p == pytest.approx(6 / 216)
    assert [pair.p for pair in found.pairs] == [0.25] * 3
    assert [pair.p_holm for pair in found.pairs] == [0.75] * 3
    assert "cannot show which" in " ".join(found.reach.sentences())


def test_nine_bones_reach_significance_after_holm():
    rng = np.random.default_rng(1)
    table = np.array([1.0, 2.0, 3.0]) + 0.1 * rng.random((9, 3))
    found = compare(table, ["a", "b", "c"])
    assert [pair.p_holm for pair in found.pairs] == pytest.approx([3 * 2 / 2**9] * 3)
    assert found.pairs[0].difference == pytest.approx(np.median(table[:, 0] - table[:, 1]))
    assert found.pairs[0].p == wilcoxon(table[:, 0], table[:, 1], method="exact").pvalue


def test_holm_steps_down():
    rng = np.random.default_rng(5)
    found = compare(rng.random((8, 3)) + np.array([0, 0.2, 0.9]), ["a", "b", "c"])
    raw = [pair.p for pair in found.pairs]
    assert raw != sorted(raw), "the order of the pairs is kept"
    assert [pair.p_holm for pair in found.pairs] == pytest.approx(multipletests(raw, method="holm")[1])


def test_where_nothing_differs_nothing_is_found():
    found = compare(np.ones((4, 3)), ["a", "b", "c"])
    assert (found.omnibus.p, [pair.p for pair in found.pairs]) == (1, [1] * 3)


def test_one_bone_or_one_method_compares_nothing():
    assert compare([[1, 2, 3]], ["a", "b", "c"]).pairs == ()
    assert compare([[1], [2], [3]], ["a"]).pairs == ()
    assert compare(np.empty((0, 2)), ["a", "b"]).means == ()
