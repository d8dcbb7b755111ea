"""Everything that is known about one voxel of a bone."""

from dataclasses import dataclass

import numpy as np

from napari_rpdl.data.case import Case
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.landmarks import Voxel


@dataclass(frozen=True, slots=True)
class Nearest:
    """The critical structure closest to a voxel.

    Attributes:
        name: of the structure.
        distance: from the voxel's centre to that of the closest voxel of the structure, 0 inside it.
        voxel: that closest voxel (z, y, x).
    """

    name: str
    distance: float
    voxel: Voxel


@dataclass(frozen=True, slots=True)
class Probe:
    """What is known about one voxel.

    Attributes:
        voxel: (z, y, x).
        drilled_by: surgeons who drilled it, in the case's order.
        surgeons: how many surgeons the bone has.
        structure: name of what it is made of, empty where the case has no structures.
        nearest: the closest critical structure, None where there is none.
        unit: "mm", or "voxels" where the spacing is unknown; of ``nearest.distance``.
    """

    voxel: Voxel
    drilled_by: tuple[str, ...]
    surgeons: int
    structure: str
    nearest: Nearest | None
    unit: str


def probe(case: Case, voxel: Voxel) -> Probe:
    """Return what is known about a voxel of a case.

    Raises:
        InputError: the voxel lies outside the grid.
    """
    if not all(0 <= index < size for index, size in zip(voxel, case.grid.shape, strict=True)):
        msg = f"Expected a voxel within {case.grid.shape}, got {voxel}."
        raise InputError(msg)
    structure = case.table[int(case.labels()[voxel])].name if case.structures is not None else ""
    drilled_by = tuple(one.surgeon for one in case.annotations if one.mask[voxel])
    unit = "mm" if case.grid.spacing_known else "voxels"
    return Probe(voxel, drilled_by, len(case.annotations), structure, _nearest(case, voxel), unit)


def _nearest(case: Case, voxel: Voxel) -> Nearest | None:
    if case.structures is None:
        return None
    labels = case.labels()
    critical = np.argwhere(np.isin(labels, case.table.codes_of("critical")))
    if not len(critical):
        return None
    away = np.linalg.norm((critical - voxel) * case.grid.steps, axis=1)
    z, y, x = critical[away.argmin()].tolist()
    return Nearest(case.table[int(labels[z, y, x])].name, float(away.min()), (z, y, x))
