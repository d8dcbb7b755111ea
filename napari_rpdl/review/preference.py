"""How strongly methods are preferred: the Bradley-Terry model with ties and a bias for one side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse.csgraph import connected_components
from scipy.special import logsumexp

from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.paired import Interval

_RESAMPLES = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """One comparison: who was on the left, who on the right, and which was preferred.

    Attributes:
        left: method of the left tile.
        right: method of the right tile.
        winner: 1 for left, 2 for right, 0 for no difference.
        bone: resampled as a whole for the intervals.
    """

    left: str
    right: str
    winner: int
    bone: str = ""


@dataclass(frozen=True, slots=True)
class Preference:
    """What the choices tell.

    Attributes:
        methods: names.
        strengths: log-strength of each method, mean 0; a difference of 1 means that the
            stronger wins e = 2.7 times as often as it loses. Empty where there is no
            finite answer.
        left_bias: log-odds that the left one wins between equals.
        ties: Davidson's nu: how often there is no difference; 0 for never.
        wins: (methods, methods), how often the row was preferred to the column.
        no_difference: number of ties.
        note: why there is no answer; empty where there is one.
    """

    methods: tuple[str, ...]
    strengths: tuple[Interval, ...]
    left_bias: float | None
    ties: float | None
    wins: tuple[tuple[int, ...], ...]
    no_difference: int
    note: str = ""


def bradley_terry(choices: Sequence[Choice], seed: int = 0, resamples: int = _RESAMPLES) -> Preference:
    """Fit strengths by maximum likelihood.

    P(left wins) : P(right wins) : P(no difference) = e^(l + b) : e^r : nu e^((l + b + r) / 2) for
    log-strengths l and r (Davidson, J Am Stat Assoc 1970;65:317-28; order effect b as
    in Davidson & Beaver, Biometrics 1977;33:693-702). Intervals: percentiles over
    resampled bones, where there are at least three.

    A finite answer exists only if the methods cannot be split into winners that never
    lose and losers that never win (Ford, Am Math Mon 1957;64:28-33); else it is said.

    Raises:
        InputError: no choices.
    """
    if not choices:
        msg = "There are no preferences to analyse."
        raise InputError(msg)
    methods = tuple(sorted({name for choice in choices for name in (choice.left, choice.right)}))
    data = _encoded(choices, methods)
    wins = _wins(data, len(methods))
    ties = int((data[:, 2] == 0).sum())
    counted = tuple(tuple(int(count) for count in row) for row in wins)
    if not _is_connected(data, len(methods)):
        note = "Some methods never lost to, or were never compared with, some others: their lead has no finite size."
        return Preference(methods, (), None, None, counted, ties, note)
    fitted = _fit(data, len(methods))
    strengths = _with_intervals(data, [choice.bone for choice in choices], fitted, seed, resamples)
    nu = float(np.exp(fitted[-1])) if ties else 0.0
    return Preference(methods, strengths, float(fitted[len(methods)]), nu, counted, ties)


def _encoded(choices: Sequence[Choice], methods: Sequence[str]) -> NDArray[np.int64]:
    place = {name: rank for rank, name in enumerate(methods)}
    return np.array([(place[choice.left], place[choice.right], choice.winner) for choice in choices], np.int64)


def _wins(data: NDArray[np.int64], methods: int) -> NDArray[np.int64]:
    wins = np.zeros((methods, methods), np.int64)
    for side, other, winner in ((0, 1, 1), (1, 0, 2)):
        won = data[data[:, 2] == winner]
        np.add.at(wins, (won[:, side], won[:, other]), 1)
    return wins


def _is_connected(data: NDArray[np.int64], methods: int) -> bool:
    """Say whether a chain of wins or ties leads from every method to every other one."""
    beats = _wins(data, methods)
    tied = data[data[:, 2] == 0]
    np.add.at(beats, (tied[:, 0], tied[:, 1]), 1)
    np.add.at(beats, (tied[:, 1], tied[:, 0]), 1)
    return int(connected_components(beats > 0, directed=True, connection="strong")[0]) == 1


def _fit(data: NDArray[np.int64], methods: int, start: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Return log-strengths (mean 0), left bias and log nu; ``start`` is a solution of similar data."""
    left, right, winner = data.T
    any_tie, both_sides = bool((winner == 0).any()), bool((winner == 1).any() and (winner == 2).any())

    def unpacked(free: NDArray[np.float64]) -> tuple[NDArray[np.float64], float, float]:
        strengths = np.concatenate([[0.0], free[: methods - 1]])
        return strengths, (free[-2] if both_sides else 0.0), (free[-1] if any_tie else -np.inf)

    def loss(free: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        strengths, bias, nu = unpacked(free)
        worth = np.stack([strengths[left] + bias, strengths[right]])
        tie = worth.mean(axis=0) + nu if any_tie else np.full(len(data), -np.inf)
        terms = np.stack([tie, *worth])
        norm = logsumexp(terms, axis=0)
        seen = np.stack([winner == 0, winner == 1, winner == 2])
        surplus = seen - np.exp(terms - norm)
        half = surplus[0] / 2
        slope = np.zeros(methods)
        np.add.at(slope, left, surplus[1] + half)
        np.add.at(slope, right, surplus[2] + half)
        gradient = np.concatenate([slope[1:], [(surplus[1] + half).sum() * both_sides, surplus[0].sum() * any_tie]])
        return -float(terms.T[np.arange(len(data)), winner].sum() - norm.sum()), -gradient

    first = np.zeros(methods + 1)
    if start is not None:
        first[:-2], first[-2:] = start[1:methods] - start[0], np.nan_to_num(start[-2:], neginf=0.0)
    found = minimize(loss, first, jac=True, method="L-BFGS-B", options={"ftol": 1e-15, "gtol": 1e-9})
    strengths, bias, nu = unpacked(found.x)
    return np.concatenate([strengths - strengths.mean(), [bias, nu]])


def _with_intervals(
    data: NDArray[np.int64], bones: Sequence[str], fitted: NDArray[np.float64], seed: int, resamples: int
) -> tuple[Interval, ...]:
    names, strengths = sorted(set(bones)), fitted[:-2]
    if len(names) < 3:
        return tuple(Interval(float(strength)) for strength in strengths)
    rows = [np.flatnonzero(np.array(bones) == name) for name in names]
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(resamples):
        sample = data[np.concatenate([rows[index] for index in rng.integers(len(names), size=len(names))])]
        if _is_connected(sample, len(strengths)):
            drawn.append(_fit(sample, len(strengths), fitted)[:-2])
    # Where many resamples have no finite answer, the rest would give too narrow an interval.
    if len(drawn) < 0.95 * resamples:
        return tuple(Interval(float(strength)) for strength in strengths)
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    return tuple(Interval(float(s), float(a), float(b)) for s, a, b in zip(strengths, low, high, strict=True))
