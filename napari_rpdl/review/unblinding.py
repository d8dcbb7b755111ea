"""After the last lock: what lay behind a grader's codes, and what the voxels say beside what was answered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from napari_rpdl.data.case import Annotation, Case, Mask
from napari_rpdl.review.gradebook import GradeBook
from napari_rpdl.review.hints import HINTS, Hint, hint
from napari_rpdl.review.record import Answer
from napari_rpdl.review.scale import Item, Scale
from napari_rpdl.review.study import Presentation, UnblindingKey
from napari_rpdl.review.study_folder import StudyFolder


@dataclass(frozen=True, slots=True)
class Unblinded:
    """One result that a grader saw, with its name.

    Attributes:
        presentation: where it was shown.
        tile: place among the results of that presentation, from 0.
        code: under which it was shown.
        case_id: of the bone.
        source: the surgeon, or the prediction's label.
        kind: surgeon or prediction.
        repeat_of: code of the first look; empty where this is none.
        total: of the form; None where the scale has none or too little was assessable.
        answers: item -> the answer that counts.
    """

    presentation: Presentation
    tile: int
    code: str
    case_id: str
    source: str
    kind: str
    repeat_of: str
    total: float | None
    answers: dict[str, Answer]


@dataclass(frozen=True, slots=True)
class JudgedItem:
    """What a grader answered, and what the voxels say.

    Attributes:
        item: of the scale; None for a hint that no item asks for.
        answer: what counts; None where there is no item.
        hint: computed; None where the item has none.
    """

    item: Item | None
    answer: Answer | None
    hint: Hint | None


def unblind(book: GradeBook, key: UnblindingKey, grader: str) -> tuple[Unblinded, ...]:
    """Note that the codes are revealed to a grader, and return what lay behind them, in the order of grading.

    Raises:
        InputError: not everything of this grader is locked, or the key is another study's.
    """
    key.check(book.study)
    book.reveal(grader)
    found = []
    for presentation in book.study.plan_of(grader).presentations:
        answers = book.current(grader, presentation.index)
        total = book.study.scale.total_of({item: answer.score for item, answer in answers.items()})
        for tile, code in enumerate(presentation.tiles):
            row = key.row(code)
            told = row.candidate
            found.append(
                Unblinded(
                    presentation,
                    tile,
                    code,
                    told.case_id,
                    told.source,
                    told.kind,
                    row.repeat_of or "",
                    total,
                    answers,
                )
            )
    return tuple(found)


def bone_with_surgeons(study: StudyFolder, key: UnblindingKey, presentation: Presentation) -> Case:
    """Return a bone with those surgeons' drillings that take part in the study, for hints that compare with them."""
    bone = study.bone(presentation)
    drilled = [
        Annotation(row.candidate.source, study.region(row.code, bone))
        for row in key.rows
        if row.bone_code == presentation.bone and row.candidate.kind == "surgeon" and row.repeat_of is None
    ]
    return replace(bone, annotations=tuple(drilled))


def judged(scale: Scale, answers: dict[str, Answer], region: Mask, bone: Case) -> tuple[JudgedItem, ...]:
    """Return every item with its hint, then the hints that no item asks for.

    Args:
        scale: the form.
        answers: item -> the answer that counts.
        region: bool (z, y, x) on the bone's grid.
        bone: with surgeons' annotations, where hints compare with them.
    """
    items = [JudgedItem(item, answers.get(item.id), _hint(item.hint, region, bone)) for item in scale.items]
    asked = {item.hint for item in scale.items}
    rest = [JudgedItem(None, None, hint(name, region, bone)) for name in HINTS if name not in asked]
    return (*items, *rest)


def _hint(name: str, region: Mask, bone: Case) -> Hint | None:
    return hint(name, region, bone) if name in HINTS else None


def score_in_words(item: Item, score: float | None) -> str:
    """Return an answer as a person reads it, such as "4 (good)"."""
    if score is None:
        return "cannot tell"
    anchors: Sequence[str] = [anchor.text for anchor in item.anchors if anchor.score == score]
    return f"{score:g} ({anchors[0]})" if anchors else f"{score:g}"
