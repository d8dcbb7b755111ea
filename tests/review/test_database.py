import os
import pwd
import shutil
import sqlite3
import tempfile
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import event, text

from napari_rpdl.errors import InputError
from napari_rpdl.review.database import ANSWERS, MARKS, STUDIES, Database
from napari_rpdl.review.gradebook import GradeBook
from napari_rpdl.review.record import Answer, Given, Mark, now

TABLES = {ANSWERS: Answer, MARKS: Mark}


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request, tmp_path, plan):
    if request.param == "sqlite":
        return tmp_path / "grades.sqlite"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def study(plan, request):
    """A study of its own for each test: a server keeps those of all."""
    digits = f"{abs(hash(request.node.name)) % 16**16:016x}"
    return plan.study.model_copy(update={"study_id": digits})


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_the_columns_are_the_fields_of_the_record(table):
    assert {column.name for column in table.columns} == set(TABLES[table].model_fields)
    empty = {column.name for column in table.columns if column.nullable}
    assert empty == {name for name, f in TABLES[table].model_fields.items() if "None" in str(f.annotation)}


def test_the_whole_record_works_on_a_file_and_on_a_server(location, study, answering, filled):
    book = GradeBook(location, study)
    answer = book.give(answering(score=2, confidence=1, comment="tiefer\nbohren ≤ 2 mm", point_x=0.1))
    filled(book, "ben", 3)
    again = GradeBook(location, study)
    assert again.answers("ada") == (answer,)
    assert again.locked("ben") == {3}
    with pytest.raises(InputError, match="is locked"):
        again.give(answering("ben", 3))
    assert again.add(book.answers(), book.marks()).known == 7


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE grading_answers SET score = 5",
        "DELETE FROM grading_answers",
        "DELETE FROM grading_marks",
        "UPDATE grading_studies SET scale_hash = 'x'",
    ],
)
def test_the_database_itself_refuses_to_change_a_row(location, study, filled, statement):
    book = GradeBook(location, study)
    filled(book)
    before = book.answers(), book.marks()
    with pytest.raises(InputError, match="never changed or deleted"), Database(location).writing() as connection:
        connection.execute(text(statement))
    assert (book.answers(), book.marks()) == before


def test_a_row_is_not_replaced_in_sqlite_either(tmp_path, study, answering):
    book = GradeBook(tmp_path / "grades.sqlite", study)
    book.give(answering())
    with sqlite3.connect(tmp_path / "grades.sqlite") as raw, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute("INSERT OR REPLACE INTO grading_answers SELECT * FROM grading_answers")


def test_truncating_on_a_server_is_refused(postgres_url):
    with pytest.raises(InputError, match="never changed or deleted"), Database(postgres_url).writing() as connection:
        connection.execute(text("TRUNCATE grading_answers"))


def write_many(location, study, grader):
    book = GradeBook(location, study, wait_seconds=30)
    for index in range(12):
        book.give(
            Given(grader=grader, presentation_index=index, item_id="shape", score=3, opened_at=now(), answered_at=now())
        )


def test_several_graders_open_and_fill_one_book_at_once(location, study):
    workers = [get_context("fork").Process(target=write_many, args=(location, study, name)) for name in ("ada", "ben")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert len(GradeBook(location, study).answers()) == 24


def test_sqlite_writes_ahead_and_waits_for_the_disk(tmp_path):
    database = Database(tmp_path / "grades.sqlite")
    with database.reading() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2


def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path, study, answering, filled):
    book = GradeBook(tmp_path / "grades.sqlite", study)
    filled(book)
    before = book.answers()
    engine = book._database.engine

    def no_more_room(connection, _record):
        connection.execute(f"PRAGMA max_page_count={connection.execute('PRAGMA page_count').fetchone()[0]}")

    event.listen(engine, "connect", no_more_room)
    with pytest.raises(InputError, match="the disk is full"):
        for _ in range(50):
            book.give(answering(index=1, comment="x" * 9000))
    event.remove(engine, "connect", no_more_room)
    kept = book.answers()
    assert kept[: len(before)] == before
    assert all(answer.comment in ("", "x" * 9000) for answer in kept)
    with book._database.reading() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    book.give(answering(index=2))


def test_a_locked_file_is_told_at_once(tmp_path, study, answering):
    book = GradeBook(tmp_path / "grades.sqlite", study, wait_seconds=0.1)
    with sqlite3.connect(tmp_path / "grades.sqlite", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(InputError, match="another program is writing"):
            book.give(answering())
        other.execute("ROLLBACK")
    assert book.answers() == ()
    book.give(answering())


def test_a_table_that_another_program_holds_is_told_at_once(postgres_url, study, answering):
    book = GradeBook(postgres_url, study, wait_seconds=0.1)
    with Database(postgres_url).writing(), pytest.raises(InputError, match="another program is writing"):
        book.give(answering())


@contextmanager
def unable_to_write_anywhere():
    """Be an ordinary user where the tests run as root."""
    if os.geteuid():
        yield
        return
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder():
    """A folder that every user may enter; pytest's own ones let only their owner in."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


def test_a_read_only_folder_is_told_and_stays_empty(open_folder, study):
    open_folder.chmod(0o555)
    with unable_to_write_anywhere(), pytest.raises(InputError, match="cannot be written"):
        GradeBook(open_folder / "grades.sqlite", study)
    assert list(open_folder.iterdir()) == []


def test_a_folder_that_becomes_read_only_is_told(open_folder, study, answering):
    book = GradeBook(open_folder / "grades.sqlite", study)
    answer = book.give(answering())
    (open_folder / "grades.sqlite").chmod(0o444)
    open_folder.chmod(0o555)
    with unable_to_write_anywhere(), pytest.raises(InputError, match="cannot be written"):
        book.give(answering(score=1))
    open_folder.chmod(0o755)
    (open_folder / "grades.sqlite").chmod(0o644)
    assert book.answers() == (answer,)


def test_a_file_that_is_no_book_is_told_and_left_alone(tmp_path, study):
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)
    with pytest.raises(InputError, match="no grade book"):
        GradeBook(path, study)
    assert path.read_text() == "not a database " * 100


@pytest.mark.parametrize(
    ("location", "says"),
    [
        ("nowhere/grades.sqlite", "existing folder"),
        (".", "existing folder"),
        ("mysql://me:secret@here/db", "got mysql"),
        ("postgresql://me:secret@127.0.0.1:1/db", "server does not answer"),
        ("post gres://", "Expected"),
    ],
)
def test_places_that_do_not_exist_are_told_without_a_password(tmp_path, monkeypatch, study, location, says):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=says) as caught:
        GradeBook(location, study)
    assert "secret" not in str(caught.value)


def test_a_closed_book_is_one_file_that_can_be_copied(tmp_path, study, answering):
    book = GradeBook(tmp_path / "grades.sqlite", study)
    answer = book.give(answering())
    assert [path.name for path in tmp_path.iterdir()] == ["grades.sqlite"]
    shutil.copy(tmp_path / "grades.sqlite", tmp_path / "copy.sqlite")
    assert GradeBook(tmp_path / "copy.sqlite", study).answers() == (answer,)
    assert STUDIES.name == "grading_studies"
