"""What comes of an import."""

from pathlib import Path

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.events import Progressed, Said
from napari_rpdl.gui.coordinators.imports import JOB, ImportCoordinator


@pytest.fixture
def opened() -> list[Path]:
    return []


@pytest.fixture
def imports(session, jobs, opened) -> ImportCoordinator:
    return ImportCoordinator(session, jobs, opened.append)


def test_progress_and_messages_are_told_and_the_result_is_opened(imports, session, opened) -> None:
    busy = []
    session.events.busy.connect(busy.append)
    imports.start(iter([Progressed("Importing", 1, 3), Progressed("Checking", 0, 0), Said("Two bones.")]), Path("out"))
    assert busy == ["Importing…", "Importing: 1 of 3", "Checking…", ""]
    assert session.told == "Two bones."
    assert opened == [Path("out")]


def test_a_failed_import_opens_nothing(imports, jobs, opened) -> None:
    def failing():
        yield Progressed("Importing", 0, 1)
        msg = "not an array"
        raise InputError(msg)

    imports.start(failing(), Path("out"))
    assert jobs.failures == ["not an array"]
    assert opened == []


def test_one_import_at_a_time(imports, session, jobs) -> None:
    jobs.busy.add(JOB)
    imports.start(iter(()), Path("out"))
    assert jobs.names == []
    assert "Wait" in session.told
