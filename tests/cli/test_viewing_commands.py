import sys
from pathlib import Path

import pytest

from napari_rpdl.cli import viewing_commands
from napari_rpdl.cli.viewing_commands import has_display, how_to_open
from napari_rpdl.experiments import demo
from napari_rpdl.experiments.demo import DemoEnded
from napari_rpdl.settings import DEMO


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
    assert opened == [small_dataset.folder]


def test_view_opens_without_a_dataset(run, opened):
    assert run("view") == (0, "", "")
    assert opened == [None]


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


def test_the_command_to_open_names_the_dataset():
    assert "napari-rpdl view bones" in how_to_open(Path("bones"))


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
    assert opened == [small_dataset.folder]


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
    assert f"napari-rpdl view {small_dataset.folder}" in err
