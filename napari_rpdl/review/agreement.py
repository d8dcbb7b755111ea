"""How far graders agree with each other, and with themselves on hidden repeats."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from napari_rpdl.review.ratings import Measure, Rating, Verdict
from napari_rpdl.review.reliability import (
    Intraclass,
    Scores,
    fleiss_kappa,
    gwet_ac1,
    intraclass,
    kendall_w,
    percent_agreement,
    weighted_kappa,
)

FEWEST = 5
"""Results that coefficients of agreement need: of fewer they are noise, with intervals that say nothing."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far several series of scores agree; None where a figure does not exist.

    Attributes:
        things: results that were scored by all.
        same: share of pairs that are equal.
        kappa: Cohen's kappa of two series, quadratically weighted for more than two
            scores; of more series Fleiss' kappa for yes/no, else the mean over pairs.
        ac1: Gwet's AC1, with gaps.
        icc: not for yes/no items and preferences.
        w: Kendall's W over the results within a bone, a mean over bones.
    """

    things: int
    same: float | None = None
    kappa: float | None = None
    ac1: float | None = None
    icc: Intraclass | None = None
    w: float | None = None


def between(rated: Sequence[Rating], measure: Measure) -> Agreement:
    """Return how far graders agree in a measure, by their first looks."""
    graders = sorted({one.grader for one in rated})
    first = {(one.result, one.grader): one.score for one in rated if not one.again}
    bone_of = {one.result: one.bone for one in rated}
    codes = sorted(bone_of)
    table = np.array([[_number(first.get((code, grader))) for grader in graders] for code in codes])
    return _agreement(table, measure, [bone_of[code] for code in codes])


def within(rated: Sequence[Rating], measure: Measure) -> dict[str, Agreement]:
    """Return grader -> how far the second looks at hidden repeats agree with the first."""
    found = {}
    for grader in sorted({one.grader for one in rated}):
        own = [one for one in rated if one.grader == grader]
        first = {one.result: one.score for one in own if not one.again}
        pairs = [(first.get(one.result), one.score) for one in own if one.again]
        found[grader] = _agreement(np.array([[_number(a), _number(b)] for a, b in pairs]), measure)
    return found


def between_verdicts(first: Sequence[Verdict]) -> Agreement:
    """Return how far graders agree in which of two results they prefer; ``first`` are first looks."""
    graders = sorted({one.grader for one in first})
    told = {(one.results, one.grader): float(one.preferred) for one in first}
    pairs = sorted({one.results for one in first})
    table = np.array([[_number(told.get((pair, grader))) for grader in graders] for pair in pairs])
    return _agreement(table, Measure("", "", "preference"))


def within_verdicts(given: Sequence[Verdict]) -> dict[str, Agreement]:
    """Return grader -> how far second verdicts on hidden repeats agree with the first."""
    found = {}
    for grader in sorted({one.grader for one in given}):
        own = [one for one in given if one.grader == grader]
        first = {one.results: float(one.preferred) for one in own if not one.again}
        pairs = [[_number(first.get(one.results)), float(one.preferred)] for one in own if one.again]
        found[grader] = _agreement(np.array(pairs), Measure("", "", "preference"))
    return found


def _agreement(table: Scores, measure: Measure, bones: Sequence[str] = ()) -> Agreement:
    """Return all figures that exist for (things, series) with NaN for gaps."""
    if table.ndim != 2 or table.shape[1] < 2:
        return Agreement(0)
    complete = ~np.isnan(table).any(axis=1)
    full, compared = table[complete], (~np.isnan(table)).sum(axis=1) > 1
    discrete = measure.kind in ("binary", "rating", "preference")
    ac1 = gwet_ac1(table) if discrete and compared.sum() >= FEWEST else None
    if len(full) < FEWEST:
        return Agreement(len(full), percent_agreement(full) if discrete and len(full) > 1 else None, ac1=ac1)
    scored = measure.kind not in ("binary", "preference")
    return Agreement(
        things=len(full),
        same=percent_agreement(full) if discrete else None,
        kappa=_kappa(full, measure) if discrete else None,
        ac1=ac1,
        icc=intraclass(full) if scored else None,
        w=_mean_w(full, np.array(bones)[complete]) if scored and len(bones) else None,
    )


def _kappa(table: Scores, measure: Measure) -> float | None:
    series = list(table.T)
    nominal = measure.kind == "preference"
    if len(series) > 2 and measure.kind != "rating":
        return fleiss_kappa(table)
    found = [weighted_kappa(a, b, "none" if nominal else "quadratic") for a, b in combinations(series, 2)]
    told = [kappa for kappa in found if kappa is not None]
    return float(np.mean(told)) if told else None


def _mean_w(table: Scores, bones: "np.ndarray[Any, np.dtype[np.str_]]") -> float | None:
    found = [kendall_w(table[bones == bone]) for bone in sorted(set(bones.tolist())) if (bones == bone).sum() > 2]
    told = [w for w in found if w is not None]
    return float(np.mean(told)) if told else None


def _number(score: float | None) -> float:
    return np.nan if score is None else score
