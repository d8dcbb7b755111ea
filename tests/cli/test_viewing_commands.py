import sys
from pathlib import Path

import pytest

from napari_rpdl.cli import viewing_commands
from napari_rpdl.cli.viewing_commands import Shown, has_display, how_to_open
from napari_rpdl.experiments import demo
from napari_rpdl.experiments.demo import DemoEnded
from napari_rpdl.learning.runs import Run, RunRecord
from napari_rpdl.settings import DEMO, TrainingSettings


@pytest.fixture
def opened(monkeypatch):
    """What would have been opened, on a machine with a screen."""
    monkeypatch.setenv("DISPLAY", ":7")
    calls = []
    monkeypatch.setattr(viewing_commands, "open_viewer", calls.append)
    return calls


@pytest.fixture
def no_screen(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")


def test_view_opens_the_dataset(result, opened, small_dataset):
    assert result("view", small_dataset.folder) == {"viewed": str(small_dataset.folder)}
    assert opened == [Shown(small_dataset.folder)]


def test_view_opens_without_a_dataset(run, opened):
    assert run("view") == (0, "", "")
    assert opened == [Shown()]


def test_a_folder_that_is_no_dataset_opens_no_window(run, opened, tmp_path):
    assert run("view", tmp_path)[0] == 1
    assert opened == []


@pytest.mark.usefixtures("no_screen")
def test_without_a_screen_one_learns_how_to_open(run):
    status, _, err = run("view")
    assert status == 1
    assert "xvfb-run" in err


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ""}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"QT_QPA_PLATFORM": "offscreen"}, "linux", True),
        ({}, "darwin", True),
        ({}, "win32", True),
    ],
)
def test_only_linux_needs_a_display_server(environment, platform, expected):
    assert has_display(environment, platform) is expected


def test_the_command_to_open_can_be_pasted():
    assert '"napari-rpdl view"' in how_to_open(Shown())
    shown = Shown(Path("my bones"), "bone_9", Path("out/run"))
    assert "napari-rpdl view 'my bones' --case bone_9 --run out/run" in how_to_open(shown)


@pytest.fixture
def run_folder(small_dataset, tmp_path):
    """A training that has just begun, with bone_2 held out."""
    record = RunRecord(
        dataset_folder=str(small_dataset.folder),
        dataset_name=small_dataset.name,
        training_cases=("bone_1",),
        validation_cases=("bone_3",),
        hold_out=("bone_2",),
        right_ears=True,
        table=small_dataset.table,
    )
    return Run.create(tmp_path / "run", TrainingSettings(), record).folder


def test_view_shows_what_a_run_was_held_out_from(result, opened, small_dataset, run_folder):
    result("view", "--run", run_folder)
    result("view", small_dataset.folder, "--run", run_folder, "--case", "bone_1")
    assert opened == [Shown(small_dataset.folder, name, run_folder) for name in ("bone_2", "bone_1")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--case", "bone_1"], "dataset folder"),
        (["{dataset}", "--case", "bone_77"], "bone_77"),
        (["{dataset}", "--run", "{dataset}"], "run.json"),
    ],
)
def test_what_is_not_there_opens_no_window(run, opened, small_dataset, words, said):
    status, _, err = run("view", *[word.format(dataset=small_dataset.folder) for word in words])
    assert status == 1
    assert said in err
    assert opened == []


@pytest.fixture
def demo_calls(monkeypatch):
    """Calls of a demo that is over at once; the real one has its own tests."""
    calls = []

    def run_demo(dataset, out, settings, hold_out):
        calls.append((dataset.folder, out, settings, hold_out))
        yield DemoEnded(report=str(out / "index.html"), dice=0.6, baseline=0.5, surgeons=None, oracle=0.8)

    monkeypatch.setattr(demo, "run_demo", run_demo)
    return calls


def test_demo_runs_on_the_last_bone_and_opens_the_viewer(result, opened, demo_calls, small_dataset, tmp_path):
    found = result("demo", "--dataset", small_dataset.folder, "--out", tmp_path / "out")
    assert found == {
        "case_id": "bone_3",
        "report": str(tmp_path / "out" / "index.html"),
        "dice": 0.6,
        "baseline": 0.5,
        "surgeons": None,
        "oracle": 0.8,
    }
    assert demo_calls == [(small_dataset.folder, tmp_path / "out", DEMO, "bone_3")]
    assert opened == [Shown(small_dataset.folder, "bone_3", tmp_path / "out" / "run")]


def test_demo_can_hold_out_another_bone_and_stay_closed(result, opened, demo_calls, small_dataset):
    result("demo", "--dataset", small_dataset.folder, "--hold-out", "bone_1", "--no-view", "--epochs", "3")
    assert demo_calls[0][2:] == (DEMO.model_copy(update={"epochs": 3}), "bone_1")
    assert opened == []


@pytest.mark.usefixtures("no_screen", "demo_calls")
def test_demo_succeeds_without_a_screen(run, small_dataset):
    status, out, err = run("demo", "--dataset", small_dataset.folder)
    assert status == 0
    assert [line.split()[-1] for line in out.splitlines()[1:5]] == ["0.600", "0.500", "-", "0.800"]
    assert "Report:" in out
    assert f"napari-rpdl view {small_dataset.folder} --case bone_3 --run demo_output/run" in err
