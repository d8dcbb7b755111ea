"""The child on its own: its input, its output and its exit status, spoken to without ``process``."""

import json
import os
import signal
import subprocess
import sys

import pytest

COMMAND = [sys.executable, "-P", "-m", "napari_rpdl.learning.child"]


@pytest.fixture
def child():
    """Start a child and hand it a job."""
    started = []

    def start(dataset, run, settings=None, hold_out=()):
        process = subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        job = {
            "dataset": str(dataset),
            "run": str(run),
            "settings": settings and settings.model_dump(mode="json"),
            "hold_out": list(hold_out),
        }
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def until(process, event):
    for line in process.stdout:
        if json.loads(line)["event"] == event:
            return
    pytest.fail(f"no {event}: {process.stderr.read()}")


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
def test_ctrl_c_is_left_to_the_parent_and_a_closed_input_ends_it(child, tiny_settings, small_dataset, tmp_path):
    endless = tiny_settings.model_copy(update={"epochs": 100_000, "stop_patience": 100_000})
    process = child(small_dataset.folder, tmp_path / "run", endless)
    until(process, "EpochEnded")
    process.send_signal(signal.SIGINT)
    until(process, "EpochEnded")
    until(process, "EpochEnded")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in err
    assert all("event" in json.loads(line) for line in out.splitlines()), "the last line is whole"
    assert (tmp_path / "run" / "checkpoint_last.safetensors").is_file()


def test_a_persons_error_is_the_last_line_and_the_status(child, tmp_path):
    process = child(tmp_path / "no dataset", tmp_path / "run")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    (line,) = out.splitlines()
    told = json.loads(line)
    assert told["event"] == "Failed"
    assert "dataset.json" in told["text"]
    assert "Traceback" not in err
