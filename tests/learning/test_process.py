"""One real child process for each way a training can end."""

import os
import signal
import subprocess
import sys
import time

import pytest

from napari_rpdl.events import Failed
from napari_rpdl.learning.checkpoint import read_checkpoint
from napari_rpdl.learning.events import EpochEnded, StepEnded, StillWaiting, TrainingEnded
from napari_rpdl.learning.process import Child, Job, follow
from napari_rpdl.learning.runs import Run
from napari_rpdl.learning.training import train

POSIX = pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
ENDLESS = {"epochs": 100_000, "decay_patience": 100_000, "stop_patience": 100_000}


@pytest.fixture
def endless(tiny_settings):
    return tiny_settings.model_copy(update=ENDLESS)


def told(events):
    return [event for event in events if not isinstance(event, StillWaiting)]


def losses(events):
    return [event.loss for event in events if isinstance(event, StepEnded)]


def test_a_child_tells_the_same_story(tiny_settings, small_dataset, tmp_path):
    here = list(train(tiny_settings, small_dataset, tmp_path / "here", ["bone_3"]))
    events = list(follow(small_dataset.folder, tmp_path / "run", tiny_settings, ["bone_3"]))
    there = told(events)
    assert [type(event) for event in there] == [type(event) for event in here]
    assert losses(there) == losses(here)
    assert isinstance(there[-1], TrainingEnded)
    assert len(told(events)) < len(events), "the start of PyTorch takes long enough for a heartbeat"


@POSIX
def test_a_killed_child_is_reported_and_another_goes_on_until_it_is_closed(endless, small_dataset, tmp_path):
    job = Job(dataset=str(small_dataset.folder), run=str(tmp_path / "run"), settings=endless, hold_out=())
    child = Child("napari_rpdl.learning.child", job.model_dump_json())
    events = child.events()
    next(event for event in events if isinstance(event, EpochEnded))
    os.kill(child.pid, signal.SIGKILL)
    last = list(events)[-1]
    child.stop()
    assert isinstance(last, Failed)
    assert "ended unexpectedly (signal 9)" in last.text
    assert "resume" in last.text
    run = Run.open(tmp_path / "run")
    assert run.state == "resumable"
    kept = read_checkpoint(run.checkpoint("last")).info.progress.epoch

    resumed = follow(small_dataset.folder, run.folder, None, [])
    assert next(event for event in resumed if isinstance(event, EpochEnded)).epoch == kept + 1
    resumed.close()
    finished = run.history()
    time.sleep(0.2)
    assert run.history() == finished, "nobody trains on"
    assert read_checkpoint(run.checkpoint("last")).info.progress.epoch == len(finished)


def test_a_persons_error_arrives_without_a_traceback(tiny_settings, small_dataset, tmp_path):
    events = told(follow(small_dataset.folder, tmp_path / "run", tiny_settings, ["nobody"]))
    assert events[-1] == Failed(events[-1].text)
    assert "Cannot hold out nobody" in events[-1].text


def test_an_unforeseen_error_arrives_with_its_traceback(tiny_settings, small_dataset, tmp_path):
    """Settings that no form and no file would let through."""
    settings = tiny_settings.model_copy(update={"device": "abacus"})
    last = told(follow(small_dataset.folder, tmp_path / "run", settings, []))[-1]
    assert isinstance(last, Failed)
    assert last.text.startswith("Training failed: ")
    assert "Traceback" in last.details


@POSIX
def test_a_child_ends_with_its_parent(endless, small_dataset, tmp_path):
    """The parent is killed outright, so nobody asks the child to stop."""
    job = Job(dataset=str(small_dataset.folder), run=str(tmp_path / "run"), settings=endless, hold_out=())
    script = (
        "import sys\n"
        "from napari_rpdl.learning.events import EpochEnded\n"
        "from napari_rpdl.learning.process import Child\n"
        "child = Child('napari_rpdl.learning.child', sys.argv[1])\n"
        "print(child.pid, flush=True)\n"
        "next(event for event in child.events() if isinstance(event, EpochEnded))\n"
        "print('training', flush=True)\n"
        "input()\n"
    )
    arguments = [sys.executable, "-c", script, job.model_dump_json()]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        assert parent.stdout.readline() == "training\n"
        parent.kill()
    assert _gone_within(child, seconds=20)


def _gone_within(pid: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if _is_zombie(pid):
            return True
        time.sleep(0.05)
    return False


def _is_zombie(pid: int) -> bool:
    """Whether only the entry of an ended process is left, where nobody collects orphans."""
    status = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return status.stdout.strip().startswith("Z")


def test_following_loads_no_torch():
    script = (
        "import sys, napari_rpdl.learning.events, napari_rpdl.learning.runs, napari_rpdl.learning.process\n"
        "import napari_rpdl.learning.training, napari_rpdl.learning.prediction\n"
        "assert not {'torch', 'monai', 'qtpy', 'napari'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
