"""What a burr must know of a bone: what can be drilled, what must not, and how far that is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion
from scipy.spatial import cKDTree

from napari_rpdl.consensus.constraints import forbidden, outside_air
from napari_rpdl.data.case import Case, Mask
from napari_rpdl.data.drill_log import region_hash
from napari_rpdl.drilling.burr import Box, Positions
from napari_rpdl.evaluation.clearance import Band, band_of
from napari_rpdl.evaluation.surfaces import unit_of


@dataclass(frozen=True, slots=True)
class BurrDistance:
    """How far the burr is from what it must not touch.

    Attributes:
        structure: the closest critical structure.
        distance: from the burr's surface to the centre of its closest voxel; 0 where the burr holds that centre.
        unit: "mm", or "voxels" where the spacing is unknown.
        band: as ``evaluation.clearance.band_of`` names it.
    """

    structure: str
    distance: float
    unit: str
    band: Band


class Surroundings:
    """What does not change while a bone is drilled. Some seconds of work for 256 voxels an axis.

    Attributes:
        case: the bone.
        drillable: bool (z, y, x): everything but the air around the bone, so that a region
            means what it means in the other annotations; all of the grid where there are
            no structures. Cells of air inside the bone belong to it.
        structures_sha256: hash of the structure codes, empty where there are none.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.structures_sha256 = region_hash(case.labels()) if case.structures is not None else ""
        has_air = case.structures is not None and bool(case.table.codes_of("air"))
        self.drillable: Mask = ~outside_air(case) if has_air else np.ones(case.grid.shape, np.bool_)
        self._critical = case.table.mask_of(case.labels(), "critical") if case.structures is not None else None
        self._tree, self._names = self._closest_voxels()

    @property
    def has_critical(self) -> bool:
        """Whether the bone has critical structures."""
        return self._tree is not None

    def locked(self, box: Box, margin: float) -> Mask:
        """Return where in ``box`` critical structures and what lies within ``margin`` of them is.

        Exact whatever the box: what lies around it counts, too.
        """
        shape = tuple(part.stop - part.start for part in box)
        if self._critical is None or not self.has_critical:
            return np.zeros(shape, np.bool_)
        reach = [int(margin / step) + 1 for step in self.case.grid.steps]
        z, y, x = (slice(max(part.start - more, 0), part.stop + more) for part, more in zip(box, reach, strict=True))
        wide = forbidden(self.case, margin, (z, y, x))
        inner = tuple(
            slice(part.start - grown.start, part.stop - grown.start) for part, grown in zip(box, (z, y, x), strict=True)
        )
        return wide[inner]

    def distance(self, position: Positions, diameter: float) -> BurrDistance | None:
        """Return how far a burr at ``position`` (z, y, x; voxel indices) is from the closest critical structure.

        None where the bone has none.
        """
        if self._tree is None or self._critical is None:
            return None
        grid = self.case.grid
        away, index = self._tree.query(np.asarray(position) * grid.steps)
        name = self._names[int(index)]
        held = np.rint(position).astype(int)
        if ((held >= 0) & (held < grid.shape)).all() and self._critical[tuple(held)]:
            away, name = 0.0, self.case.table[int(self.case.labels()[tuple(held)])].name
        distance = max(float(away) - diameter / 2, 0.0)
        band = band_of(distance, float(np.linalg.norm(grid.steps)), grid.spacing_known)
        return BurrDistance(name, distance, unit_of(grid), band)

    def distances(self, positions: Positions, diameters: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Return ``distance`` (N,) for burrs at many positions (N, 3); None where nothing is critical."""
        if self._tree is None or self._critical is None:
            return None
        grid = self.case.grid
        away, _ = self._tree.query(positions * grid.steps)
        held = np.clip(np.rint(positions).astype(int), 0, np.array(grid.shape) - 1)
        within = (np.abs(positions - held) <= 0.5).all(axis=1) & self._critical[tuple(held.T)]
        return np.maximum(np.where(within, 0.0, away) - diameters / 2, 0.0)

    def _closest_voxels(self) -> tuple[cKDTree | None, list[str]]:
        """Return a search tree of the voxels on the surfaces of critical structures, and the names of these."""
        if self._critical is None or not self._critical.any():
            return None, []
        shell = np.argwhere(self._critical & ~binary_erosion(self._critical))
        codes = self.case.labels()[tuple(shell.T)]
        words = {int(code): self.case.table[int(code)].name for code in np.unique(codes)}
        return cKDTree(shell * self.case.grid.steps), [words[code] for code in codes.tolist()]
