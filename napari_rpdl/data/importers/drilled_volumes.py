"""A labelled bone before surgery and after it become a case with drilled regions."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Annotation, Case, Mask, checked_name
from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.data.nifti import read_labels, read_mask
from napari_rpdl.data.structures import TEMPORAL_BONE, Structure, StructureTable
from napari_rpdl.data.volume import Volume
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event, Progressed, Said

Convention = Literal["after", "removed"]

_MOST_CODES = 64
"""More different values than this are intensities, not structures."""


def import_drilled(
    bone: Path, after: Sequence[Path], out: Path, *, convention: Convention = "after", case_id: str = ""
) -> Iterator[Event]:
    """Write a dataset of one bone to ``out``; each file of ``after`` is one surgeon's.

    Volumes are compared in canonical order, so a file may be stored in another
    orientation as long as its voxels lie at the same places.

    Args:
        bone: labelled volume (NIfTI) before surgery; 0 is air.
        after: by ``convention``, the labelled bone after surgery (removed are the voxels
            that were not air before and are air after), or the removed region itself
            (two values). The file's name without ``.nii`` or ``.nii.gz`` is the surgeon.
        out: new or empty folder.
        convention: "after" or "removed".
        case_id: name of the case; the bone file's name where empty.

    Raises:
        InputError: CT intensities instead of labels, another grid, nothing removed, two
            files of one name, or no files.
    """
    if not after:
        msg = "Expected at least one volume after surgery; got only the bone."
        raise InputError(msg)
    surgeons = _surgeons(after)
    case_id = checked_name(case_id or stem(bone), "case's name")
    before = _labels(bone)
    table = table_of(np.unique(before.voxels), str(bone))
    origin = f"Imported from the labelled bone {bone.name} and what {len(after)} surgeon(s) left of it."
    with DatasetWriter(
        out, name=case_id, table=table, surgeons=surgeons, origin=origin, licence="not stated"
    ) as writer:
        annotations = []
        for number, (surgeon, path) in enumerate(zip(surgeons, after, strict=True), start=1):
            mask, remark = (
                _removed(before, path) if convention == "after" else (read_mask(path, before.grid).voxels, "")
            )
            if remark:
                yield Said(remark)
            if not mask.any():
                msg = f"{path} shows nothing removed from {bone}. Is it the volume after surgery, or the wrong bone?"
                raise InputError(msg)
            annotations.append(Annotation(surgeon, mask))
            yield Progressed("comparing volumes", number, len(after))
        writer.add(Case(case_id, before.grid, table, structures=before, annotations=tuple(annotations)))


def stem(path: Path) -> str:
    """Return the file's name without ``.nii`` or ``.nii.gz``."""
    return path.name.removesuffix(".gz").removesuffix(".nii")


def table_of(codes: NDArray[np.uint8], where: str) -> StructureTable:
    """Return ``TEMPORAL_BONE`` where it knows all ``codes``, else a table that numbers them.

    Raises:
        InputError: so many different codes that they must be intensities.
    """
    if len(codes) > _MOST_CODES:
        msg = (
            f"{where} holds {len(codes)} different values, which look like intensities. Expected structure codes "
            "(labels, 0 is air): CT volumes must be segmented first."
        )
        raise InputError(msg)
    if set(codes.tolist()) <= set(TEMPORAL_BONE.codes):
        return TEMPORAL_BONE
    colors = [structure.color for structure in TEMPORAL_BONE.structures[1:]]
    named = [
        Structure(code=code, name=f"structure {code}", color=colors[index % len(colors)], role="other")
        for index, code in enumerate(sorted(set(codes.tolist()) - {0}))
    ]
    return StructureTable(structures=(TEMPORAL_BONE[0], *named))


def _surgeons(paths: Sequence[Path]) -> tuple[str, ...]:
    names = tuple(checked_name(stem(path), f"surgeon's name (the name of the file {path})") for path in paths)
    if len(set(names)) != len(names):
        msg = f"Expected each surgeon once, got {', '.join(names)}. A file's name is its surgeon: rename the files."
        raise InputError(msg)
    return names


def _labels(path: Path) -> Volume:
    try:
        return read_labels(path)
    except InputError as error:
        msg = f"{error} Volumes are compared by structure code (0 is air): labels are needed, not CT intensities."
        raise InputError(msg) from error


def _removed(before: Volume, path: Path) -> tuple[Mask, str]:
    after = read_labels(path, before.grid)
    was_air, is_air = before.voxels == 0, after.voxels == 0
    added = int(np.count_nonzero(was_air & ~is_air))
    remark = f"{path.name}: {added} voxels are air before and not after; they are ignored." if added else ""
    return ~was_air & is_air, remark
