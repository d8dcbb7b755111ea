"""Where a drilled region reaches into structures that must not be touched."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.data.volume import Spacing
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


def voxels_within(mask: Mask, case: Case, margin: float) -> dict[str, int]:
    """Return how many voxels of ``mask`` lie inside each critical structure or no farther than ``margin`` from it.

    Named and ordered as by ``critical_voxels``; distances run between voxel centres.

    Args:
        mask: bool (z, y, x) on the case's grid.
        case: the bone.
        margin: mm, voxels where the spacing is unknown; not negative.

    Raises:
        InputError: ``mask`` is no mask of the case's shape, or the margin is negative.
    """
    check_on_grid(mask, case)
    if not margin >= 0:
        msg = f"Expected a margin of 0 or more, got {margin}."
        raise InputError(msg)
    if case.structures is None:
        return {}
    labels = case.labels()
    drilled = np.multiply(np.argwhere(mask), case.grid.steps, dtype=np.float64)
    near: dict[str, int] = {}
    for name, codes in critical_codes(case).items():
        near[name] = _count_within(drilled, np.isin(labels, codes), case.grid.steps, margin)
    return near


def critical_codes(case: Case) -> dict[str, list[int]]:
    """Return the codes of each critical structure by its name, in the table's order."""
    codes: dict[str, list[int]] = {}
    for structure in case.table.structures:
        if structure.role == "critical":
            codes.setdefault(structure.name, []).append(structure.code)
    return codes


def _count_within(points: NDArray[np.float64], structure: Mask, steps: Spacing, margin: float) -> int:
    """Return how many of (N, 3) points are within ``margin`` of a voxel of the structure."""
    if not len(points) or not structure.any():
        return 0
    # SciPy's bound is exclusive, and equal distances differ in the last bits.
    bound = margin * (1 + 1e-9) + 1e-9
    found = KDTree(np.argwhere(structure) * steps).query(points, distance_upper_bound=bound)[0]
    return int(np.isfinite(found).sum())
