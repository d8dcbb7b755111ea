import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.errors import InputError
from napari_rpdl.learning.events import EpochEnded, TrainingEnded
from napari_rpdl.learning.runs import Run, RunRecord, check_free
from napari_rpdl.settings import TrainingSettings

RECORD = RunRecord(
    dataset_folder="somewhere",
    dataset_name="small",
    hold_out=("bone_3",),
    training_cases=("bone_1",),
    validation_cases=("bone_2",),
    right_ears=True,
    table=TEMPORAL_BONE,
)
SETTINGS = TrainingSettings(epochs=7)


def epoch(number: int, loss: float = 0.5) -> EpochEnded:
    return EpochEnded(number, 7, loss, loss, 0.6, 1e-3, 1.0, 2.0, best=True)


@pytest.fixture
def run(tmp_path) -> Run:
    return Run.create(tmp_path / "run", SETTINGS, RECORD)


def test_opening_gives_back_what_was_created(run):
    opened = Run.open(run.folder)
    assert (opened.settings, opened.record) == (SETTINGS, RECORD)
    assert opened.hold_out == ("bone_3",)
    assert (opened.state, opened.history()) == ("empty", [])


def test_state_follows_checkpoint_and_end(run):
    run.checkpoint("last").write_bytes(b"weights")
    run.append(epoch(1))
    assert run.state == "resumable"
    run.append(TrainingEnded("finished", 7, 1, 0.5, str(run.folder)))
    assert run.state == "complete"


def test_an_epoch_done_again_counts_as_last_done(run):
    for event in (epoch(1), epoch(2, 0.4), epoch(2, 0.3)):
        run.append(event)
    assert run.history() == [epoch(1), epoch(2, 0.3)]


def test_half_a_last_line_is_no_harm(run):
    run.append(epoch(1))
    with (run.folder / "events.jsonl").open("a") as file:
        file.write('{"event": "EpochEn')
    assert run.history() == [epoch(1)]
    run.append(epoch(2))
    assert run.history() == [epoch(1), epoch(2)]


def test_a_run_with_checkpoints_is_not_overwritten(run):
    run.checkpoint("last").write_bytes(b"weights")
    with pytest.raises(InputError, match="already holds a training"):
        Run.create(run.folder, SETTINGS, RECORD)
    assert run.checkpoint("last").read_bytes() == b"weights"


def test_a_run_without_a_finished_epoch_is_made_anew(run):
    run.append(epoch(1))
    again = Run.create(run.folder, TrainingSettings(epochs=9), RECORD)
    assert (again.settings.epochs, again.history()) == (9, [])


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "holiday.jpg").touch()
    with pytest.raises(InputError, match="holds other files"):
        Run.create(tmp_path, SETTINGS, RECORD)


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "run").touch()
    with pytest.raises(InputError, match="it is a file"):
        Run.create(tmp_path / "run", SETTINGS, RECORD)


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"run\.json"):
        Run.open(tmp_path)


@pytest.mark.parametrize("change", [{"format_version": 2}, {"training_cases": 3}, {"surprise": 1}])
def test_a_wrong_record_is_explained(run, change):
    path = run.folder / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(InputError, match=next(iter(change))):
        Run.open(run.folder)


def test_a_run_of_before_surgeons_could_be_held_out_is_still_read(run):
    path = run.folder / "run.json"
    old = json.loads(path.read_text())
    del old["hold_out_surgeons"]
    path.write_text(json.dumps(old))
    assert Run.open(run.folder).record.hold_out_surgeons == ()


def test_a_complete_run_needs_no_last_checkpoint(run):
    run.checkpoint("best").write_bytes(b"weights")
    assert run.state == "empty"
    run.append(TrainingEnded("finished", 2, 1, 0.5, str(run.folder)))
    assert run.state == "complete"
    with pytest.raises(InputError, match="already holds a training"):
        check_free(run.folder)


@pytest.mark.skipif(os.name != "posix", reason="sends SIGKILL")
@pytest.mark.parametrize("stage", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2])
def test_a_start_that_was_killed_while_it_made_its_folder_can_be_made_again(tmp_path, stage, number):
    """SIGKILL right before and after each file takes its place."""
    script = f"""
import os, pathlib, signal
from test_runs import RECORD, SETTINGS, Run
count, replace = 0, pathlib.Path.replace
def kill_at(path, target):
    global count
    count += 1
    if (count, {stage!r}) == ({number}, "before"):
        os.kill(os.getpid(), signal.SIGKILL)
    replace(path, target)
    if (count, {stage!r}) == ({number}, "after"):
        os.kill(os.getpid(), signal.SIGKILL)
pathlib.Path.replace = kill_at
Run.create(pathlib.Path({str(tmp_path / "run")!r}), SETTINGS, RECORD)
"""
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    killed = subprocess.run([sys.executable, "-c", script], env=here, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert any((tmp_path / "run").iterdir())
    again = Run.create(tmp_path / "run", SETTINGS, RECORD)
    assert Run.open(again.folder).record == RECORD
    assert not list(again.folder.glob(".writing-*"))
