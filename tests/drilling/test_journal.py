"""The autosave: nothing that was acknowledged is lost, whenever the program dies."""

import os
import random
from pathlib import Path

import numpy as np
import pytest

from napari_rpdl.data.drill_log import DrillLog, LogHeader, Stroke, Undo, read_drill_log, start_from
from napari_rpdl.drilling.journal import Journal, unsaved_drillings
from napari_rpdl.errors import InputError


def log() -> DrillLog:
    start = start_from("nothing", "", np.zeros((4, 4, 4), bool))
    return DrillLog(
        header=LogHeader(case_id="bone_1", shape=(4, 4, 4), unit="mm", started_at="2026-01-02T03:04:05", start=start)
    )


def stroke(number: int) -> Stroke:
    return Stroke(diameter=2.0, positions=((float(number), 1.0, 2.0),), began_s=float(number), at_s=number + 0.5)


def test_every_line_is_there_when_add_returns(tmp_path):
    journal = Journal.begin(tmp_path, log())
    for number in range(5):
        journal.add(stroke(number))
        assert len(read_drill_log(journal.path).events) == number + 1


def test_a_drilling_is_offered_once_nobody_holds_it(tmp_path):
    journal = Journal.begin(tmp_path, log())
    journal.add(stroke(0))
    assert unsaved_drillings(tmp_path) == ()
    journal.close(remove=False)
    (found,) = unsaved_drillings(tmp_path)
    assert found.log.events == (stroke(0),)
    resumed = Journal.resume(found)
    with pytest.raises(InputError, match="another window"):
        Journal.resume(found)
    resumed.add(Undo(at_s=9))
    resumed.close(remove=False)
    assert [event.event for event in unsaved_drillings(tmp_path)[0].log.events] == ["stroke", "undo"]


def test_what_a_dying_program_left_of_a_line_is_cut_off(tmp_path):
    journal = Journal.begin(tmp_path, log())
    journal.add(stroke(0))
    journal.close(remove=False)
    with journal.path.open("ab") as file:
        file.write(b'{"event":"stroke","mode":"dri')
    resumed = Journal.resume(unsaved_drillings(tmp_path)[0])
    resumed.add(stroke(1))
    assert read_drill_log(journal.path).events == (stroke(0), stroke(1))


def test_empty_and_damaged_journals_are_not_offered_and_not_touched(tmp_path):
    Journal.begin(tmp_path, log()).close(remove=False)
    (damaged := tmp_path / "drillings" / "unsaved" / "x.jsonl").write_text("{}\n")
    assert unsaved_drillings(tmp_path) == ()
    assert damaged.read_text() == "{}\n"
    assert unsaved_drillings(tmp_path / "nowhere") == ()


def test_a_full_disk_is_told_and_the_stroke_is_written_with_the_next(tmp_path, monkeypatch):
    journal = Journal.begin(tmp_path, log())
    with monkeypatch.context() as patch:

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        patch.setattr("napari_rpdl.drilling.journal.os.fsync", full)
        with pytest.raises(InputError, match=r"No space left.*Nothing is lost"):
            journal.add(stroke(0))
    assert journal.waiting == 1
    journal.add(stroke(1))
    assert journal.waiting == 0
    assert read_drill_log(journal.path).events == (stroke(0), stroke(1))


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "drillings").write_text("in the way")
    with pytest.raises(InputError, match="Copy the dataset"):
        Journal.begin(tmp_path, log())


def drill_until_killed(folder: Path, acknowledged: int) -> None:
    found = unsaved_drillings(folder)
    journal = Journal.resume(found[0]) if found else Journal.begin(folder, log())
    number = len(found[0].log.events) if found else 0
    while True:
        journal.add(stroke(number))
        os.write(acknowledged, b"%d\n" % number)
        number += 1


def test_kill_9_at_any_moment_loses_no_stroke_that_was_acknowledged(memory_folder, kills, killed):
    chance, promised = random.Random(0), 0
    kills //= 4  # the file alone; test_recorded.py kills whole drillings
    for _ in range(kills):
        said = [int(line) for line in killed(drill_until_killed, memory_folder, after=chance.uniform(0.0, 0.03))]
        promised = max([promised, *(number + 1 for number in said)])
        kept = unsaved_drillings(memory_folder)
        events = kept[0].log.events if kept else ()
        assert len(kept) <= 1
        assert len(events) >= promised
        assert list(events) == [stroke(number) for number in range(len(events))]
    assert promised > kills // 5  # a busy computer gets little done between two kills
