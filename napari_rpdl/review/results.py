"""What a study found: methods compared, graders' reliability, and what cannot be told."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np

from napari_rpdl.drilling.correction import Correction, corrections_of
from napari_rpdl.drilling.effort import Effort
from napari_rpdl.review.comparison import Comparison, compare
from napari_rpdl.review.gradebook import GradeBook
from napari_rpdl.review.power import reach
from napari_rpdl.review.preference import Preference, bradley_terry
from napari_rpdl.review.ratings import (
    TOTAL,
    Locked,
    Measure,
    Rating,
    Verdict,
    locked_answers,
    measures,
    ratings,
    verdicts,
)
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
from napari_rpdl.review.study import Study, UnblindingKey

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


@dataclass(frozen=True, slots=True)
class MeasureResult:
    """All about one measure.

    Attributes:
        measure: which.
        comparison: of the methods; None where no bone has a score of every method.
        points: method -> bone -> score, a mean over graders and the method's results.
        between: agreement between graders.
        within: grader -> agreement between first and second look at hidden repeats.
    """

    measure: Measure
    comparison: Comparison | None
    points: dict[str, dict[str, float]]
    between: Agreement
    within: dict[str, Agreement]


@dataclass(frozen=True, slots=True)
class PreferenceResult:
    """All about one preference item."""

    measure: Measure
    preference: Preference
    between: Agreement
    within: dict[str, Agreement]


@dataclass(frozen=True, slots=True)
class Results:
    """What a study found.

    Attributes:
        title: of the study.
        origin: where the bones come from.
        scale: name, version and citation of the form.
        progress: grader -> (locked presentations, all presentations).
        measures: of scales that judge one result at a time.
        preferences: of scales that compare two.
        limits: what the numbers cannot support, in sentences.
        corrections: what it cost to correct each method's predictions; empty where nobody did.
    """

    title: str
    origin: str
    scale: tuple[str, str, str]
    progress: dict[str, tuple[int, int]]
    measures: tuple[MeasureResult, ...]
    preferences: tuple[PreferenceResult, ...]
    limits: tuple[str, ...]
    corrections: tuple[Correction, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return plain data; numbers that do not exist are None."""
        return {"format_version": 1, **asdict(self)}


def results(book: GradeBook, key: UnblindingKey, efforts: Iterable[Effort] = ()) -> Results:
    """Unblind and analyse the locked answers of a book; calibration is left out.

    Args:
        book: the record.
        key: of the same study.
        efforts: what corrections on the dataset's bones cost (``drilling.effort``).

    Raises:
        InputError: the key is another study's.
    """
    study = book.study
    key.check(study)
    marks = book.marks()
    locked = locked_answers(book.answers(), marks)
    final = {(mark.grader, mark.presentation_index) for mark in marks if mark.kind == "locked"}
    progress = {
        plan.grader: (sum(grader == plan.grader for grader, _ in final), len(plan.presentations))
        for plan in study.graders
    }
    judged = () if study.scale.compares else tuple(_measured(study, key, locked))
    compared = tuple(_preferred(study, key, locked)) if study.scale.compares else ()
    return Results(
        title=study.title,
        origin=study.origin,
        scale=(study.scale.name, study.scale.version, study.scale.citation),
        progress=progress,
        measures=judged,
        preferences=compared,
        limits=tuple(_limits(key, progress, judged, compared)),
        corrections=corrections_of(efforts, {row.candidate.case_id for row in key.rows}),
    )


def _measured(study: Study, key: UnblindingKey, locked: Locked) -> Iterable[MeasureResult]:
    everything = ratings(study, key, locked)
    for measure in measures(study.scale):
        rated = [one for one in everything if one.measure == measure.id]
        points = _points(rated)
        yield MeasureResult(measure, _comparison(points), points, _between(rated, measure), _within(rated, measure))


def _points(rated: Sequence[Rating]) -> dict[str, dict[str, float]]:
    """Return method -> bone -> score; graders first, then the results of a method on a bone, weigh the same."""
    told: dict[tuple[str, str], dict[str, list[float]]] = {}
    for one in rated:
        if one.score is not None and not one.again:
            told.setdefault((one.method, one.bone), {}).setdefault(one.result, []).append(one.score)
    points: dict[str, dict[str, float]] = {}
    for (method, bone), by_result in sorted(told.items()):
        points.setdefault(method, {})[bone] = float(np.mean([np.mean(scores) for scores in by_result.values()]))
    return points


def _comparison(points: dict[str, dict[str, float]]) -> Comparison | None:
    if not points:
        return None
    bones = sorted(set.intersection(*(set(by_bone) for by_bone in points.values())))
    if not bones:
        return None
    return compare([[by_bone[bone] for by_bone in points.values()] for bone in bones], list(points))


def _between(rated: Sequence[Rating], measure: Measure) -> Agreement:
    graders = sorted({one.grader for one in rated})
    first = {(one.result, one.grader): one.score for one in rated if not one.again}
    bone_of = {one.result: one.bone for one in rated}
    codes = sorted(bone_of)
    table = np.array([[_number(first.get((code, grader))) for grader in graders] for code in codes])
    return _agreement(table, measure, [bone_of[code] for code in codes])


def _within(rated: Sequence[Rating], measure: Measure) -> dict[str, Agreement]:
    found = {}
    for grader in sorted({one.grader for one in rated}):
        own = [one for one in rated if one.grader == grader]
        first = {one.result: one.score for one in own if not one.again}
        pairs = [(first.get(one.result), one.score) for one in own if one.again]
        found[grader] = _agreement(np.array([[_number(a), _number(b)] for a, b in pairs]), measure)
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


def _preferred(study: Study, key: UnblindingKey, locked: Locked) -> Iterable[PreferenceResult]:
    for measure in measures(study.scale):
        given = verdicts(study, key, locked, measure.id)
        first = [one for one in given if not one.again]
        if first:
            yield PreferenceResult(
                measure, bradley_terry([one.choice for one in first]), _agreed(first), _repeated(given)
            )


def _agreed(given: Sequence[Verdict]) -> Agreement:
    graders = sorted({one.grader for one in given})
    told = {(one.results, one.grader): float(one.preferred) for one in given}
    pairs = sorted({one.results for one in given})
    table = np.array([[_number(told.get((pair, grader))) for grader in graders] for pair in pairs])
    return _agreement(table, Measure("", "", "preference"))


def _repeated(given: Sequence[Verdict]) -> dict[str, Agreement]:
    found = {}
    for grader in sorted({one.grader for one in given}):
        own = [one for one in given if one.grader == grader]
        first = {one.results: float(one.preferred) for one in own if not one.again}
        pairs = [[_number(first.get(one.results)), float(one.preferred)] for one in own if one.again]
        found[grader] = _agreement(np.array(pairs), Measure("", "", "preference"))
    return found


def _limits(
    key: UnblindingKey,
    progress: dict[str, tuple[int, int]],
    judged: Sequence[MeasureResult],
    compared: Sequence[PreferenceResult],
) -> Iterable[str]:
    for grader, (done, planned) in progress.items():
        if done < planned:
            yield f"{grader} has locked {done} of {planned} presentations; the rest is left out."
    if sum(done > 0 for done, _ in progress.values()) < 2:
        yield "Fewer than two graders: nothing can be said about agreement between graders."
    yield from _few_repeats(judged, "results")
    yield from _few_repeats(compared, "pairs")
    main = judged[0].comparison if judged else None
    if main is not None:
        yield from main.reach.sentences()
    elif judged:
        yield "No bone has a score of every method, so the methods are not compared."
    else:
        bones = len({row.candidate.bone for row in key.rows})
        methods = len({row.candidate.method for row in key.rows})
        yield f"{bones} bones and {methods} methods: intervals of preferences resample bones and need at least three."
        yield from (s for s in reach(bones, methods).sentences() if "cannot" in s and "two methods" in s)
    if any(one.measure.id != TOTAL for one in judged) and len(judged) > 1:
        yield f"{len(judged)} measures are tested; Holm corrects within a measure, not over all of them."


def _few_repeats(judged: Sequence[MeasureResult] | Sequence[PreferenceResult], things: str) -> Iterable[str]:
    """Say whose hidden repeats are too few for coefficients."""
    few = sorted({name for one in judged for name, found in one.within.items() if found.things < FEWEST})
    if few:
        yield (
            f"Fewer than {FEWEST} {things} that were graded twice ({', '.join(few)}): too few to tell how far a grader "
            "agrees with the own first answers, so only the share of same answers is given."
        )
