"""What napari.yaml names: readers, the sample, commands."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.arrays import map_array
from napari_rpdl.data.case import Case
from napari_rpdl.data.dataset import Dataset, read_case_folder
from napari_rpdl.data.nifti import read_volume
from napari_rpdl.data.sample import sample_dataset_folder
from napari_rpdl.data.volume import Grid
from napari_rpdl.errors import InputError
from napari_rpdl.gui.colormaps import one_color_labels, structure_labels
from napari_rpdl.gui.palette import surgeon_color
from napari_rpdl.gui.space import metadata_of, placement

if TYPE_CHECKING:
    import napari

    from napari_rpdl.gui.dialogs import AnyImport
    from napari_rpdl.gui.workspace import Workspace

LayerData = tuple[Any, dict[str, Any], str]
Reader = Callable[[Any], list[LayerData]]
_PLUGIN = "napari-rpdl"
_MOST_CODES = 255


# -- readers --------------------------------------------------------------------------


def get_reader(path: str | Sequence[str]) -> Reader | None:
    """Return a reader for a dataset, a case folder, NIfTI files (bone, drilled regions) or CM arrays; else None."""
    paths = [Path(part) for part in ([path] if isinstance(path, str) else path)]
    if not paths:
        return None
    if len(paths) == 1 and paths[0].is_dir():
        return _folder_reader(paths[0])
    if all(part.name.endswith((".nii", ".nii.gz")) for part in paths):
        return lambda _: [_nifti_layer(part) for part in paths]
    if all(part.suffix == ".npy" for part in paths):
        return lambda _: [_array_layer(part) for part in paths]
    return None


def _folder_reader(folder: Path) -> Reader | None:
    if (folder / "dataset.json").is_file():
        return lambda _: _first_case(folder)
    if any((folder / name).exists() for name in ("structures.nii.gz", "ct.nii.gz", "annotations")):
        return lambda _: case_layers(read_case_folder(folder, None))
    return None


def _first_case(folder: Path) -> list[LayerData]:
    dataset = Dataset.open(folder)
    return case_layers(dataset.case(dataset.case_ids[0]))


def case_layers(case: Case) -> list[LayerData]:
    """Return a case as layers: CT, structures, and a mask for each surgeon."""
    layers: list[LayerData] = []
    if case.ct is not None:
        layers.append(_layer(case.ct.voxels, case.grid, "image", f"{case.case_id} CT"))
    if case.structures is not None:
        look = {"colormap": structure_labels(case.table)}
        layers.append(_layer(case.labels(), case.grid, "labels", f"{case.case_id} structures", **look))
    for rank, annotation in enumerate(case.annotations):
        look = {"colormap": one_color_labels(surgeon_color(rank)), "opacity": 0.5, "visible": rank == 0}
        name = f"{case.case_id} drilled by {annotation.surgeon}"
        layers.append(_layer(annotation.mask.astype(np.uint8), case.grid, "labels", name, **look))
    return layers


def _nifti_layer(path: Path) -> LayerData:
    """Return whole numbers up to 255 as labels (a bone, a drilled region), everything else as an image."""
    volume = read_volume(path)
    name = path.name.removesuffix(".gz").removesuffix(".nii")
    whole = np.issubdtype(volume.voxels.dtype, np.integer)
    if whole and volume.voxels.min() >= 0 and volume.voxels.max() <= _MOST_CODES:
        return _layer(volume.voxels.astype(np.uint8), volume.grid, "labels", name)
    return _layer(volume.voxels, volume.grid, "image", name)


def _array_layer(path: Path) -> LayerData:
    """Return published CM arrays: (bone and surgeon, z, y, x) small whole numbers, mapped and not read into memory."""
    array = map_array(path)
    if array.ndim != 4 or not np.issubdtype(array.dtype, np.integer):
        msg = f"Expected {path} to hold whole numbers (bone and surgeon, z, y, x), got {array.dtype} {array.shape}."
        raise InputError(msg)
    return array, {"name": path.stem, "axis_labels": ("bone and surgeon", "z", "y", "x")}, "labels"


def _layer(data: NDArray[Any], grid: Grid, kind: str, name: str, **look: object) -> LayerData:
    return data, {"name": name, "metadata": metadata_of(grid), **placement(grid), **look}, kind


# -- sample ---------------------------------------------------------------------------


def phantom_bone_1() -> list[LayerData]:
    """Return the first bone of the phantom (synthetic) as layers."""
    return _first_case(sample_dataset_folder())


# -- commands -------------------------------------------------------------------------


def workspace_of(viewer: "napari.viewer.Viewer") -> "Workspace":
    """Return the viewer's workspace, docked now if it was not."""
    from napari_rpdl.gui.workspace import TITLE

    _, workspace = viewer.window.add_plugin_dock_widget(_PLUGIN, TITLE)
    return workspace  # type: ignore[no-any-return]  # napari is untyped


def open_phantom_sample(napari_viewer: "napari.viewer.Viewer") -> None:
    """Open the phantom dataset in the workspace."""
    workspace_of(napari_viewer).open_sample()


def import_cm_arrays(napari_viewer: "napari.viewer.Viewer") -> None:
    """Ask for the published arrays, import and open them."""
    from napari_rpdl.gui.dialogs import CMArraysDialog

    ask(CMArraysDialog, workspace_of(napari_viewer))


def import_drilled_volumes(napari_viewer: "napari.viewer.Viewer") -> None:
    """Ask for a bone before and after surgery, import and open it."""
    from napari_rpdl.gui.dialogs import DrilledVolumesDialog

    ask(DrilledVolumesDialog, workspace_of(napari_viewer))


def import_recordings(napari_viewer: "napari.viewer.Viewer") -> None:
    """Ask for drill recordings, import and open them."""
    from napari_rpdl.gui.dialogs import RecordingsDialog

    ask(RecordingsDialog, workspace_of(napari_viewer))


def use_layers(napari_viewer: "napari.viewer.Viewer") -> None:
    """Ask which layers are the bone and what surgeons drilled, and open them as a dataset."""
    from napari.utils.notifications import show_error

    from napari_rpdl.gui.dialogs import UseLayersDialog

    workspace = workspace_of(napari_viewer)
    layers = workspace.hand_layers()
    if layers:
        ask(lambda parent: UseLayersDialog(layers, parent), workspace)
    else:
        show_error("There is no labels layer to use. Drag NIfTI files of labels into the viewer first.")


def plan_study(napari_viewer: "napari.viewer.Viewer") -> None:
    """Plan a grading study from the open dataset and folders of predictions."""
    from napari.utils.notifications import show_error

    from napari_rpdl.review.requirements import check_requirements

    workspace = workspace_of(napari_viewer)
    try:
        check_requirements()
        dataset = workspace.session.dataset
        if dataset is None:
            msg = "Open a dataset first: its surgeons' drillings and predictions for its bones are what is graded."
            raise InputError(msg)
    except InputError as error:
        show_error(str(error))
        return
    from napari_rpdl.gui.study_dialog import PlanStudyDialog

    run = workspace.session.run
    dialog = PlanStudyDialog(dataset, None if run is None else run / "predictions", workspace)
    while dialog.exec() == dialog.DialogCode.Accepted:
        try:
            events, said = dialog.events()
        except InputError as error:
            show_error(str(error))
            continue
        workspace.studies.write(events, said)
        return


def ask(kind: "Callable[[Workspace], AnyImport]", workspace: "Workspace") -> None:
    """Show an import dialog until its answers are complete or the person gives up."""
    from napari.utils.notifications import show_error

    dialog = kind(workspace)
    while dialog.exec() == dialog.DialogCode.Accepted:
        try:
            events, out = dialog.events(), dialog.folder()
        except InputError as error:
            show_error(str(error))
            continue
        workspace.start_import(events, out)
        return
