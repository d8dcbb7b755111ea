"""Everything that is known about one voxel of a bone."""

from dataclasses import dataclass

import numpy as np

from napari_rpdl.data.case import Case
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.landmarks import Voxel

_FIRST_REACH = 8
"""In voxels."""


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
    """Look around the voxel, farther and farther: a mouse that moves over a large bone asks many times a second."""
    if case.structures is None:
        return None
    labels, steps = case.labels(), np.array(case.grid.steps)
    reach = _FIRST_REACH * steps.max()
    while True:
        margins = np.ceil(reach / steps).astype(int)
        start, stop = np.maximum(voxel - margins, 0), np.minimum(voxel + margins + 1, labels.shape)
        box = labels[tuple(map(slice, start, stop))]
        critical = np.argwhere(np.isin(box, case.table.codes_of("critical"))) + start
        away = np.linalg.norm((critical - voxel) * steps, axis=1)
        if away.min(initial=np.inf) <= reach or box.size == labels.size:
            break
        reach = min(2 * reach, away.min(initial=np.inf))  # in the corners of a box lies what is farther than its sides
    if not len(critical):
        return None
    z, y, x = critical[away.argmin()].tolist()
    return Nearest(case.table[int(labels[z, y, x])].name, float(away.min()), (z, y, x))
