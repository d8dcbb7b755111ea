"""The command palette presses the workspace's own buttons."""

import inspect
from pathlib import Path

import pytest
from npe2 import PluginManifest

from napari_rpdl.gui import commands
from napari_rpdl.gui import roles as shown
from napari_rpdl.gui.sights import SLICES_TITLE
from napari_rpdl.gui.workspace import Workspace

ROOT = Path(__file__).parents[2]


@pytest.fixture
def workspace(make_napari_viewer_proxy, monkeypatch):
    viewer = make_napari_viewer_proxy()
    made = Workspace(viewer)
    viewer.window.add_dock_widget(made)
    made.viewer = viewer
    monkeypatch.setattr(commands, "workspace_of", lambda _: made)
    yield made
    made.jobs.close()


def test_every_command_is_in_the_manifest_and_takes_a_viewer() -> None:
    manifest = PluginManifest.from_file(ROOT / "napari.yaml")
    listed = {command.python_name: command for command in manifest.contributions.commands}
    ours = [
        value
        for name, value in vars(commands).items()
        if inspect.isfunction(value) and value.__module__ == commands.__name__ and name != "press"
    ]
    assert len(ours) == 8
    for function in ours:
        command = listed[f"{commands.__name__}:{function.__name__}"]
        assert command.title.startswith("RPDL: ")
        assert list(inspect.signature(function).parameters) == ["napari_viewer"]


def test_commands_do_what_the_buttons_do(workspace, small_dataset, idle) -> None:
    workspace.open_dataset(small_dataset.folder)
    idle(workspace.jobs)
    commands.next_bone(None)
    idle(workspace.jobs)
    assert workspace.session.case_id == "bone_2"
    commands.previous_bone(None)
    idle(workspace.jobs)
    assert workspace.session.case_id == "bone_1"
    commands.show_rpmap(None)
    idle(workspace.jobs)
    assert workspace.session.rpmap_shown
    assert shown.RPMAP in workspace.viewer.layers
    assert workspace.tabs.tabText(workspace.tabs.currentIndex()) == "RPMap"
    commands.colour_wall(None)
    assert workspace.session.wall_shown
    commands.three_slices(None)
    assert SLICES_TITLE in workspace.viewer.window.dock_widgets


def test_what_cannot_be_pressed_says_why(workspace, monkeypatch) -> None:
    told: list = []
    monkeypatch.setattr("napari.utils.notifications.show_info", told.append)
    commands.save_rpmap(None)
    commands.save_region(None)
    assert "surgeon" in told[0]
    assert "choose" in told[1].lower()
    assert workspace.session.case is None
