"""Start napari with the workspace, or with a grading study and nothing else."""

from pathlib import Path

import napari

from napari_rpdl.gui.contributions import workspace_of
from napari_rpdl.gui.windows import make_room
from napari_rpdl.gui.workspace import Workspace
from napari_rpdl.review.requirements import check_requirements
from napari_rpdl.settings.review import GradingSettings


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
    workspace = workspace_of(viewer)  # where napari's own menu and commands find it, too
    if workspace.memory.last.dock_width is None:
        make_room(viewer)  # from then on napari's memory of its window holds what the person made of it
    if dataset is not None:
        workspace.open_dataset(dataset, case_id, run)
    return viewer, workspace


def start_grading(study: Path, grader: str, answers: str = "", settings: GradingSettings | None = None) -> None:
    """Open a grading window as ``grading.open_grading`` does; return when it is closed."""
    check_requirements()
    from napari_rpdl.gui.grading import open_grading  # imported late: SQLAlchemy is an extra

    open_grading(study, grader, answers, settings)
    napari.run()
