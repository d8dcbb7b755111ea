import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
import psycopg
import pytest

from napari_rpdl.review.gradebook import GradeBook
from napari_rpdl.review.planning import Plan, plan_study
from napari_rpdl.review.preference import bradley_terry
from napari_rpdl.review.record import Answer, Given, Mark, new_id, now
from napari_rpdl.review.scale import find_scale
from napari_rpdl.review.study import SURGEONS, Candidate
from napari_rpdl.settings.review import StudySettings


def some_candidates(bones: int = 3, surgeons: int = 2, networks: tuple[str, ...] = ("rpdl", "dice")):
    """Every surgeon and every network on every bone."""
    for number in range(1, bones + 1):
        name = f"bone_{number}"
        for rank in range(1, surgeons + 1):
            yield Candidate(case_id=name, bone=name, method=SURGEONS, source=f"surgeon_{rank}", kind="surgeon")
        for network in networks:
            yield Candidate(case_id=name, bone=name, method=network, source=network, kind="prediction")


@pytest.fixture
def candidates():
    """Make candidates: bones, surgeons and networks can be chosen."""

    def make(*args, **kwargs):
        return list(some_candidates(*args, **kwargs))

    return make


@pytest.fixture
def plan(candidates) -> Plan:
    """Twelve results of three bones by two graders, two of them twice."""
    settings = StudySettings(minimum_gap=3, seed=4)
    return plan_study(candidates(), ("ada", "ben"), find_scale("global-rating"), settings, origin="phantom (synthetic)")


@pytest.fixture
def answering():
    """Make what a viewer would hand over for an answer."""

    def make(grader="ada", index=0, item="shape", score=3.0, **more):
        told = {"opened_at": now(), "answered_at": now(), **more}
        return Given(grader=grader, presentation_index=index, item_id=item, score=score, **told)

    return make


@pytest.fixture
def book(plan, tmp_path) -> GradeBook:
    """An empty book of ``plan`` in a file."""
    return GradeBook(tmp_path / "grades.sqlite", plan.study)


@pytest.fixture
def filled(answering):
    """Answer all items of a presentation and lock it."""

    def fill(book, grader="ada", index=0, score=4.0):
        for item in book.study.scale.items:
            book.give(answering(grader, index, item.id, score))
        book.lock(grader, index)

    return fill


@pytest.fixture
def record():
    """Put final answers, (grader, presentation index, item, score), into a book all at once."""

    def put(book, answered):
        scale, answers, shown = book.study.scale, [], set()
        for grader, index, item, score in answered:
            presentation = book.study.presentation(grader, index)
            shown.add((grader, index))
            answers.append(
                Answer(
                    grader=grader,
                    presentation_index=index,
                    item_id=item,
                    score=score,
                    opened_at=now(),
                    answered_at=now(),
                    recorded_at=now(),
                    answer_id=new_id(),
                    study_id=book.study.study_id,
                    scale_id=scale.id,
                    scale_version=scale.version,
                    scale_hash=scale.hash,
                    phase=presentation.phase,
                    bone_code=presentation.bone,
                    codes=" ".join(presentation.tiles),
                    app_version="1",
                )
            )
        whose = {"study_id": book.study.study_id, "kind": "locked"}
        marks = [Mark(mark_id=new_id(), grader=g, presentation_index=i, at=now(), **whose) for g, i in sorted(shown)]
        book.add(answers, marks)

    return put


@pytest.fixture
def grade(record):
    """Let all graders grade everything: a method's worth and some noise, as scores or as preferences."""

    def simulate(book, plan, worth, noise):
        rng = np.random.default_rng(0)
        answered = []
        for grader in book.study.graders:
            for shown in grader.presentations:
                seen = [worth[plan.key.row(code).candidate.method] + noise * rng.normal() for code in shown.tiles]
                for item in book.study.scale.items:
                    if book.study.scale.compares:
                        score = 0 if abs(seen[0] - seen[1]) < 0.2 else 1 + int(seen[1] > seen[0])
                    else:
                        score = int(np.clip(round(seen[0] + 0.3 * rng.normal()), *item.ends))
                    answered.append((grader.grader, shown.index, item.id, score))
        record(book, answered)

    return simulate


@pytest.fixture
def few_resamples(monkeypatch):
    """Intervals of preferences from a few resamples, where a test is not about intervals."""
    monkeypatch.setattr("napari_rpdl.review.results.bradley_terry", partial(bradley_terry, resamples=10))


def unprivileged() -> str | None:
    """Whom to be where tests run as root: PostgreSQL refuses root, and root may write everywhere."""
    return None if os.geteuid() else "nobody"


@pytest.fixture(scope="session")
def postgres_url():
    """The address of a real PostgreSQL server, started for these tests where it is installed."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin")) or [Path(shutil.which("initdb") or "/nowhere").parent]
    if not (programs[-1] / "initdb").is_file():
        pytest.skip("PostgreSQL (initdb, postgres) is not installed")
    with tempfile.TemporaryDirectory(prefix="napari-rpdl-postgres-") as name:
        folder = Path(name)
        if unprivileged():
            shutil.chown(folder, unprivileged())
        user = {"user": unprivileged()} if unprivileged() else {}
        initdb = [programs[-1] / "initdb", "-D", folder / "data", "-U", "rpdl", "-A", "trust", "--no-sync"]
        subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **user)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = ["-D", folder / "data", "-p", str(port), "-k", folder, "-c", "listen_addresses=127.0.0.1"]
        with (folder / "log").open("w") as log:
            server = subprocess.Popen([programs[-1] / "postgres", *options], stdout=log, stderr=log, cwd=folder, **user)
            try:
                _wait_for(port, server)
                yield f"postgresql://rpdl:secret@127.0.0.1:{port}/postgres"
            finally:
                server.send_signal(signal.SIGINT)
                server.wait(30)


def _wait_for(port, server):
    for _ in range(300):
        assert server.poll() is None
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="rpdl", dbname="postgres", connect_timeout=1).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the PostgreSQL server did not start")
