"""Places in a bone by which a person finds the way."""

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Case

Voxel = tuple[int, int, int]

_OUTERMOST = 0.2


def lateral_canal(case: Case) -> Voxel | None:
    """Return the voxel (z, y, x) at the lateral semicircular canal, the landmark of the antrum's floor.

    Tables rarely name the three canals apart. The lateral one reaches farthest out, so
    the median of the outermost fifth of all voxels of canals is taken. Without canals
    the incus, which lies just outside, stands for it. None where there is neither.
    """
    labels = case.labels()
    for part in ("semicircular", "incus"):
        codes = [structure.code for structure in case.table.structures if part in structure.name]
        voxels = np.argwhere(np.isin(labels, codes))
        if len(voxels):
            return _middle_of_outermost(voxels if case.side != "left" else voxels * (1, 1, -1))
    return None


def lateral_first(case: Case, voxels: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return (z, y, depth) with index 0 outermost; a view. The case's side must be known."""
    return voxels if case.side == "left" else voxels[:, :, ::-1]


def drilled_heart(case: Case) -> Voxel | None:
    """Return the voxel (z, y, x) in the middle of what the first surgeon drilled, None where nobody did."""
    for mask in case.masks():
        if mask.any():
            z, y, x = (int(np.median(axis)) for axis in np.nonzero(mask))
            return z, y, x
    return None


def _middle_of_outermost(voxels: NDArray[np.intp]) -> Voxel:
    """Return the median of the voxels with the largest x; x is negative where it was mirrored."""
    border = np.quantile(voxels[:, 2], 1 - _OUTERMOST)
    z, y, x = np.median(voxels[voxels[:, 2] >= border], axis=0)
    return int(z), int(y), int(abs(x))
