"""What the workspace remembers."""

from pathlib import Path

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.gui import memory
from napari_rpdl.gui.memory import Memory, Remembered, is_there, recall
from napari_rpdl.settings import RPMapSettings


@pytest.fixture
def told() -> list[str]:
    return []


def test_changes_are_there_the_next_day(told, tmp_path) -> None:
    first = Memory(told.append)
    first.note(dataset=tmp_path)
    first.note(tab="Train", rpmap=RPMapSettings(penalty=0.5, worths=(-1, 0, 2)))
    kept = Memory(told.append).last
    assert kept == Remembered(dataset=tmp_path, tab="Train", rpmap=RPMapSettings(penalty=0.5, worths=(-1, 0, 2)))
    assert told == []


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format_version": 2}', '{"dataset": 5}', "\0\0", '{"bone_opacity": 2}', '{"view": "up"}']
)
def test_a_broken_file_is_told_of_and_then_ignored(told, text: str) -> None:
    memory.FILE.parent.mkdir()
    memory.FILE.write_text(text)
    with pytest.raises(InputError):
        recall(memory.FILE)
    kept = Memory(told.append)
    assert kept.last == Remembered()
    assert str(memory.FILE) in told[0]
    kept.note(tab="Train")
    assert recall(memory.FILE).tab == "Train"


def test_what_is_remembered_of_a_place_that_nobody_can_have_is_not_there(tmp_path) -> None:
    (tmp_path / "file").touch()
    assert is_there(tmp_path / "file")
    assert not is_there(tmp_path)
    assert not is_there(tmp_path / ("x" * 9000))
    assert not is_there(tmp_path / "a\0b")


def test_a_place_that_cannot_be_written_is_told_of_once(told) -> None:
    memory.FILE.parent.write_text("a file where the folder should be")
    kept = Memory(told.append)
    kept.note(tab="Train")
    kept.note(run=Path("run"))
    assert len(told) == 1
