"""The record for other programs, and back: JSON, CSV with a data dictionary, another book.

::

    <folder>/  answers.json          everything, exact; what "study merge" reads
               answers.csv           one answer in a row
               marks.csv             locks and reveals
               data_dictionary.csv   what every column means
               answers_unblinded.csv answers that count, with case, bone and method (only with the key)
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, ValidationError

from napari_rpdl.errors import InputError
from napari_rpdl.files import read_text, write_text
from napari_rpdl.review.gradebook import Added, GradeBook, counting
from napari_rpdl.review.record import Answer, Mark
from napari_rpdl.review.study import UnblindingKey
from napari_rpdl.settings.base import Settings, explain

_MAX_BYTES = 500_000_000
_SQLITE_SIGN = b"SQLite format 3\x00"
Row = TypeVar("Row", Answer, Mark)
_UNBLINDED = {
    "case_id": "Case of the result.",
    "bone": "Bone of the case.",
    "method": "What made the result; surgeons count as one method.",
    "source": "The surgeon, or the prediction's label.",
    "repeat_of": "Blinded code under which the same result was shown first; empty where it is no repeat.",
    "edits": "How often this answer was changed before it counted.",
}


class SavedAnswers(Settings):
    """What answers.json holds."""

    format_version: Literal[1] = 1
    """Of the file."""
    answers: Annotated[tuple[Answer, ...], Field(max_length=5_000_000)]
    """Every answer, replaced ones too."""
    marks: Annotated[tuple[Mark, ...], Field(max_length=5_000_000)]
    """Every lock and reveal."""


def export_book(book: GradeBook, folder: Path, key: UnblindingKey | None = None) -> tuple[Path, ...]:
    """Write everything that the book holds into ``folder``; return the files.

    Raises:
        InputError: the folder cannot be written, or the key is another study's.
    """
    answers, marks = book.answers(), book.marks()
    texts = {
        "answers.json": SavedAnswers(answers=answers, marks=marks).model_dump_json(indent=1) + "\n",
        "answers.csv": _as_csv(Answer.model_fields, (answer.model_dump() for answer in answers)),
        "marks.csv": _as_csv(Mark.model_fields, (mark.model_dump() for mark in marks)),
        "data_dictionary.csv": _as_csv(("table", "column", "type", "meaning"), _dictionary(key is not None)),
    }
    if key is not None:
        key.check(book.study)
        columns = (*Answer.model_fields, *_UNBLINDED)
        texts["answers_unblinded.csv"] = _as_csv(columns, _unblinded(answers, marks, key))
    for name, text in texts.items():
        write_text(folder / name, text)
    return tuple(folder / name for name in texts)


def merge(book: GradeBook, source: Path) -> Added:
    """Take over the answers of another book, of an answers.json, or of a folder of CSV files.

    Merging is exact and can be repeated: each row has an id of its own, and comes over
    once, however often and in whatever order books are merged.

    Raises:
        InputError: not readable, of another study, or a row differs from the one here.
    """
    if source.is_dir():
        answers, marks = _from_csv(source)
    elif _is_book(source):
        other = GradeBook(source, book.study)
        answers, marks = other.answers(), other.marks()
    else:
        answers, marks = _from_json(source)
    return book.add(answers, marks)


def _is_book(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_SQLITE_SIGN)) == _SQLITE_SIGN
    except OSError as error:
        msg = f"Could not read {path}: {error.strerror or error}."
        raise InputError(msg) from error


def _from_json(path: Path) -> tuple[tuple[Answer, ...], tuple[Mark, ...]]:
    try:
        saved = SavedAnswers.model_validate_json(read_text(path, _MAX_BYTES))
    except ValidationError as error:
        raise InputError(explain(error, str(path))) from error
    return saved.answers, saved.marks


def _from_csv(folder: Path) -> tuple[tuple[Answer, ...], tuple[Mark, ...]]:
    return tuple(_rows(folder / "answers.csv", Answer)), tuple(_rows(folder / "marks.csv", Mark))


def _rows(path: Path, kind: type[Row]) -> Iterator[Row]:
    reader = csv.DictReader(io.StringIO(read_text(path, _MAX_BYTES), newline=""), strict=True)
    texts = {name for name, field in kind.model_fields.items() if not _may_be_empty(field.annotation)}
    try:
        for row in reader:
            yield kind.model_validate({name: value if value or name in texts else None for name, value in row.items()})
    except (csv.Error, ValidationError) as error:
        where = f"{path}, line {reader.line_num}"
        raise InputError(
            explain(error, where) if isinstance(error, ValidationError) else f"{where}: {error}"
        ) from error


def _may_be_empty(annotation: object) -> bool:
    return type(None) in getattr(annotation, "__args__", ())


def _as_csv(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    # repr gives decimal numbers back exactly.
    writer.writerows({k: repr(v) if isinstance(v, float) else v for k, v in row.items()} for row in rows)
    return text.getvalue()


def _dictionary(unblinded: bool) -> Iterator[dict[str, str]]:
    for table, kind in (("answers", Answer), ("marks", Mark)):
        for name, field in kind.model_fields.items():
            said = field.description or ""
            yield {"table": table, "column": name, "type": _type_name(field.annotation), "meaning": said}
    if unblinded:
        for name, said in _UNBLINDED.items():
            yield {"table": "answers_unblinded", "column": name, "type": "text", "meaning": said}


def _type_name(annotation: object) -> str:
    said = str(annotation)
    kinds = {"float": "decimal number", "int": "whole number"}
    name = next((kinds[kind] for kind in kinds if kind in said), "text")
    return f"{name} or empty" if _may_be_empty(annotation) else name


def _unblinded(answers: tuple[Answer, ...], marks: tuple[Mark, ...], key: UnblindingKey) -> Iterator[dict[str, Any]]:
    given: dict[tuple[str, int, str], int] = {}
    for answer in answers:
        place = (answer.grader, answer.presentation_index, answer.item_id)
        given[place] = given.get(place, 0) + 1
    for answer in counting(answers, marks):
        rows = [key.row(code) for code in answer.codes.split()]
        behind = {
            "case_id": rows[0].candidate.case_id,
            "bone": rows[0].candidate.bone,
            "method": " | ".join(row.candidate.method for row in rows),
            "source": " | ".join(row.candidate.source for row in rows),
            "repeat_of": " ".join(row.repeat_of or "" for row in rows).strip(),
            "edits": given[answer.grader, answer.presentation_index, answer.item_id] - 1,
        }
        yield answer.model_dump() | behind
