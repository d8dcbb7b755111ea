"""GradeBook: every answer of a study, kept when it is given and never changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from sqlalchemy import Connection, Select, Table, func, insert, select

from napari_rpdl.errors import InputError
from napari_rpdl.review.database import ANSWERS, MARKS, STUDIES, Database
from napari_rpdl.review.record import WHOLE_STUDY, Answer, Given, Mark, later, new_id, now
from napari_rpdl.review.study import Study
from napari_rpdl.settings.base import explain

_FORMAT = "1"
Row = TypeVar("Row", Answer, Mark)


@dataclass(frozen=True, slots=True)
class Added:
    """What a merge brought: rows that were new, and rows that were here already."""

    answers: int
    marks: int
    known: int


class GradeBook:
    """The answers to one study, in a SQLite file or on a PostgreSQL server.

    Any number of graders, each in a program of his or her own, can use one book at the
    same time. What a method returned from is on the disk.
    """

    def __init__(self, location: str | Path, study: Study, wait_seconds: float = 2.0) -> None:
        """Open the book of ``study``, or start it.

        Args:
            location: path of the file, or postgresql://user:password@host/name.
            study: what is graded.
            wait_seconds: how long to wait for another writer.

        Raises:
            InputError: it cannot be opened or written, or was filled in by another
                version of the scale.
        """
        self.study = study
        self._database = Database(location, wait_seconds)
        self._enter_study()

    @property
    def name(self) -> str:
        """Where the answers are, without a password."""
        return str(self._database.name)

    def give(self, given: Given) -> Answer:
        """Record an answer, or a new answer in place of an older one; return it when it is safe.

        Raises:
            InputError: no such grader, presentation or item, a score out of range, the
                presentation is locked, or the book cannot be written.
        """
        presentation = self.study.presentation(given.grader, given.presentation_index)
        scale = self.study.scale
        scale.item(given.item_id).check(given.score)
        with self._database.writing() as connection:
            if self._is_locked(connection, given.grader, given.presentation_index):
                msg = f"Presentation {given.presentation_index + 1} of {given.grader} is locked; its answers stay."
                raise InputError(msg)
            answer = Answer(
                **given.model_dump(),
                answer_id=new_id(),
                study_id=self.study.study_id,
                scale_id=scale.id,
                scale_version=scale.version,
                scale_hash=scale.hash,
                phase=presentation.phase,
                bone_code=presentation.bone,
                codes=" ".join(presentation.tiles),
                recorded_at=self._not_before_the_last(connection, given.grader, given.presentation_index),
                app_version=version("napari-rpdl"),
            )
            connection.execute(insert(ANSWERS), answer.model_dump())
        return answer

    def lock(self, grader: str, presentation_index: int) -> Mark:
        """Make the answers to a presentation final.

        Raises:
            InputError: an item has no answer yet, or it is locked already.
        """
        self.study.presentation(grader, presentation_index)
        with self._database.writing() as connection:
            if self._is_locked(connection, grader, presentation_index):
                msg = f"Presentation {presentation_index + 1} of {grader} is locked already."
                raise InputError(msg)
            given = {answer.item_id for answer in self._answers(connection, grader, presentation_index)}
            missing = [item.text for item in self.study.scale.items if item.id not in given]
            if missing:
                msg = f"{len(missing)} answers are missing before it can be locked: {'; '.join(missing[:3])}."
                raise InputError(msg)
            mark = self._mark(
                grader, presentation_index, "locked", self._not_before_the_last(connection, grader, presentation_index)
            )
            connection.execute(insert(MARKS), mark.model_dump())
        return mark

    def reveal(self, grader: str) -> Mark:
        """Note that a grader is shown what lies behind the codes.

        Raises:
            InputError: not everything of this grader is locked.
        """
        presentations = self.study.plan_of(grader).presentations
        with self._database.writing() as connection:
            locked = self._locked(connection, grader)
            left = len(presentations) - len(locked)
            if left:
                msg = f"{left} presentations of {grader} are not locked; codes are revealed when all are."
                raise InputError(msg)
            mark = self._mark(grader, WHOLE_STUDY, "revealed", now())
            connection.execute(insert(MARKS), mark.model_dump())
        return mark

    def answers(self, grader: str | None = None) -> tuple[Answer, ...]:
        """Return every answer ever given, replaced ones too, in the order of their recording."""
        with self._database.reading() as connection:
            return self._answers(connection, grader)

    def marks(self, grader: str | None = None) -> tuple[Mark, ...]:
        """Return all locks and reveals, in order."""
        with self._database.reading() as connection:
            rows = select(MARKS).where(MARKS.c.study_id == self.study.study_id).order_by(MARKS.c.at, MARKS.c.mark_id)
            return _read(Mark, connection, rows if grader is None else rows.where(MARKS.c.grader == grader))

    def current(self, grader: str, presentation_index: int) -> dict[str, Answer]:
        """Return the answers that count, by item."""
        with self._database.reading() as connection:
            answers = self._answers(connection, grader, presentation_index)
        return {answer.item_id: answer for answer in counting(answers, self.marks(grader))}

    def locked(self, grader: str) -> frozenset[int]:
        """Return the indices of a grader's locked presentations."""
        with self._database.reading() as connection:
            return self._locked(connection, grader)

    def add(self, answers: Iterable[Answer], marks: Iterable[Mark]) -> Added:
        """Take over rows of another book of the same study; those known by their id are left alone.

        All are taken over, or none.

        Raises:
            InputError: a row is of another study or scale, or has the id of a different row.
        """
        arriving, decided = list(answers), list(marks)
        for answer in arriving:
            self._check_belongs(answer)
        for mark in decided:
            self._check_belongs(mark)
        with self._database.writing() as connection:
            new_answers = _unknown(connection, ANSWERS, Answer, arriving)
            new_marks = _unknown(connection, MARKS, Mark, decided)
            for table, rows in ((ANSWERS, new_answers), (MARKS, new_marks)):
                if rows:
                    connection.execute(insert(table), [row.model_dump() for row in rows])
        known = len(arriving) + len(decided) - len(new_answers) - len(new_marks)
        return Added(len(new_answers), len(new_marks), known)

    def _enter_study(self) -> None:
        scale = self.study.scale
        with self._database.writing() as connection:
            entered = connection.execute(select(STUDIES).where(STUDIES.c.study_id == self.study.study_id)).first()
            if entered is None:
                row = {"study_id": self.study.study_id, "scale_id": scale.id, "scale_version": scale.version}
                row |= {"scale_hash": scale.hash, "format_version": _FORMAT, "created_at": now()}
                connection.execute(insert(STUDIES), row)
            elif (entered.scale_hash, entered.format_version) != (scale.hash, _FORMAT):
                msg = (
                    f"{self.name} was filled in with another wording of the scale {entered.scale_id} "
                    f"{entered.scale_version}. Plan a new study for the new wording."
                )
                raise InputError(msg)

    def _answers(
        self, connection: Connection, grader: str | None = None, presentation_index: int | None = None
    ) -> tuple[Answer, ...]:
        rows = select(ANSWERS).where(ANSWERS.c.study_id == self.study.study_id)
        if grader is not None:
            rows = rows.where(ANSWERS.c.grader == grader)
        if presentation_index is not None:
            rows = rows.where(ANSWERS.c.presentation_index == presentation_index)
        return _read(Answer, connection, rows.order_by(ANSWERS.c.recorded_at, ANSWERS.c.answer_id))

    def _locked(self, connection: Connection, grader: str) -> frozenset[int]:
        rows = select(MARKS.c.presentation_index).where(
            MARKS.c.study_id == self.study.study_id, MARKS.c.grader == grader, MARKS.c.kind == "locked"
        )
        return frozenset(connection.execute(rows).scalars())

    def _is_locked(self, connection: Connection, grader: str, presentation_index: int) -> bool:
        return presentation_index in self._locked(connection, grader)

    def _not_before_the_last(self, connection: Connection, grader: str, presentation_index: int) -> str:
        """Return the time, or that of the last answer where a clock was set back: the order must hold."""
        last = connection.execute(
            select(func.max(ANSWERS.c.recorded_at)).where(
                ANSWERS.c.study_id == self.study.study_id,
                ANSWERS.c.grader == grader,
                ANSWERS.c.presentation_index == presentation_index,
            )
        ).scalar()
        return max(now(), later(last)) if last else now()

    def _mark(self, grader: str, presentation_index: int, kind: str, at: str) -> Mark:
        fields = {"grader": grader, "presentation_index": presentation_index, "kind": kind, "at": at}
        return Mark.model_validate({"mark_id": new_id(), "study_id": self.study.study_id, **fields})

    def _check_belongs(self, row: Answer | Mark) -> None:
        presentation = None
        if row.presentation_index != WHOLE_STUDY:
            presentation = self.study.presentation(row.grader, row.presentation_index)
        same_study = row.study_id == self.study.study_id
        if isinstance(row, Answer):
            same_study &= row.scale_hash == self.study.scale.hash
            same_study &= presentation is not None and row.codes == " ".join(presentation.tiles)
        if not same_study:
            msg = (
                f"A row of {row.grader} belongs to another study or scale than {self.study.study_id}. Choose its book."
            )
            raise InputError(msg)
        if isinstance(row, Answer):
            self.study.scale.item(row.item_id).check(row.score)


def counting(answers: Sequence[Answer], marks: Sequence[Mark]) -> tuple[Answer, ...]:
    """Return the answers that count: the last of each grader, presentation and item.

    Answers that another copy of the book took after the presentation was locked do not
    count; they stay in the record.
    """
    locked = {(m.grader, m.presentation_index): m.at for m in reversed(marks) if m.kind == "locked"}
    last: dict[tuple[str, int, str], Answer] = {}
    for answer in answers:
        at = locked.get((answer.grader, answer.presentation_index))
        if at is None or answer.recorded_at <= at:
            last[answer.grader, answer.presentation_index, answer.item_id] = answer
    return tuple(last.values())


def _read(kind: type[Row], connection: Connection, rows: Select[tuple[object, ...]]) -> tuple[Row, ...]:
    try:
        return tuple(kind.model_validate(dict(row)) for row in connection.execute(rows).mappings())
    except ValidationError as error:
        raise InputError(explain(error, "A row of the grade book is damaged")) from error


def _unknown(connection: Connection, table: Table, kind: type[Row], arriving: Sequence[Row]) -> list[Row]:
    """Return the rows whose ids the table lacks, each once; an InputError where an id has two contents."""
    identity = next(iter(table.primary_key.columns)).name
    here = {getattr(row, identity): row for row in _read(kind, connection, select(table))}
    new: dict[str, Row] = {}
    for row in arriving:
        name = getattr(row, identity)
        same = here.get(name) or new.get(name)
        if same is None:
            new[name] = row
        elif same != row:
            msg = f"Two different rows have the id {name}; one of the two books was altered. Nothing was merged."
            raise InputError(msg)
    return list(new.values())
