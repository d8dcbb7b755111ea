"""How close a drilled region comes to each structure that must not be touched."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.evaluation.landmarks import Voxel
from napari_rpdl.evaluation.safety import check_on_grid

Band = Literal["inside", "below resolution", "< 1 mm", "1-2 mm", "2-3 mm", "> 3 mm", ""]


@dataclass(frozen=True, slots=True)
class Clearance:
    """What lies between a region and one critical structure.

    Attributes:
        structure: its name.
        inside: voxels of the structure that the region holds.
        distance: from the centre of the region's closest voxel to that of the structure's; 0 inside it.
        unit: "mm", or "voxels" where the spacing is unknown.
        band: the distance in the bands that surgeons think in, "" where the unit is voxels;
            "below resolution" up to a voxel's diagonal, where the two may touch: the grid
            cannot tell a hair's breadth from a whole voxel.
        voxel: the structure's closest voxel (z, y, x).
    """

    structure: str
    inside: int
    distance: float
    unit: str
    band: Band
    voxel: Voxel


def clearances(mask: Mask, case: Case) -> tuple[Clearance, ...]:
    """Return the clearance to every critical structure of a case, the closest first.

    One Euclidean distance transform of the region, whatever the number of structures.
    Empty where the region is, or where the case has no structures.

    Raises:
        InputError: ``mask`` is no mask of the case's shape.
    """
    check_on_grid(mask, case)
    if case.structures is None or not mask.any():
        return ()
    labels = case.labels()
    away = distance_transform_edt(~mask, sampling=case.grid.steps)
    found = [
        _clearance(case, case.table[code].name, np.argwhere(labels == code), mask, away)
        for code in case.table.codes_of("critical")
        if (labels == code).any()
    ]
    return tuple(sorted(found, key=lambda one: (one.distance, -one.inside)))


def band_of(distance: float, resolution: float, known: bool) -> Band:
    """Return the band of a distance; ``resolution`` is a voxel's diagonal, ``known`` whether lengths are in mm."""
    if distance == 0:
        return "inside"
    if distance <= resolution * 1.001:
        return "below resolution"
    if not known:
        return ""
    bands: tuple[tuple[float, Band], ...] = ((1, "< 1 mm"), (2, "1-2 mm"), (3, "2-3 mm"))
    return next((band for border, band in bands if distance < border), "> 3 mm")


def _clearance(case: Case, name: str, voxels: NDArray[np.intp], mask: Mask, away: NDArray[np.float64]) -> Clearance:
    places = tuple(voxels.T)
    distances = away[places]
    closest = int(distances.argmin())
    z, y, x = voxels[closest].tolist()
    distance, known = float(distances[closest]), case.grid.spacing_known
    return Clearance(
        structure=name,
        inside=int(mask[places].sum()),
        distance=distance,
        unit="mm" if known else "voxels",
        band=band_of(distance, float(np.linalg.norm(case.grid.steps)), known),
        voxel=(z, y, x),
    )
