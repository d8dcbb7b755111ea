import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from napari_rpdl.cli.learning_commands import Train, how_to_resume
from napari_rpdl.cli.parsing import parse
from napari_rpdl.events import event_to_json
from napari_rpdl.learning.attachment import Live, running
from napari_rpdl.learning.events import TrainingStarted
from napari_rpdl.learning.runs import Run
from napari_rpdl.settings import PRESETS, TrainingSettings, preset_for, save_training_settings

TINY = ["--grid", "16", "--channels", "4", "8", "--steps-per-epoch", "1", "--threads", "1", "--device", "cpu"]
ENDLESS = ["--epochs", "100000", "--stop-patience", "100000"]


@pytest.fixture
def trained(result, small_dataset, tmp_path):
    run = tmp_path / "run"
    result("train", small_dataset.folder, run, "--hold-out", "bone_3", "--epochs", "1", *TINY)
    return run


def test_train_predict_evaluate_end_to_end(result, run, small_dataset, trained, tmp_path):
    assert Run.open(trained).state == "complete"
    assert Run.open(trained).hold_out == ("bone_3",)
    out = tmp_path / "bone_3.nii.gz"
    predicted = result("predict", trained, small_dataset.folder, "bone_3", out, "--threshold", "0.2")
    assert predicted["seen_in_training"] is False
    voxels = np.asarray(nib.load(out).dataobj)
    assert voxels.dtype == np.uint8
    assert voxels.shape == (16, 16, 16)
    assert voxels.sum() == predicted["drilled_voxels"]
    assert result("evaluate", small_dataset.folder, out)["predictions"][0]["case_id"] == "bone_3"
    status, _, err = run("resume", trained)
    assert status == 1
    assert "complete" in err
    assert "complete" in how_to_resume(trained)


def test_probabilities_are_written_on_request_and_seen_bones_named(run, small_dataset, trained, tmp_path):
    out = tmp_path / "p.nii.gz"
    status, _, err = run("predict", trained, small_dataset.folder, "bone_1", out, "--probabilities")
    assert status == 0
    assert "Training has seen bone_1" in err
    voxels = np.asarray(nib.load(out).dataobj)
    assert voxels.dtype == np.float32
    assert 0 <= voxels.min() < voxels.max() <= 1


@pytest.mark.parametrize(
    ("words", "says"),
    [(["--hold-out", "bone_9"], "bone_9"), (["--validation-bones", "5"], "bones to train on")],
)
def test_trainings_that_cannot_work_are_refused(run, small_dataset, tmp_path, words, says):
    status, out, err = run("train", small_dataset.folder, tmp_path / "run", *TINY, *words)
    assert status == 1
    assert says in err
    assert out == ""


def test_ctrl_c_stops_cleanly_and_resume_goes_on(run, result, small_dataset, tmp_path):
    folder = tmp_path / "run"
    training = subprocess.Popen(
        [sys.executable, "-m", "napari_rpdl", "train", small_dataset.folder, folder, *TINY, *ENDLESS],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    said = []
    for line in training.stderr:
        said.append(line)
        if line.startswith("epoch 3/"):
            training.send_signal(signal.SIGINT)
            break
    out, rest = training.communicate(timeout=60)
    assert training.returncode == 130, "".join(said) + rest
    assert out == ""
    assert "Traceback" not in rest
    assert f"napari-rpdl resume {folder}" in rest
    assert Run.open(folder).state == "resumable"
    assert f"napari-rpdl resume {folder}" in how_to_resume(folder)
    finished = len(Run.open(folder).history())
    settings = json.loads((folder / "settings.json").read_text())
    settings["training"]["epochs"] = finished + 2
    (folder / "settings.json").write_text(json.dumps(settings))
    assert result("resume", folder)["epochs"] == finished + 2


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
def test_ctrl_c_stops_following_and_stop_stops_the_training(run, result, tmp_path):
    started = TrainingStarted("cpu", 10, 3, 1, 1, ("bone_1",), ())
    live = Live(pid=1, beat=time.time() + 20, ended=False, events=(event_to_json(started),))
    (tmp_path / "live.json").write_text(live.model_dump_json())
    command = [sys.executable, "-m", "napari_rpdl", "attach", tmp_path]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as following:
        assert "10 parameters" in following.stderr.readline()
        following.send_signal(signal.SIGINT)
        rest = following.stderr.read()
    assert following.returncode == 130
    assert f"napari-rpdl stop {tmp_path}" in rest
    assert not (tmp_path / "stop_training").exists()
    assert result("stop", tmp_path) == {"run": str(tmp_path), "asked": True}
    assert (tmp_path / "stop_training").exists()
    assert run("attach", tmp_path / "nowhere")[0] == 1


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the training's process in /proc")
def test_a_killed_training_is_reported_in_words_and_resume_goes_on(run, small_dataset, tmp_path):
    folder = tmp_path / "run"
    command = [sys.executable, "-m", "napari_rpdl", "train", small_dataset.folder, folder, *TINY, *ENDLESS]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as program:
        until = next(line for line in program.stderr if line.startswith("epoch 2/"))
        (child,) = Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()
        os.kill(int(child), signal.SIGKILL)
        rest = until + program.stderr.read()
    assert program.returncode == 1
    assert "ended unexpectedly (signal 9)" in rest
    assert "Traceback" not in rest
    assert Run.open(folder).state == "resumable"


def test_a_training_left_alone_goes_on_until_it_is_stopped(result, small_dataset, tmp_path):
    folder = tmp_path / "run"
    words = ("train", small_dataset.folder, folder, "--hold-out-surgeons", "surgeon_1", *TINY, *ENDLESS)
    started = result(*words, "--alone")
    try:
        assert started["training_bones"]
        assert running(folder), "attach finds it as soon as the program has ended"
    finally:
        assert result("stop", folder)["asked"]
    end = time.monotonic() + 60
    while running(folder):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert Run.open(folder).record.hold_out_surgeons == ("surgeon_1",)


def test_a_training_in_this_process_cannot_be_left_alone(run, small_dataset, tmp_path):
    status, _, err = run("train", small_dataset.folder, tmp_path / "run", "--in-process", "--alone")
    assert status == 2
    assert "leave out --in-process" in err


def test_a_run_without_an_epoch_has_nothing_to_resume(tmp_path):
    assert "No epoch had ended" in how_to_resume(tmp_path)


@pytest.mark.parametrize("words", [["--preset", "paper"], ["--preset=paper"]])
def test_a_preset_is_where_the_other_flags_start(words):
    command = parse(Train, "train", ["data", "run", "--epochs", "3", "--prior-bias", *words, "--dropout", "0.1"])
    paper = PRESETS["paper"]
    network = paper.network.model_copy(update={"dropout": 0.1})
    optimisation = paper.optimisation.model_copy(update={"prior_bias": True})
    changed = {"epochs": 3, "network": network, "optimisation": optimisation}
    assert command.training == paper.model_copy(update=changed)


def test_without_a_preset_the_defaults_hold():
    assert parse(Train, "train", ["data", "run"]).training == TrainingSettings()


def test_a_preset_is_as_it_is_for_the_network_and_the_loss():
    words = ["data", "run", "--preset", "paper", "--name", "myronenko18", "--loss=dice"]
    command = parse(Train, "train", words)
    assert command.training == preset_for("paper", "myronenko18", "dice")
    assert (command.training.network.filters, command.training.batch_size) == (0, 16)
    code = parse(Train, "train", ["data", "run", "--preset", "published-code", "--loss", "wcel"]).training
    assert (code.loss_options.wcel_weight, code.loss_options.wcel_total, code.batch_size) == (23.485, "sum", 64)


def test_flags_win_over_what_a_preset_has_for_the_network():
    words = ["data", "run", "--preset", "paper", "--name", "myronenko18", "--batch-size", "64", "--filters", "8"]
    training = parse(Train, "train", words).training
    assert (training.batch_size, training.network.filters) == (64, 8)


@pytest.mark.parametrize("preset", ["default", "paper"])
@pytest.mark.parametrize(("word", "value"), [("--prior-bias", True), ("--no-prior-bias", False)])
def test_yes_and_no_can_be_said_whatever_the_preset_has(preset, word, value):
    training = parse(Train, "train", ["data", "run", "--preset", preset, word]).training
    assert training.optimisation.prior_bias is value


@pytest.fixture
def saved(tmp_path):
    settings = preset_for("paper", "myronenko18").model_copy(update={"epochs": 7, "learning_rate": 3e-4})
    save_training_settings(settings, tmp_path / "settings.json")
    return settings, tmp_path / "settings.json"


def test_a_file_of_settings_is_where_the_other_flags_start(saved):
    settings, path = saved
    assert parse(Train, "train", ["data", "run", "--settings", str(path)]).training == settings
    words = ["data", "run", f"--settings={path}", "--epochs", "3", "--prior-bias", "--name", "unet-cicek16"]
    network = settings.network.model_copy(update={"name": "unet-cicek16"})
    optimisation = settings.optimisation.model_copy(update={"prior_bias": True})
    changed = {"epochs": 3, "network": network, "optimisation": optimisation}
    assert parse(Train, "train", words).training == settings.model_copy(update=changed), "batch 16 stays: no preset"


@pytest.mark.parametrize("preset", ["default", "paper"])
def test_a_file_and_a_preset_are_one_start_too_many(run, saved, tmp_path, preset):
    status, out, err = run("train", tmp_path, tmp_path / "run", "--settings", saved[1], "--preset", preset)
    assert (status, out) == (2, "")
    assert f"--preset {preset} both say what a training starts from. Leave one of them out" in err


@pytest.mark.parametrize(
    ("text", "says"), [(None, "Could not read"), ("{", "damaged"), ('{"training": {"epoch": 3}}', "training.epoch")]
)
def test_a_file_of_settings_that_is_none_is_explained(run, tmp_path, text, says):
    if text is not None:
        (tmp_path / "my.json").write_text(text)
    status, out, err = run("train", tmp_path, tmp_path / "run", "--settings", tmp_path / "my.json")
    assert (status, out) == (1, "")
    assert says in err
    assert "Traceback" not in err


def test_a_run_trains_anew_by_the_settings_of_another(result, trained, small_dataset, tmp_path):
    again = tmp_path / "again"
    words = ["--hold-out", "bone_3", "--settings", trained / "settings.json", "--seed", "1"]
    result("train", small_dataset.folder, again, *words)
    assert Run.open(again).settings == Run.open(trained).settings.model_copy(update={"seed": 1})


def test_an_unknown_preset_is_refused(run, tmp_path):
    status, _, err = run("train", tmp_path, tmp_path / "run", "--preset", "papre")
    assert status == 2
    assert "published-code" in err
