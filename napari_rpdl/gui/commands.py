"""What the command palette offers: it presses the workspace's own buttons, so both always do the same."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from napari_rpdl.gui.contributions import workspace_of

if TYPE_CHECKING:
    import napari
    from qtpy.QtWidgets import QAbstractButton

    from napari_rpdl.gui.workspace import Workspace


def press(viewer: "napari.viewer.Viewer", find: "Callable[[Workspace], QAbstractButton]", tab: str = "") -> None:
    """Press a button, its tab in front; where it is disabled its tooltip says why."""
    from napari.utils.notifications import show_info

    workspace = workspace_of(viewer)
    button = find(workspace)
    if button.isEnabled():
        workspace.show_tab(tab)
        button.click()
    else:
        show_info(button.toolTip() or "Open a dataset first.")


def next_bone(napari_viewer: "napari.viewer.Viewer") -> None:
    """Show the next bone."""
    press(napari_viewer, lambda workspace: workspace.bones.next_button)


def previous_bone(napari_viewer: "napari.viewer.Viewer") -> None:
    """Show the previous bone."""
    press(napari_viewer, lambda workspace: workspace.bones.previous_button)


def three_slices(napari_viewer: "napari.viewer.Viewer") -> None:
    """Show three linked slices, or hide them."""
    press(napari_viewer, lambda workspace: workspace.sights.strip.slices_button)


def compare_bones(napari_viewer: "napari.viewer.Viewer") -> None:
    """Open the window with bones side by side."""
    press(napari_viewer, lambda workspace: workspace.sights.strip.compare_button)


def show_rpmap(napari_viewer: "napari.viewer.Viewer") -> None:
    """Show the reward-penalty map, or hide it."""
    press(napari_viewer, lambda workspace: workspace.rpmap.show_box, "RPMap")


def save_rpmap(napari_viewer: "napari.viewer.Viewer") -> None:
    """Save the reward-penalty map as NIfTI."""
    press(napari_viewer, lambda workspace: workspace.rpmap.save_button, "RPMap")


def colour_wall(napari_viewer: "napari.viewer.Viewer") -> None:
    """Colour the wall of the measured cavity by distance, or no longer."""
    press(napari_viewer, lambda workspace: workspace.inspect.wall_box, "Inspect")


def save_region(napari_viewer: "napari.viewer.Viewer") -> None:
    """Save the measured region as NIfTI."""
    press(napari_viewer, lambda workspace: workspace.inspect.save_button, "Inspect")
