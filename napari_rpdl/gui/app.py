"""Start napari with the workspace."""

from pathlib import Path

import napari

from napari_rpdl.gui.workspace import TITLE, Workspace


def start(dataset: Path | None) -> None:
    """Open the viewer, with a dataset where one is given; return when the window is closed."""
    open_viewer(dataset)
    napari.run()


def open_viewer(dataset: Path | None = None, show: bool = True) -> tuple[napari.Viewer, Workspace]:
    """Return a viewer with the workspace on its right."""
    viewer = napari.Viewer(title="napari-rpdl", show=show)
    workspace = Workspace(viewer)
    viewer.window.add_dock_widget(workspace, name=TITLE, area="right")
    if dataset is not None:
        workspace.open_dataset(dataset)
    return viewer, workspace
