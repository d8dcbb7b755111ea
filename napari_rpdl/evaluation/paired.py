"""Differences between two methods on the same bones, and how certain they are.

The bone is the unit: surgeons, seeds and repetitions of one bone do not count as further
evidence. With nine bones the normal approximation is not good enough, so every p is
exact: all 2^n ways to flip the signs of the differences are counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import bootstrap, permutation_test, rankdata

Values = NDArray[np.float64]

_EXACT_BONES = 15
"""Up to so many differences all sign patterns are counted; beyond, 99999 random ones."""
_FLIPS = 99_999
_BOOTSTRAPS = 2_000
_MIN_FOR_INTERVAL = 3
_DECIMALS = 12
"""Differences that are equal on paper differ in their last bits, which would break ties."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and its 95 % interval; the ends are None where there is none."""

    value: float
    low: float | None = None
    high: float | None = None


def mean_interval(values: ArrayLike, seed: int = 0) -> Interval:
    """Return the mean and its 95 % interval (bias-corrected bootstrap over the values).

    Below three values there is no interval: resampling two bones says nothing about others.
    """
    told = np.asarray(values, np.float64)
    mean = float(told.mean())
    if len(told) < _MIN_FOR_INTERVAL:
        return Interval(mean)
    if np.ptp(told.round(_DECIMALS)) == 0:
        return Interval(mean, mean, mean)
    found = bootstrap((told,), np.mean, n_resamples=_BOOTSTRAPS, rng=np.random.default_rng(seed), method="BCa")
    low, high = found.confidence_interval
    return Interval(mean, float(low), float(high))


def signed_rank_p(differences: ArrayLike, seed: int = 0) -> float:
    """Return the two-sided p of Wilcoxon's signed-rank test, exact with ties too.

    Zeros are dropped (Wilcoxon, Biometrics Bull 1945;1:80-3); 1.0 where nothing differs.

    Args:
        differences: one for each bone.
        seed: of the random sign patterns where there are too many to count.
    """
    told = _cleaned(differences)
    nonzero = told[told != 0]
    # Flipping a difference flips its signed rank; SciPy's own test does the same, a hundred times slower.
    return _flip_p(np.sign(nonzero) * rankdata(np.abs(nonzero)), seed)


def sign_flip_p(differences: ArrayLike, seed: int = 0) -> float:
    """Return the two-sided p of the mean difference when each bone's sign is as likely + as - (Fisher).

    1.0 where nothing differs; arguments as ``signed_rank_p``.
    """
    return _flip_p(_cleaned(differences), seed)


def holm(raw: Sequence[float]) -> Values:
    """Return the p-values after Holm's step-down correction (Scand J Stat 1979;6:65-70), in the given order."""
    # Not by statsmodels, which collects all garbage in each call: up to a second where a viewer is open.
    order = np.argsort(raw)
    stepped = np.maximum.accumulate(np.array(raw, np.float64)[order] * np.arange(len(order), 0, -1))
    corrected = np.empty(len(order))
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected


def smallest_p(bones: int) -> float:
    """Return the smallest two-sided p that n bones can reach: all point one way, 2 of 2^n sign patterns."""
    return min(1.0, 2.0 ** (1 - bones)) if bones else 1.0


def _cleaned(differences: ArrayLike) -> Values:
    told: Values = np.asarray(differences, np.float64)
    return told.round(_DECIMALS)


def _flip_p(values: Values, seed: int) -> float:
    """Return the two-sided p of the values' mean under flips of their signs."""
    if len(values) < 2 or not values.any():
        return 1.0
    found = permutation_test(
        (values,),
        np.mean,
        permutation_type="samples",
        vectorized=True,
        n_resamples=2 ** len(values) if len(values) <= _EXACT_BONES else _FLIPS,
        batch=10_000,
        rng=np.random.default_rng(seed),
    )
    return float(found.pvalue)
