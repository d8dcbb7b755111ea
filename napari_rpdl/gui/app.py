"""Start napari with the workspace."""

from pathlib import Path

import napari
from qtpy.QtGui import QGuiApplication

from napari_rpdl.gui.workspace import TITLE, Workspace

ROOMY = 1440, 900
"""Width and height at which no panel of the workspace is cut off."""


def start(dataset: Path | None, case_id: str = "", run: Path | None = None) -> None:
    """Open the viewer as ``open_viewer`` does; return when the window is closed."""
    open_viewer(dataset, case_id, run)
    napari.run()


def open_viewer(
    dataset: Path | None = None, case_id: str = "", run: Path | None = None, show: bool = True
) -> tuple[napari.Viewer, Workspace]:
    """Return a viewer with the workspace on its right.

    Args:
        dataset: folder to open; none when None.
        case_id: bone to show, the first when empty.
        run: folder of a training whose network predicts that bone at once.
        show: whether the window is visible.

    Raises:
        InputError: ``run`` is no folder of a training.
    """
    viewer = napari.Viewer(title="napari-rpdl", show=show)
    workspace = Workspace(viewer)
    viewer.window.add_dock_widget(workspace, name=TITLE, area="right")
    _make_room(viewer)
    if dataset is not None:
        workspace.open_dataset(dataset, case_id, run)
    return viewer, workspace


def _make_room(viewer: napari.Viewer) -> None:
    """Enlarge a window that is smaller than the workspace needs, as far as the screen goes."""
    *_, width, height = viewer.window.geometry()
    screen = QGuiApplication.primaryScreen().availableSize()
    viewer.window.resize(max(width, min(ROOMY[0], screen.width())), max(height, min(ROOMY[1], screen.height())))
