import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import f, rankdata
from statsmodels.formula.api import ols

from napari_rpdl.errors import InputError
from napari_rpdl.review.reliability import (
    fleiss_kappa,
    gwet_ac1,
    intraclass,
    kendall_w,
    percent_agreement,
    weighted_kappa,
)

# Shrout & Fleiss, Psychol Bull 1979;86:420-8, Table 2: six targets, four judges.
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
# Siegel, Nonparametric statistics, 1956, ch. 9: three executives rank six applicants.
SIEGEL = np.array([[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]]).T
# Fleiss' own kind of table (14 graders, 10 subjects, 5 categories), as in Wikipedia's worked example.
FLEISS = [
    *([0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1]),
    *([7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]),
]


def test_icc_is_that_of_shrout_and_fleiss():
    found = intraclass(SHROUT_FLEISS)
    assert found.single.value == pytest.approx(0.29, abs=5e-3)
    assert found.average.value == pytest.approx(0.62, abs=5e-3)
    # pingouin 0.6.1 on the same table: ICC(A,1), ICC(A,k) and their intervals.
    assert found.single.value == pytest.approx(0.28976377952755916, abs=1e-12)
    assert found.average.value == pytest.approx(0.6200505475989893, abs=1e-12)
    assert [found.single.low, found.single.high] == pytest.approx([0.02, 0.76], abs=5e-3)
    assert [found.average.low, found.average.high] == pytest.approx([0.07, 0.93], abs=5e-3)


def test_icc_agrees_with_mean_squares_of_an_analysis_of_variance():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(12, 1)) + rng.normal(size=(1, 3)) + 0.6 * rng.normal(size=(12, 3))
    subject, grader = np.indices(table.shape)
    data = {"score": table.ravel(), "subject": subject.ravel(), "grader": grader.ravel()}
    squares = sm.stats.anova_lm(ols("score ~ C(subject) + C(grader)", data).fit())
    b, j, e = (squares["sum_sq"] / squares["df"]).to_numpy()
    found = intraclass(table)
    assert found.single.value == pytest.approx((b - e) / (b + 2 * e + 3 * (j - e) / 12), abs=1e-9)
    assert found.average.value == pytest.approx((b - e) / (b + (j - e) / 12), abs=1e-9)
    # The interval of ICC(A,1) as McGraw & Wong give it, Psychol Methods 1996;1:30-46, Table 7.
    n, k, r = 12, 3, found.single.value
    one, other = k * r / (n * (1 - r)), 1 + k * r * (n - 1) / (n * (1 - r))
    freedom = (one * j + other * e) ** 2 / ((one * j) ** 2 / (k - 1) + (other * e) ** 2 / ((n - 1) * (k - 1)))
    lower, upper = f.ppf(0.975, n - 1, freedom), f.ppf(0.975, freedom, n - 1)
    rest = k * j + (k * n - k - n) * e
    low, high = n * (b - lower * e) / (lower * rest + n * b), n * (upper * b - e) / (rest + n * upper * b)
    assert [found.single.low, found.single.high] == pytest.approx([low, high], abs=1e-9)
    assert found.average.low == pytest.approx(k * low / (1 + (k - 1) * low), abs=1e-9)


def test_icc_without_variation_or_without_disagreement():
    assert intraclass([[3, 3], [3, 3]]) is None
    assert intraclass([[1, 1], [5, 5], [2, 2]]).single.value == 1
    assert intraclass([[1, 1], [5, 5], [2, 2]]).single.low is None


@pytest.mark.parametrize(("yes", "first", "second"), [(118, 5, 2)])
def test_ac1_stands_where_kappa_collapses(yes, first, second):
    # Gwet 2002: 118 times both +, 5 and 2 times one of them; AC1 .9408, kappa -.0234.
    table = np.array([[1, 1]] * yes + [[1, 0]] * first + [[0, 1]] * second)
    assert gwet_ac1(table) == pytest.approx(0.94078, abs=5e-6)
    assert weighted_kappa(*table.T, "none") == pytest.approx(-0.0234, abs=5e-5)
    same, by_chance = 118 / 125, (123 * 120 + 2 * 5) / 125**2  # Cohen, Educ Psychol Meas 1960;20:37-46
    assert weighted_kappa(*table.T, "none") == pytest.approx((same - by_chance) / (1 - by_chance), abs=1e-12)
    assert percent_agreement(table) == pytest.approx(0.944)


def test_ac1_of_many_graders_and_with_gaps_is_that_of_irr_cac():
    # irrCAC 0.4.4 (Gwet's own package) on the same tables.
    table = [*([1] * 4, [2, 2, 3, 2], [3] * 4, [3] * 4, [2] * 4, [1, 2, 3, 4], [4] * 4, [1, 1, 2, 1], [2] * 4)]
    table += [[1, 5, 5, 5], [5] * 4, [3, 1, 2, 3]]
    assert gwet_ac1(table) == pytest.approx(0.65527, abs=5e-6)
    assert fleiss_kappa(table) == pytest.approx(0.64246, abs=5e-6)
    assert gwet_ac1([[1, 1], [1, 0], [0, 1], [1, np.nan], [0, 0], [1, 1]]) == pytest.approx(0.28, abs=5e-6)


def test_ac1_follows_gwets_formula():
    # Gwet 2008, eq. (6) for two graders: (pa - pe) / (1 - pe), pe = sum of pi (1 - pi) / (q - 1).
    rng = np.random.default_rng(3)
    first = rng.integers(1, 5, 60)
    second = np.where(rng.random(60) < 0.7, first, rng.integers(1, 5, 60))
    share = [((first == score).mean() + (second == score).mean()) / 2 for score in range(1, 5)]
    chance = sum(p * (1 - p) for p in share) / 3
    expected = ((first == second).mean() - chance) / (1 - chance)
    assert gwet_ac1(np.stack([first, second], axis=1)) == pytest.approx(expected, abs=1e-9)


def test_ac1_at_its_edges():
    assert gwet_ac1([[1, 1], [1, 1]]) == 1
    assert gwet_ac1([[1, np.nan], [np.nan, 0]]) is None
    assert gwet_ac1(np.full((3, 2), np.nan)) is None


def test_fleiss_kappa_is_that_of_the_worked_example():
    table = [np.repeat(np.arange(5), row) for row in FLEISS]
    assert fleiss_kappa(table) == pytest.approx(0.210, abs=5e-4)
    # Fleiss, Psychol Bull 1971;76:378-82: pairs of graders that agree, against what their shares give by chance.
    agreeing = np.mean([sum(n * (n - 1) for n in row) / (14 * 13) for row in FLEISS])
    chance = ((np.sum(FLEISS, axis=0) / (10 * 14)) ** 2).sum()
    assert fleiss_kappa(table) == pytest.approx((agreeing - chance) / (1 - chance), abs=1e-12)
    assert fleiss_kappa([[2, 2], [2, 2]]) is None


@pytest.mark.parametrize("power", [1, 2])
def test_weighted_kappa_follows_cohens_formula(power):
    first, second = [1, 2, 3, 4, 5, 3, 2, 5, 1, 4], [1, 3, 3, 5, 4, 3, 1, 5, 2, 2]
    observed = np.mean([abs(a - b) ** power for a, b in zip(first, second, strict=True)])
    chance = np.mean([abs(a - b) ** power for a in first for b in second])
    found = weighted_kappa(first, second, "linear" if power == 1 else "quadratic")
    assert found == pytest.approx(1 - observed / chance, abs=1e-12)


def test_weighted_kappa_of_a_single_score_is_undefined():
    assert weighted_kappa([3, 3], [3, 3]) is None


def test_kendalls_w_is_that_of_siegel():
    assert kendall_w(SIEGEL) == pytest.approx(25.5 / (9 * (6**3 - 6) / 12), abs=1e-12)
    assert kendall_w(SIEGEL) == pytest.approx(0.16, abs=5e-3)


def test_kendalls_w_with_ties_follows_kendalls_correction():
    scores = np.array([[1, 1, 2, 5, 5], [2, 1, 2, 4, 5], [3, 2, 2, 2, 4]]).T
    ranks = rankdata(scores, axis=0)
    m, n = 3, 5
    spread = ((ranks.sum(axis=1) - m * (n + 1) / 2) ** 2).sum()
    tied = sum((count**3 - count) for column in scores.T for count in np.unique(column, return_counts=True)[1])
    assert kendall_w(scores) == pytest.approx(12 * spread / (m**2 * (n**3 - n) - m * tied), abs=1e-12)


def test_kendalls_w_at_its_edges():
    assert kendall_w([[1, 1], [2, 2], [3, 3]]) == pytest.approx(1)
    assert kendall_w([[1, 2], [1, 2], [1, 2]]) is None
    assert kendall_w([[1, 2], [3, 4]]) is None


def test_gaps_are_refused_where_the_formula_has_no_place_for_them():
    with pytest.raises(InputError, match="complete scores"):
        intraclass([[1, np.nan], [2, 3]])
    with pytest.raises(InputError, match="complete scores"):
        kendall_w([[1], [2], [3]])
