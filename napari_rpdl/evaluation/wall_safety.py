"""How safe the whole wall of a cavity is, for each structure that must not be touched.

Distances run between the centres of voxels. The wall are the drilled voxels that share a
face with matter that stays, so neither the open side of a cavity nor the grid's border counts.
"""

from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import KDTree

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.data.structures import StructureTable
from napari_rpdl.evaluation.clearance import Clearance, band_of
from napari_rpdl.evaluation.landmarks import Voxel
from napari_rpdl.evaluation.safety import check_on_grid, critical_codes

BANDS = ("inside", "below resolution", "< 1", "1-2", "2-3", "> 3")
"""Where a voxel of the wall lies: in the structure, no farther than a voxel's diagonal, and in mm (or voxels)."""
_TOUCHING = 1.001
_SAMPLE = 500
_FAR = 3.0
_Box = tuple[slice, slice, slice]


@dataclass(frozen=True, slots=True)
class WallSafety:
    """What lies between a cavity and one critical structure.

    Attributes:
        clearance: the closest distance, where, and how many voxels of the structure are drilled.
        place: the region's voxel (z, y, x) from which the distance runs.
        wall: voxels of the wall in each of ``BANDS``.
        exposed: area of the faces that drilled voxels share with the structure's that stay, in
            mm², or their number where the spacing is unknown. Faces of voxels follow an oblique
            surface in steps, which are up to 1.7 times as large as it.
        surgeons: median of the closest distances of the bone's surgeons, None where there is none.
    """

    clearance: Clearance
    place: Voxel
    wall: tuple[int, ...]
    exposed: float
    surgeons: float | None


class CriticalSurfaces:
    """The critical structures of a bone, ready to be asked how far away they are.

    Attributes:
        names: of all that occur in the bone, in the table's order; empty without structures.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self._labels = case.labels() if case.structures is not None else np.zeros((0, 0, 0), np.uint8)
        boxes = ndimage.find_objects(self._labels) if self._labels.size else []
        self._codes = critical_codes(case) if self._labels.size else {}
        self._voxels: dict[str, NDArray[np.intp]] = {}
        self._trees: dict[str, KDTree] = {}
        for name, codes in self._codes.items():
            found = [_skin(self._labels, code, boxes[code - 1]) for code in codes if 0 < code <= len(boxes)]
            voxels = np.concatenate(found) if found else np.zeros((0, 3), np.intp)
            if len(voxels):
                self._voxels[name], self._trees[name] = voxels, KDTree(voxels * case.grid.steps)
        self.names = tuple(self._trees)

    def distances(
        self, name: str, points: NDArray[np.float64], at_least: float = 0.0
    ) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Return how far points are from a structure's outermost voxels, (N,), and the closest of these, (N, 3).

        Args:
            name: of the structure.
            points: (N, 3) z, y, x from the centre of the grid's first voxel, in its unit; N > 0.
            at_least: a distance may be infinite where it exceeds this one and the smallest of all.
        """
        tree = self._trees[name]
        some = tree.query(points[:: max(len(points) // _SAMPLE, 1)])[0].min()
        # Looking no farther than the best of a sample saves nine tenths of the time; the bound is exclusive.
        bound = max(float(some), at_least) * (1 + 1e-9) + 1e-9
        distances, found = tree.query(points, distance_upper_bound=bound)
        return np.asarray(distances), self._voxels[name][np.minimum(found, tree.n - 1)]

    def within(self, name: str, labels: NDArray[np.uint8]) -> Mask:
        """Return where labels are the structure's."""
        inside: Mask = np.isin(labels, self._codes[name])
        return inside


def wall_safety(
    mask: Mask, case: Case, without: str = "", surfaces: CriticalSurfaces | None = None
) -> tuple[WallSafety, ...]:
    """Return the safety of a cavity for every critical structure of a case, the closest first.

    Empty where the region is, or where the case has no critical structure.

    Args:
        mask: bool (z, y, x) on the case's grid, True where bone was removed.
        case: the bone; its surgeons' regions give the median.
        without: a surgeon whose region does not count in the median, such as the one measured.
        surfaces: of the case, where they are known already.

    Raises:
        InputError: ``mask`` is no mask of the case's shape.
    """
    check_on_grid(mask, case)
    if case.structures is None or not mask.any():
        return ()
    around = surfaces or CriticalSurfaces(case)
    cavity = _Cavity(mask, case)
    others = [_Cavity(one.mask, case) for one in case.annotations if one.surgeon != without and one.mask.any()]
    found = [_of(name, cavity, others, around) for name in around.names]
    return tuple(sorted(found, key=lambda one: (one.clearance.distance, -one.clearance.inside)))


def wall_distances(mask: Mask, case: Case, surfaces: CriticalSurfaces) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the voxels (N, 3) of a cavity's wall, and how far each is from the nearest critical structure, (N,).

    The distance is 0 inside a structure and may be infinite beyond 3; both are empty where the region is.
    """
    if not mask.any():
        return np.zeros((0, 3), np.intp), np.zeros(0)
    cavity = _Cavity(mask, case)
    points = cavity.points[cavity.is_wall]
    nearest = np.full(len(points), np.inf)
    if not len(points):
        return cavity.rim[cavity.is_wall], nearest
    for name in surfaces.names:
        distances = surfaces.distances(name, points, at_least=_FAR)[0]
        distances[cavity.inside(surfaces.within(name, cavity.labels))[cavity.is_wall]] = 0.0
        np.minimum(nearest, distances, out=nearest)
    return cavity.rim[cavity.is_wall], nearest


def wall_of(mask: Mask, labels: NDArray[np.uint8], table: StructureTable) -> Mask:
    """Return the drilled voxels that share a face with matter that stays, bool (z, y, x)."""
    matter = ~table.mask_of(labels, "air") & ~mask
    touching: Mask = ndimage.binary_dilation(matter) & mask
    return touching


class _Cavity:
    """A region cut out of its grid with a voxel to spare."""

    def __init__(self, mask: Mask, case: Case) -> None:
        box = ndimage.find_objects(mask.view(np.uint8))[0]
        z, y, x = (slice(max(part.start - 1, 0), part.stop + 1) for part in box)
        self.box: _Box = (z, y, x)
        self.steps = case.grid.steps
        self.mask, self.labels = mask[self.box], case.labels()[self.box]
        self._start = np.array([part.start for part in self.box])
        rim = np.argwhere(self.mask & ~ndimage.binary_erosion(self.mask))
        self._at = tuple(rim.T)
        self.is_wall = wall_of(self.mask, self.labels, case.table)[self._at]
        self.rim = rim + self._start
        self.points = self.rim * self.steps

    def first(self, where: Mask) -> Voxel:
        """Return the first voxel of the whole grid that is True in the box."""
        z, y, x = (np.argwhere(where)[0] + self._start).tolist()
        return z, y, x

    def inside(self, structure: Mask) -> NDArray[np.bool_]:
        """Return which voxels of the rim (N,) belong to a structure, given in the box."""
        inside: NDArray[np.bool_] = structure[self._at]
        return inside


def _of(name: str, cavity: _Cavity, others: list[_Cavity], around: CriticalSurfaces) -> WallSafety:
    structure = around.within(name, cavity.labels)
    drilled = structure & cavity.mask
    distances, nearest = around.distances(name, cavity.points, at_least=_FAR)
    distances[cavity.inside(structure)] = 0.0
    closest = int(distances.argmin())
    grid, count = around.case.grid, int(drilled.sum())
    distance = 0.0 if count else float(distances[closest])
    resolution = float(np.linalg.norm(grid.steps))
    voxel = cavity.first(drilled) if count else _voxel(nearest[closest])
    clearance = Clearance(
        structure=name,
        inside=count,
        distance=distance,
        unit="mm" if grid.spacing_known else "voxels",
        band=band_of(distance, resolution, grid.spacing_known),
        voxel=voxel,
    )
    return WallSafety(
        clearance=clearance,
        place=voxel if count else _voxel(cavity.rim[closest]),
        wall=_counts(distances[cavity.is_wall], resolution),
        exposed=_exposed(cavity.mask, structure & ~cavity.mask, cavity.steps, grid.spacing_known),
        surgeons=median(_closest(name, other, around) for other in others) if others else None,
    )


def _closest(name: str, cavity: _Cavity, around: CriticalSurfaces) -> float:
    if (around.within(name, cavity.labels) & cavity.mask).any():
        return 0.0
    return float(around.distances(name, cavity.points)[0].min())


def band_numbers(distances: NDArray[np.float64], resolution: float) -> NDArray[np.intp]:
    """Return the place in ``BANDS`` of each distance (N,); ``resolution`` is a voxel's diagonal."""
    numbers: NDArray[np.intp] = 2 + np.digitize(distances, (1, 2, 3))
    numbers[distances <= resolution * _TOUCHING] = 1
    numbers[distances == 0] = 0
    return numbers


def _counts(distances: NDArray[np.float64], resolution: float) -> tuple[int, ...]:
    counts = np.bincount(band_numbers(distances, resolution), minlength=len(BANDS))
    return tuple(counts.tolist())


def _exposed(drilled: Mask, structure: Mask, steps: tuple[float, float, float], known: bool) -> float:
    """Return the area of the faces between drilled voxels and those of a structure."""
    total = 0.0
    for axis in range(3):
        low, high = (np.take(part, range(part.shape[axis] - 1), axis) for part in (drilled, structure))
        after, before = (np.take(part, range(1, part.shape[axis]), axis) for part in (structure, drilled))
        faces = int((low & after).sum() + (before & high).sum())
        total += faces * (float(np.prod(steps)) / steps[axis] if known else 1.0)
    return total


def _skin(labels: NDArray[np.uint8], code: int, box: _Box | None) -> NDArray[np.intp]:
    """Return the voxels (N, 3) of a structure that have a face to something else: no other can be closest."""
    if box is None:
        return np.zeros((0, 3), np.intp)
    structure = labels[box] == code
    skin: NDArray[np.intp] = np.argwhere(structure & ~ndimage.binary_erosion(structure)) + [part.start for part in box]
    return skin


def _voxel(place: NDArray[np.intp]) -> Voxel:
    z, y, x = place.tolist()
    return z, y, x
