"""Whether methods differ, with bones as blocks; and what the number of bones cannot tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import friedmanchisquare, permutation_test, rankdata

from napari_rpdl.evaluation.paired import Interval, holm, mean_interval, signed_rank_p
from napari_rpdl.review.power import Reach, reach

_EXACT_UP_TO = 50_000
_RESAMPLES = 9_999


@dataclass(frozen=True, slots=True)
class Omnibus:
    """Friedman's test over all methods.

    Attributes:
        statistic: Friedman's chi^2, corrected for ties.
        p: share of arrangements within bones that are at least as extreme.
        exact: whether all arrangements were counted, or 9999 random ones.
    """

    statistic: float
    p: float
    exact: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """One method against another.

    Attributes:
        first: name of the one.
        second: name of the other.
        difference: median over bones of first - second.
        p: two-sided exact Wilcoxon signed-rank test.
        p_holm: after Holm's correction for all pairs.
    """

    first: str
    second: str
    difference: float
    p: float
    p_holm: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything about the differences between methods in one measure.

    Attributes:
        methods: names.
        means: mean over bones, with bootstrap intervals over bones.
        bones: number of bones with a score of every method.
        omnibus: None for fewer than three methods or two bones.
        pairs: each two methods; empty for a single bone.
        reach: what this number of bones can show at best.
    """

    methods: tuple[str, ...]
    means: tuple[Interval, ...]
    bones: int
    omnibus: Omnibus | None
    pairs: tuple[Pair, ...]
    reach: Reach


def compare(scores: ArrayLike, methods: Sequence[str], seed: int = 0) -> Comparison:
    """Compare methods by their scores on the same bones.

    Args:
        scores: (bones, methods), complete.
        methods: names of the columns.
        seed: of the bootstrap, and of the permutations where there are too many.
    """
    table = np.asarray(scores, np.float64).reshape(-1, len(methods))
    bones = len(table)
    return Comparison(
        methods=tuple(methods),
        means=tuple(mean_interval(column, seed) for column in table.T) if bones else (),
        bones=bones,
        omnibus=friedman(table, seed) if bones > 1 and len(methods) > 2 else None,
        pairs=_pairs(table, methods) if bones > 1 else (),
        reach=reach(bones, len(methods)),
    )


def friedman(table: NDArray[np.float64], seed: int = 0) -> Omnibus:
    """Return Friedman's test of (bones, methods) with a p by permutation within bones.

    The chi^2 approximation is wrong for few bones (3 bones, 3 methods: .050 instead of
    .028), so arrangements are counted: all (k!)^n where these are few, else random ones.
    """
    if (np.ptp(table, axis=1) == 0).all():
        return Omnibus(0.0, 1.0, exact=True)
    exact = factorial(table.shape[1]) ** len(table) <= _EXACT_UP_TO
    ranks = rankdata(table, axis=1)
    found = permutation_test(
        list(ranks.T),
        _sum_of_squared_rank_sums,
        permutation_type="samples",
        vectorized=True,
        alternative="greater",
        n_resamples=_EXACT_UP_TO if exact else _RESAMPLES,
        batch=1000,
        rng=np.random.default_rng(seed),
    )
    return Omnibus(float(friedmanchisquare(*table.T).statistic), float(found.pvalue), exact)


def _sum_of_squared_rank_sums(*ranks: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Return what Friedman's chi^2 grows with, whichever way the ranks are arranged."""
    return np.asarray(sum(column.sum(axis=axis) ** 2 for column in ranks))


def _pairs(table: NDArray[np.float64], methods: Sequence[str]) -> tuple[Pair, ...]:
    places = list(combinations(range(len(methods)), 2))
    if not places:
        return ()
    differences = [table[:, a] - table[:, b] for a, b in places]
    raw = [signed_rank_p(difference) for difference in differences]
    corrected = holm(raw)
    return tuple(
        Pair(methods[a], methods[b], float(np.median(difference)), p, float(holm))
        for (a, b), difference, p, holm in zip(places, differences, raw, corrected, strict=True)
    )
