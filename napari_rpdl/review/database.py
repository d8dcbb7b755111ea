"""The database under a grade book: a SQLite file, or a PostgreSQL server by its URL.

Each write is one transaction that is on the disk before it is acknowledged, and writers
take turns. Rows can be added and read; the database itself refuses to change or delete
one.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Double,
    Engine,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from napari_rpdl.errors import InputError

METADATA = MetaData()
_PREFIX = "grading_"
_NUMBERS = {
    "score": Double,
    "active_seconds": Double,
    "point_z": Double,
    "point_y": Double,
    "point_x": Double,
    "confidence": Integer,
    "presentation_index": Integer,
}
_MAY_BE_EMPTY = {"score", "confidence", "point_z", "point_y", "point_x"}


def _table(name: str, identity: str, *columns: str) -> Table:
    described: list[Any] = [Column(identity, Text, primary_key=True)]
    described += [Column(c, _NUMBERS.get(c, Text), nullable=c in _MAY_BE_EMPTY) for c in columns]
    return Table(_PREFIX + name, METADATA, *described)


STUDIES = _table("studies", "study_id", "scale_id", "scale_version", "scale_hash", "format_version", "created_at")
ANSWERS = _table(
    *("answers", "answer_id", "study_id", "scale_id", "scale_version", "scale_hash", "grader", "grader_experience"),
    *("session_id", "presentation_index", "phase", "bone_code", "codes", "item_id", "score", "confidence", "comment"),
    *("point_z", "point_y", "point_x", "opened_at", "answered_at", "recorded_at", "active_seconds", "view_state"),
    *("app_version", "data_hash"),
)
MARKS = _table("marks", "mark_id", "study_id", "grader", "presentation_index", "kind", "at")
Index(f"{_PREFIX}answers_of", ANSWERS.c.study_id, ANSWERS.c.grader, ANSWERS.c.presentation_index)
Index(f"{_PREFIX}marks_of", MARKS.c.study_id, MARKS.c.grader, MARKS.c.presentation_index)

_APPEND_ONLY = "the record of answers is append-only"
_SQLITE_RULES = """CREATE TRIGGER IF NOT EXISTS {table}_no_{verb} BEFORE {event} ON {table} {when}
BEGIN SELECT RAISE(ABORT, '{message}'); END"""
_POSTGRES_RULES = (
    f"CREATE OR REPLACE FUNCTION {_PREFIX}refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_APPEND_ONLY}'; END $$",
    "CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
    f"FOR EACH ROW EXECUTE FUNCTION {_PREFIX}refuse()",
    "CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
    f"FOR EACH STATEMENT EXECUTE FUNCTION {_PREFIX}refuse()",
)
_POSTGRES_IS_SET_UP = (
    f"SELECT EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = to_regclass('{STUDIES.name}') "  # noqa: S608 (our names)
    f"AND tgname = '{STUDIES.name}_no_truncate')"
)
_SETUP_LOCK = 7205759403792793  # any number that other programs on the server do not use


class Database:
    """Connections to one database; none is kept open between two calls.

    With no connection left open, SQLite folds its write-ahead log into the file, so that
    the file can be copied between two answers.
    """

    def __init__(self, location: str | Path, wait_seconds: float = 2.0) -> None:
        """Open or create the tables.

        Args:
            location: path of a SQLite file, or postgresql://user:password@host/name.
            wait_seconds: how long to wait for another writer before giving up.

        Raises:
            InputError: the file or server cannot be opened or written, or is no grade book.
        """
        self.engine = _engine(location, wait_seconds)
        self.name = self.engine.url.database if self._is_sqlite else self.engine.url.render_as_string()
        self._set_up()

    @property
    def _is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the record.

        Raises:
            InputError: the database cannot be read.
        """
        with self._told(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are all kept, on the disk, or none of them.

        Writers take turns, so that what is read in the block still holds when it ends.

        Raises:
            InputError: the database cannot be written; nothing was changed.
        """
        with self._told(), self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            if not self._is_sqlite:
                connection.execute(text(f"LOCK TABLE {MARKS.name} IN SHARE ROW EXCLUSIVE MODE"))
            yield connection

    def _set_up(self) -> None:
        with self._told(), self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            if not self._is_sqlite:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_SETUP_LOCK})"))
                # Making a trigger again would wait for writers that wait for us.
                if connection.execute(text(_POSTGRES_IS_SET_UP)).scalar():
                    return
            METADATA.create_all(connection)
            for rule in _rules(self._is_sqlite):
                connection.exec_driver_sql(rule)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn the database's errors into sentences."""
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
            msg = f"Could not use the grade book {self.name}: {_in_words(reason)} Nothing was changed by this."
            raise InputError(msg) from error


def _engine(location: str | Path, wait_seconds: float) -> Engine:
    if isinstance(location, str) and "://" in location:
        return _postgres_engine(location, wait_seconds)
    path = Path(location).absolute()
    if path.is_dir() or not path.parent.is_dir():
        msg = f"Expected a file in an existing folder for the grade book, got {path}."
        raise InputError(msg)
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": wait_seconds})
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgres_engine(location: str, wait_seconds: float) -> Engine:
    if find_spec("psycopg") is None:
        msg = "A grade book on a PostgreSQL server needs psycopg: pip install 'napari-rpdl[postgresql]'."
        raise InputError(msg)
    try:
        url = make_url(location)
    except ArgumentError as error:
        msg = "Expected postgresql://user:password@host/name as the address of the grade book."
        raise InputError(msg) from error
    if url.get_backend_name() != "postgresql":
        msg = f"Expected a path or a postgresql:// address for the grade book, got {url.drivername}://."
        raise InputError(msg)
    waiting = {"connect_timeout": 5, "options": f"-c lock_timeout={round(wait_seconds * 1000)}"}
    return create_engine(url.set(drivername="postgresql+psycopg"), poolclass=NullPool, connect_args=waiting)


def _configure_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Python's module would begin transactions where it thinks fit; we begin them ourselves.
    connection.isolation_level = None
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    if mode != "wal":
        mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        msg = "the folder does not allow a write-ahead log"
        raise sqlite3.OperationalError(msg)
    connection.execute("PRAGMA synchronous=FULL")


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE takes the writer's turn before anything is read.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _rules(is_sqlite: bool) -> Iterator[str]:
    for table in (ANSWERS, MARKS, STUDIES):
        if not is_sqlite:
            yield from (rule.replace("{table}", table.name) for rule in _POSTGRES_RULES)
            continue
        identity = next(iter(table.primary_key.columns)).name
        # INSERT OR REPLACE would delete without asking the DELETE rule.
        known = f"WHEN EXISTS (SELECT 1 FROM {table.name} WHERE {identity} = NEW.{identity})"  # noqa: S608 (our names)
        for verb, when in (("UPDATE", ""), ("DELETE", ""), ("INSERT", known)):
            yield _SQLITE_RULES.format(
                table=table.name,
                verb=verb.lower() if not when else "replace",
                event=verb,
                when=when,
                message=_APPEND_ONLY,
            )


def _in_words(reason: str) -> str:
    said = reason.lower()
    for signs, words in _REASONS.items():
        if any(sign in said for sign in signs):
            return f"{words} ({reason})."
    return f"{reason}."


_REASONS = {
    ("locked", "lock timeout"): "another program is writing to it; try again, or close the other program",
    ("full",): "the disk is full; make room",
    ("readonly", "read-only", "unable to open", "permission denied"): (
        "the file or its folder cannot be written; choose another place"
    ),
    ("not a database", "malformed"): "this file is no grade book, or it is damaged",
    ("write-ahead log",): "put it on a disk of this computer",
    ("disk i/o",): "the disk does not take what is written; it may be full",
    ("connection", "could not translate"): "the server does not answer as expected; check the address and the password",
    ("append-only",): "answers are never changed or deleted",
}
