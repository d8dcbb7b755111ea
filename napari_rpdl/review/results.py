"""What a study found: methods compared, graders' reliability, and what cannot be told."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from napari_rpdl.drilling.correction import Correction, corrections_of
from napari_rpdl.drilling.effort import Effort
from napari_rpdl.review.agreement import FEWEST, Agreement, between, between_verdicts, within, within_verdicts
from napari_rpdl.review.comparison import Comparison, compare
from napari_rpdl.review.gradebook import GradeBook
from napari_rpdl.review.power import reach
from napari_rpdl.review.preference import Preference, bradley_terry
from napari_rpdl.review.ratings import (
    TOTAL,
    Locked,
    Measure,
    Rating,
    locked_answers,
    measures,
    ratings,
    verdicts,
)
from napari_rpdl.review.study import Study, UnblindingKey


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
        yield MeasureResult(measure, _comparison(points), points, between(rated, measure), within(rated, measure))


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


def _preferred(study: Study, key: UnblindingKey, locked: Locked) -> Iterable[PreferenceResult]:
    for measure in measures(study.scale):
        given = verdicts(study, key, locked, measure.id)
        first = [one for one in given if not one.again]
        if first:
            yield PreferenceResult(
                measure, bradley_terry([one.choice for one in first]), between_verdicts(first), within_verdicts(given)
            )


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
