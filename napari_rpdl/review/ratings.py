"""From the record and the key to scores of methods: unblinded, final answers only."""

from collections.abc import Sequence
from dataclasses import dataclass

from napari_rpdl.review.gradebook import counting
from napari_rpdl.review.preference import Choice
from napari_rpdl.review.record import Answer, Mark
from napari_rpdl.review.scale import LEFT, RIGHT, TIE, AnswerType, Scale
from napari_rpdl.review.study import Study, UnblindingKey

TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that is scored: an item, or the total.

    Attributes:
        id: the item's id, or "total".
        title: for people.
        kind: the item's answer type; "total" for the total.
    """

    id: str
    title: str
    kind: AnswerType | str


@dataclass(frozen=True, slots=True)
class Rating:
    """One grader's score of one result in one measure.

    Attributes:
        grader: pseudonym.
        result: blinded code under which the result was shown first.
        bone: name of the bone.
        method: what made it.
        measure: id of the measure.
        score: None where not assessable.
        again: whether this is the second look at a hidden repeat.
    """

    grader: str
    result: str
    bone: str
    method: str
    measure: str
    score: float | None
    again: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """One grader's preference between two results.

    Attributes:
        grader: pseudonym.
        results: the two first codes, sorted.
        preferred: 1 the first of ``results``, 2 the second, 0 no difference.
        choice: the same as left and right, for the Bradley-Terry model.
        again: whether this is the second look at a hidden repeat.
    """

    grader: str
    results: tuple[str, str]
    preferred: int
    choice: Choice
    again: bool


Locked = dict[tuple[str, int], dict[str, Answer]]


def locked_answers(answers: Sequence[Answer], marks: Sequence[Mark]) -> Locked:
    """Return the final answers of the main phase: (grader, presentation) -> item -> answer."""
    final = {(mark.grader, mark.presentation_index) for mark in marks if mark.kind == "locked"}
    locked: Locked = {}
    for answer in counting(answers, marks):
        place = (answer.grader, answer.presentation_index)
        if place in final and answer.phase == "main":
            locked.setdefault(place, {})[answer.item_id] = answer
    return locked


def measures(scale: Scale) -> tuple[Measure, ...]:
    """Return what a scale scores: the total, if it has one, and every item."""
    items = tuple(Measure(item.id, item.text, item.answer) for item in scale.items)
    return items if scale.total == "none" else (Measure(TOTAL, f"Total ({scale.total})", TOTAL), *items)


def ratings(study: Study, key: UnblindingKey, locked: Locked) -> tuple[Rating, ...]:
    """Return every score of a scale that judges one result at a time."""
    found = []
    for (grader, index), answered in locked.items():
        row = key.row(study.presentation(grader, index).tiles[0])
        scores = {item: answer.score for item, answer in answered.items()}
        if study.scale.total != "none":
            scores[TOTAL] = study.scale.total_of(scores)
        found += [
            Rating(
                grader=grader,
                result=key.first_code(row.code),
                bone=row.candidate.bone,
                method=row.candidate.method,
                measure=measure,
                score=score,
                again=row.repeat_of is not None,
            )
            for measure, score in scores.items()
        ]
    return tuple(found)


def verdicts(study: Study, key: UnblindingKey, locked: Locked, item_id: str) -> tuple[Verdict, ...]:
    """Return every preference in one item; pairs that are not assessable are left out."""
    found = []
    for (grader, index), answered in locked.items():
        answer = answered.get(item_id)
        if answer is None or answer.score is None:
            continue
        left, right = (key.row(code) for code in study.presentation(grader, index).tiles)
        first, second = sorted((key.first_code(left.code), key.first_code(right.code)))
        swapped = first != key.first_code(left.code)
        found.append(
            Verdict(
                grader=grader,
                results=(first, second),
                preferred=int({LEFT: RIGHT, RIGHT: LEFT, TIE: TIE}[answer.score] if swapped else answer.score),
                choice=Choice(left.candidate.method, right.candidate.method, int(answer.score), left.candidate.bone),
                again=left.repeat_of is not None,
            )
        )
    return tuple(found)
