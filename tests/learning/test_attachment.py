"""A real training that its parent lets go, followed and stopped from here."""

import os
import subprocess
import sys
import threading
import time

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.events import Failed, Progressed, Said
from napari_rpdl.learning import attachment
from napari_rpdl.learning.attachment import Live, ask_to_stop, attach, check_idle, running
from napari_rpdl.learning.events import EpochEnded, StepEnded, TrainingEnded, TrainingStarted
from napari_rpdl.learning.process import follow
from napari_rpdl.learning.runs import Run
from napari_rpdl.learning.training import resume, train

ENDLESS = {"epochs": 100_000, "decay_patience": 100_000, "stop_patience": 100_000}


@pytest.fixture
def runs():
    """Folders in which, after the test, no training may go on."""
    folders = []
    yield folders
    for folder in folders:
        if running(folder):
            ask_to_stop(folder)
            list(attach(folder))


def let_go(dataset, run, settings):
    """Train until an epoch has ended, then leave the training alone."""
    goes_on = threading.Event()
    events = follow(dataset.folder, run, settings, ["bone_3"], goes_on)
    next(event for event in events if isinstance(event, EpochEnded))
    goes_on.set()
    events.close()
    until(lambda: running(run))


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def live(run, **changes):
    shown = Live(pid=1, beat=time.time(), ended=False, events=()).model_copy(update=changes)
    run.mkdir(exist_ok=True)
    (run / "live.json").write_text(shown.model_dump_json())


def test_a_training_goes_on_alone_is_followed_twice_and_stopped(tiny_settings, small_dataset, tmp_path, runs):
    run = tmp_path / "run"
    runs.append(run)
    let_go(small_dataset, run, tiny_settings.model_copy(update=ENDLESS))
    before = len(Run.open(run).history())

    first = attach(run)
    heard = []
    for event in first:
        heard.append(event)
        if isinstance(event, EpochEnded) and event.epoch > before:
            break
    first.close()
    assert isinstance(next(e for e in heard if isinstance(e, TrainingStarted | EpochEnded)), TrainingStarted)
    assert not [event for event in heard if isinstance(event, Progressed)], "the bones were loaded long ago"
    epochs = [event.epoch for event in heard if isinstance(event, EpochEnded)]
    assert epochs == list(range(1, len(epochs) + 1)), "each epoch once, from the first"
    until(lambda: len(Run.open(run).history()) > epochs[-1] + 1)

    for start in (resume(small_dataset, run), train(tiny_settings, small_dataset, run, [])):
        with pytest.raises(InputError, match="being trained"):
            next(start)

    ask_to_stop(run)
    told = list(attach(run))
    assert any(isinstance(event, StepEnded) for event in told)
    assert isinstance(told[-1], Said)
    assert "stopped" in told[-1].text
    assert [e for e in told if isinstance(e, EpochEnded)] == Run.open(run).history()
    assert Run.open(run).state == "resumable"
    assert not running(run)
    assert not (run / "stop_training").exists()
    with pytest.raises(InputError, match="resume"):
        ask_to_stop(run)


def test_it_outlives_its_parent_and_tells_its_end(tiny_settings, small_dataset, tmp_path, runs):
    run = tmp_path / "run"
    runs.append(run)
    script = (
        "import sys, threading\n"
        "from pathlib import Path\n"
        "from napari_rpdl.learning.events import TrainingStarted\n"
        "from napari_rpdl.learning.process import follow\n"
        "from napari_rpdl.settings import TrainingSettings\n"
        "goes_on = threading.Event()\n"
        "settings = TrainingSettings.model_validate_json(sys.argv[3])\n"
        "events = follow(Path(sys.argv[1]), Path(sys.argv[2]), settings, [], goes_on)\n"
        "next(event for event in events if isinstance(event, TrainingStarted))\n"
        "goes_on.set()\n"
        "events.close()\n"
        "assert 'torch' not in sys.modules\n"
    )
    settings = tiny_settings.model_copy(update={**ENDLESS, "epochs": 150})
    arguments = [str(small_dataset.folder), str(run), settings.model_dump_json()]
    subprocess.run([sys.executable, "-c", script, *arguments], check=True, timeout=60)
    until(lambda: running(run))
    told = list(attach(run))
    assert isinstance(told[-1], TrainingEnded)
    assert Run.open(run).state == "complete"
    assert [e.epoch for e in told if isinstance(e, EpochEnded)] == list(range(1, 151))


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
@pytest.mark.parametrize(("host", "says"), [(None, "gone without a word"), ("another", "not shown itself")])
def test_a_killed_one_is_told_to_be_lost(tiny_settings, small_dataset, tmp_path, monkeypatch, runs, host, says):
    run = tmp_path / "run"
    runs.append(run)
    let_go(small_dataset, run, tiny_settings.model_copy(update=ENDLESS))
    events = attach(run)
    next(events)
    os.kill(Live.model_validate_json((run / "live.json").read_text()).pid, 9)
    if host is not None:  # whose processes are not ours to ask for, so only silence tells
        monkeypatch.setattr(attachment.platform, "node", lambda: host)
        monkeypatch.setattr(attachment, "LOST_AFTER_S", 2.5)
    last = list(events)[-1]
    assert isinstance(last, Failed)
    assert says in last.text
    assert "resume" in last.text
    assert not running(run)
    check_idle(run)
    with pytest.raises(InputError, match=says):
        next(attach(run))


def test_half_a_line_waits_for_its_other_half(tmp_path):
    run = tmp_path / "run"
    started = TrainingStarted("cpu", 1, 9, 1, 2, ("a",), ())
    live(run, events=(attachment.event_to_json(started), "half a l"))
    lines = [
        attachment.event_to_json(EpochEnded(epoch, 9, loss, None, None, 1e-3, 1.0, 1.0, True))
        for epoch, loss in ((1, 0.9), (2, 0.8), (2, 0.7), (3, 0.6))
    ]
    file = run / "events.jsonl"
    file.write_text("\n".join(lines)[:-20])
    events = attach(run)
    assert next(events) == started
    assert next(events).training_loss == 0.7, "epoch 1 was before; epoch 2 was done again"
    file.write_text("\n".join(lines) + "\n")
    live(run, ended=True)
    assert next(event for event in events if isinstance(event, EpochEnded)).epoch == 3


@pytest.mark.parametrize("text", ["", "{", '{"pid": "x"}', "\0" * 2_000_000])
def test_a_damaged_file_is_no_training(tmp_path, text):
    (tmp_path / "live.json").write_text(text)
    assert not running(tmp_path)
    with pytest.raises(InputError, match="No training goes on"):
        next(attach(tmp_path))


@pytest.mark.parametrize("ahead_s", [20, -20])
def test_a_sign_of_life_counts_within_half_a_minute_either_way(tmp_path, ahead_s):
    """For two machines' clocks may differ a little."""
    live(tmp_path / "run", beat=time.time() + ahead_s)
    assert running(tmp_path / "run")


@pytest.mark.parametrize(("ahead_s", "says"), [(3600, "yet to come"), (1e300, "yet to come"), (-3600, "for 3600 s")])
def test_a_clock_that_was_set_back_locks_no_run_for_ever(tmp_path, ahead_s, says):
    live(tmp_path / "run", beat=time.time() + ahead_s)
    check_idle(tmp_path / "run")
    with pytest.raises(InputError, match=says):
        next(attach(tmp_path / "run"))


@pytest.mark.parametrize("spoil", [lambda path: path.mkdir(), lambda path: path.touch(), lambda path: None])
def test_the_end_is_told_whatever_became_of_the_wish_to_stop(tmp_path, spoil):
    (tmp_path / "run.json").touch()
    beacon = attachment.Beacon(tmp_path, threading.Event())
    beacon.light()
    assert running(tmp_path)
    spoil(tmp_path / "stop_training")
    beacon.put_out()
    assert Live.model_validate_json((tmp_path / "live.json").read_text()).ended
