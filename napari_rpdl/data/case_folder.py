"""One case as a folder: structures, CT, and a file for each surgeon.

::

    <case_id>/  structures.nii.gz  [ct.nii.gz]
                annotations/<surgeon>.nii.gz
                burr_positions/<surgeon>.npy     float32 (N, 3), voxel indices z y x
                drillings/<surgeon>.jsonl        tool log of a region drilled here (drill_log.py)
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.arrays import map_array
from napari_rpdl.data.case import Annotation, Case, Side, checked_name
from napari_rpdl.data.drill_log import log_text, read_drill_log
from napari_rpdl.data.nifti import read_grid, read_labels, read_mask, read_volume, write_volume
from napari_rpdl.data.structures import StructureTable
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError
from napari_rpdl.files import write_text, write_with

STRUCTURES = "structures.nii.gz"
CT = "ct.nii.gz"
_SUFFIX = ".nii.gz"


def read_case(
    folder: Path,
    root: Path,
    table: StructureTable,
    surgeons: Sequence[str] | None = None,
    *,
    bone: str = "",
    side: Side | None = None,
) -> Case:
    """Return the case in ``folder``, whose files may not lead out of ``root``.

    Args:
        folder: its name is the case's name.
        root: the dataset's folder, or ``folder`` itself.
        table: what the codes of the structures mean.
        surgeons: who may have annotated, in the order the case gets; None allows everyone,
            in the order of their names. A surgeon without a file has not drilled this bone.
        bone: name of the bone, the case's name where empty.
        side: which ear.

    Raises:
        InputError: names the file that is missing, damaged, on another grid, a link out
            of ``root``, by nobody in ``surgeons``, or with codes that ``table`` lacks.
    """
    inside(root, folder)
    files = _annotation_files(folder, root, surgeons)
    fixed = [path for name in (STRUCTURES, CT) if (path := inside(root, folder / name)).exists()]
    if not fixed and not files:
        msg = f"Expected {folder} to hold {STRUCTURES}, {CT} or annotations/<surgeon>{_SUFFIX}, but it holds none."
        raise InputError(msg)
    grid = read_grid([*fixed, *files.values()][0])
    volumes = {
        path.name: read_labels(path, grid) if path.name == STRUCTURES else read_volume(path, grid) for path in fixed
    }
    if STRUCTURES in volumes:
        table.check(volumes[STRUCTURES].voxels, str(folder / STRUCTURES))
    return Case(
        case_id=folder.name,
        grid=grid,
        table=table,
        structures=volumes.get(STRUCTURES),
        ct=volumes.get(CT),
        annotations=tuple(
            _read_annotation(folder, root, surgeon, read_mask(path, grid).voxels) for surgeon, path in files.items()
        ),
        side=side,
        bone=bone,
    )


def write_case(folder: Path, case: Case) -> None:
    """Write all that ``case`` holds, file by file.

    Raises:
        InputError: the folder cannot be written.
    """
    for volume, name in ((case.structures, STRUCTURES), (case.ct, CT)):
        if volume is not None:
            write_volume(volume, folder / name)
    for annotation in case.annotations:
        write_annotation(folder, annotation, case.grid)


def write_annotation(folder_of_case: Path, annotation: Annotation, grid: Grid) -> None:
    """Write or replace what one surgeon drilled; without burr positions or a log, older ones go.

    The mask comes last: only with it do the others count.

    Raises:
        InputError: the mask is not on ``grid``, or the folder cannot be written.
    """
    path = annotation_path(folder_of_case, annotation.surgeon)
    volume = Volume(annotation.mask, grid)
    positions = _positions_path(folder_of_case, annotation.surgeon)
    log = drill_log_path(folder_of_case, annotation.surgeon)
    if annotation.burr_positions is None or len(annotation.burr_positions) == 0:
        positions.unlink(missing_ok=True)
    else:
        burr = np.ascontiguousarray(annotation.burr_positions, "<f4")
        write_with(positions, lambda beside: np.save(beside, burr, allow_pickle=False))
    if annotation.log is None:
        log.unlink(missing_ok=True)
    else:
        write_text(log, log_text(annotation.log))
    write_volume(volume, path)


def inside(root: Path, path: Path) -> Path:
    """Return ``path``; an InputError where it (through links) leads out of ``root``."""
    try:
        leaves = not path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError) as error:
        msg = f"{path} is a link that leads nowhere. Replace it by the file itself."
        raise InputError(msg) from error
    if leaves:
        msg = f"{path} is a link that leads out of {root}. Copy the file into the folder instead."
        raise InputError(msg)
    return path


def _annotation_files(folder: Path, root: Path, surgeons: Sequence[str] | None) -> dict[str, Path]:
    """Return the file of every surgeon who drilled this bone, in the order of ``surgeons``."""
    where = inside(root, folder / "annotations")
    found = {}
    for path in sorted(where.iterdir()) if where.is_dir() else []:
        if not path.name.startswith("."):
            found[_surgeon_of(path, surgeons)] = inside(root, path)
    return {surgeon: found[surgeon] for surgeon in surgeons or found if surgeon in found}


def _surgeon_of(path: Path, surgeons: Sequence[str] | None) -> str:
    if not path.name.endswith(_SUFFIX):
        msg = f"Expected annotations to be named <surgeon>{_SUFFIX}, got {path}. Rename, convert or remove it."
        raise InputError(msg)
    surgeon = checked_name(path.name.removesuffix(_SUFFIX), f"surgeon's name in {path}")
    if surgeons is not None and surgeon not in surgeons:
        listed = ", ".join(surgeons) or "nobody"
        msg = f"{path} is by {surgeon!r}, but dataset.json lists: {listed}. Add the surgeon there or remove the file."
        raise InputError(msg)
    return surgeon


def annotation_path(folder_of_case: Path, surgeon: str) -> Path:
    """Return where the region of a surgeon lies."""
    return folder_of_case / "annotations" / f"{surgeon}{_SUFFIX}"


def annotators(folder_of_case: Path) -> set[str]:
    """Return the names of all annotations there; they are not read."""
    return {path.name.removesuffix(_SUFFIX) for path in (folder_of_case / "annotations").glob(f"[!.]*{_SUFFIX}")}


def grid_of_case(folder: Path) -> Grid:
    """Return the grid of the case in ``folder``; an InputError where nothing there has one."""
    annotations = sorted((folder / "annotations").glob(f"[!.]*{_SUFFIX}"))
    for path in (folder / STRUCTURES, folder / CT, *annotations):
        if path.exists():
            return read_grid(path)
    msg = f"Expected {folder} to hold {STRUCTURES}, {CT} or annotations/<surgeon>{_SUFFIX}, but it holds none."
    raise InputError(msg)


def drill_log_path(folder_of_case: Path, surgeon: str) -> Path:
    """Return where the tool log of a surgeon lies."""
    return folder_of_case / "drillings" / f"{surgeon}.jsonl"


def _read_annotation(folder: Path, root: Path, surgeon: str, mask: NDArray[np.bool_]) -> Annotation:
    """Return a region with the log that led to it; what a dying program wrote of a newer one is left out."""
    positions, path = _read_positions(folder, root, surgeon), inside(root, drill_log_path(folder, surgeon))
    if not path.is_file():
        return Annotation(surgeon, mask, positions)
    written = read_drill_log(path)
    log = written.of(mask)
    if log is None:
        return Annotation(surgeon, mask, positions)
    return Annotation(surgeon, mask, positions if log == written else log.burr_positions(), log)


def _positions_path(folder: Path, surgeon: str) -> Path:
    return folder / "burr_positions" / f"{surgeon}.npy"


def _read_positions(folder: Path, root: Path, surgeon: str) -> NDArray[np.float32] | None:
    path = inside(root, _positions_path(folder, surgeon))
    if not path.is_file():
        return None
    mapped = map_array(path)
    if mapped.ndim != 2 or mapped.shape[1] != 3 or mapped.dtype.newbyteorder("=") != np.float32:
        msg = (
            f"Expected {path} to hold float32 positions (N, 3) in voxels (z, y, x), got {mapped.dtype} {mapped.shape}."
        )
        raise InputError(msg)
    positions = np.array(mapped, np.float32)
    if not np.isfinite(positions).all():
        msg = f"Expected finite burr positions in {path}, got NaN or infinity. Record them again or remove the file."
        raise InputError(msg)
    return positions
