"""Where a drilled region reaches into structures that must not be touched."""

import numpy as np

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.errors import InputError


def critical_voxels(mask: Mask, case: Case) -> dict[str, int]:
    """Return how many voxels of ``mask`` lie inside each critical structure.

    Every structure of role "critical" in the case's table is named, in the table's
    order, with 0 where it is untouched; empty where the case has no structures.

    Args:
        mask: bool (z, y, x) on the case's grid.
        case: the bone.

    Raises:
        InputError: ``mask`` is no mask of the case's shape.
    """
    check_on_grid(mask, case)
    if case.structures is None:
        return {}
    touched = np.bincount(case.labels()[mask], minlength=256)
    voxels: dict[str, int] = {}
    for structure in case.table.structures:
        if structure.role == "critical":
            voxels[structure.name] = voxels.get(structure.name, 0) + int(touched[structure.code])
    return voxels


def check_on_grid(mask: Mask, case: Case) -> None:
    """Raise an InputError unless ``mask`` is boolean and has the shape of the case's grid."""
    if mask.dtype != np.bool_ or mask.shape != case.grid.shape:
        msg = (
            f"Expected a mask of shape {case.grid.shape} for {case.case_id}, got {mask.dtype} {mask.shape}. "
            "Is this a prediction of another case, or at another resolution?"
        )
        raise InputError(msg)
