"""How far graders agree, with each other and with themselves.

Kappas come from statsmodels. ICC and AC1 are written out here, because the libraries
that have them are unmaintained or under the GPL; the tests hold them against published
tables and against those libraries.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import f as f_distribution
from scipy.stats import friedmanchisquare
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as _fleiss_kappa

from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.paired import Interval

Scores = NDArray[np.float64]
_WEIGHTS = {"none": None, "linear": "linear", "quadratic": "fc"}


@dataclass(frozen=True, slots=True)
class Intraclass:
    """Absolute agreement, two-way random effects (Shrout & Fleiss, Psychol Bull 1979;86:420-8).

    Attributes:
        single: ICC(2,1), of one grader.
        average: ICC(2,k), of the mean of all graders.
    """

    single: Interval
    average: Interval


def percent_agreement(ratings: ArrayLike) -> float:
    """Return the share of pairs of graders who say the same, 0..1; ``ratings`` is (subjects, graders)."""
    table = _table(ratings)
    graders = table.shape[1]
    same = sum((table[:, a] == table[:, b]).mean() for a in range(graders) for b in range(a))
    return float(same / (graders * (graders - 1) / 2))


def weighted_kappa(
    first: ArrayLike, second: ArrayLike, weights: Literal["none", "linear", "quadratic"] = "quadratic"
) -> float | None:
    """Return Cohen's kappa of two series of whole scores.

    Disagreement counts 1 ("none"), its distance ("linear") or the square of it
    ("quadratic") (Cohen, Psychol Bull 1968;70:213-20). None where everything is one
    score, for then kappa is 0/0.
    """
    pair = _table(np.column_stack([np.asarray(first, float), np.asarray(second, float)]))
    low, high = int(pair.min()), int(pair.max())
    if low == high:
        return None
    edges = np.arange(low, high + 2) - 0.5
    counts = np.histogram2d(pair[:, 0], pair[:, 1], bins=(edges, edges))[0]
    return float(cohens_kappa(counts, wt=_WEIGHTS[weights], return_results=False))


def fleiss_kappa(ratings: ArrayLike) -> float | None:
    """Return Fleiss' kappa for any number of graders, ``ratings`` (subjects, graders); None where all are one score."""
    table = _table(ratings)
    if (table == table[0, 0]).all():
        return None
    return float(_fleiss_kappa(aggregate_raters(table)[0]))


def gwet_ac1(ratings: ArrayLike) -> float | None:
    """Return Gwet's AC1 (Br J Math Stat Psychol 2008;61:29-48), which does not collapse where nearly all say the same.

    AC1 = (pa - pe) / (1 - pe): pa is the mean over subjects of the share of agreeing
    pairs; pe = sum_q pi_q (1 - pi_q) / (Q - 1), pi_q the mean share of category q, Q the
    number of categories that occur. 1.0 where only one occurs.

    Args:
        ratings: (subjects, graders); NaN where a grader did not rate. Subjects with one
            rating count for pi_q only.

    Returns:
        -1..1; None where no subject has two ratings.
    """
    table = np.atleast_2d(np.asarray(ratings, np.float64))
    table = table[~np.isnan(table).all(axis=1)]
    categories = np.unique(table[~np.isnan(table)])
    counts = np.stack([(table == category).sum(axis=1) for category in categories], axis=1) if table.size else table
    raters = counts.sum(axis=1)
    judged = raters >= 2
    if not judged.any():
        return None
    if len(categories) == 1:
        return 1.0
    pairs, of = (counts[judged] * (counts[judged] - 1)).sum(axis=1), raters[judged]
    agreement = (pairs / (of * (of - 1))).mean()
    share = (counts / raters[:, None]).mean(axis=0)
    chance = (share * (1 - share)).sum() / (len(categories) - 1)
    return float((agreement - chance) / (1 - chance))


def intraclass(ratings: ArrayLike, confidence: float = 0.95) -> Intraclass | None:
    """Return ICC(2,1) and ICC(2,k) with intervals.

    With the mean squares of subjects B, graders J and the rest E, n subjects and k
    graders: ICC(2,1) = (B - E) / (B + (k - 1) E + k (J - E) / n), ICC(2,k) = (B - E) /
    (B + (J - E) / n). Intervals after Shrout & Fleiss; those of ICC(2,k) follow by the
    Spearman-Brown formula.

    Args:
        ratings: (subjects, graders), complete.
        confidence: of the intervals.

    Returns:
        None where nothing varies; intervals are missing where the graders agree wholly.
    """
    table = _table(ratings)
    n, k = table.shape
    b, j, e = _mean_squares(table)
    if not (b + (k - 1) * e + k * (j - e) / n > 0 and b + (j - e) / n > 0):
        return None
    single = (b - e) / (b + (k - 1) * e + k * (j - e) / n)
    average = (b - e) / (b + (j - e) / n)
    if e <= 1e-12 * b:
        return Intraclass(Interval(single), Interval(average))
    low, high = _icc_ends(n, k, (b, j, e), single, confidence)
    return Intraclass(Interval(single, low, high), Interval(average, _of_mean(low, k), _of_mean(high, k)))


def kendall_w(ratings: ArrayLike) -> float | None:
    """Return Kendall's coefficient of concordance, corrected for ties, 0..1.

    W = chi^2 / (m (n - 1)) with Friedman's chi^2 of m graders who rank n things
    (Kendall & Babington Smith, Ann Math Stat 1939;10:275-87).

    Args:
        ratings: (things, graders), scores of which each grader's ranks are taken.

    Returns:
        None for fewer than three things, or where every grader gives one score to all.
    """
    table = _table(ratings)
    things, graders = table.shape
    if things < 3 or (table == table[0]).all():
        return None
    return float(friedmanchisquare(*table).statistic / (graders * (things - 1)))


def _mean_squares(table: Scores) -> tuple[float, float, float]:
    n, k = table.shape
    mean, rows, columns = table.mean(), table.mean(axis=1), table.mean(axis=0)
    between = k * ((rows - mean) ** 2).sum() / (n - 1)
    graders = n * ((columns - mean) ** 2).sum() / (k - 1)
    rest = ((table - rows[:, None] - columns[None, :] + mean) ** 2).sum() / ((n - 1) * (k - 1))
    return float(between), float(graders), float(rest)


def _icc_ends(
    n: int, k: int, squares: tuple[float, float, float], single: float, confidence: float
) -> tuple[float, float]:
    b, j, e = squares
    ratio = j / e
    weight = n * (1 + (k - 1) * single) - k * single
    above = (k - 1) * (n - 1) * (k * single * ratio + weight) ** 2
    freedom = above / ((n - 1) * (k * single * ratio) ** 2 + weight**2)
    upper_tail = 1 - (1 - confidence) / 2
    lower_f = f_distribution.ppf(upper_tail, n - 1, freedom)
    upper_f = f_distribution.ppf(upper_tail, freedom, n - 1)
    rest = k * j + (k * n - k - n) * e
    low = n * (b - lower_f * e) / (lower_f * rest + n * b)
    high = n * (upper_f * b - e) / (rest + n * upper_f * b)
    return float(low), float(high)


def _of_mean(single: float, k: int) -> float:
    """Return the reliability of the mean of k graders (Spearman-Brown)."""
    return k * single / (1 + (k - 1) * single)


def _table(ratings: ArrayLike) -> Scores:
    table = np.asarray(ratings, np.float64)
    if table.ndim != 2 or table.shape[0] < 2 or table.shape[1] < 2 or not np.isfinite(table).all():
        msg = f"Agreement needs complete scores of at least two things by two graders, got {table.shape}."
        raise InputError(msg)
    return table
