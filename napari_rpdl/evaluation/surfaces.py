"""How far the surfaces of two regions lie apart: surface Dice, Hausdorff and mean distance.

The surface of a region are its voxels with a face neighbour outside of it; beyond the
edge of the grid is outside. Distances run between voxel centres, in the grid's unit. The
nearest voxels come from SciPy's k-d tree: unlike a distance transform of the whole grid
its cost grows with the surfaces only. docs/metrics.md says what the figures were checked
against.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import KDTree

from napari_rpdl.data.case import Mask
from napari_rpdl.data.volume import Grid, Spacing

# Distances that are equal on paper differ in the last bits.
_SLACK = 1 + 1e-9


class Surface:
    """The surface voxels of a region, ready to be asked for distances.

    Attributes:
        points: (N, 3) float64, their centres in the unit of ``steps``, from the first voxel on.
    """

    def __init__(self, mask: Mask, steps: Spacing) -> None:
        self.points: NDArray[np.float64] = np.multiply(_surface_voxels(mask), steps, dtype=np.float64)
        self._tree = KDTree(self.points) if len(self.points) else None

    def distance_of(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far each of (M, 3) points lies from the nearest surface voxel, (M,); needs a surface."""
        if self._tree is None:
            return np.full(len(points), np.inf)
        found: NDArray[np.float64] = self._tree.query(points)[0]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class SurfaceDistances:
    """How far every surface voxel of two regions lies from the other's surface.

    Where a region is empty there are no voxels of it, and those of the other have
    nothing to be far from: the distances that do not exist are None, surface Dice is 0,
    and 1 where both are empty.

    Attributes:
        there: (N,) from each surface voxel of the first region; infinite where the second is empty.
        back: (M,) from each surface voxel of the second one.
    """

    there: NDArray[np.float64]
    back: NDArray[np.float64]

    def dice(self, tolerance: float) -> float:
        """Return the share of all surface voxels that lie within ``tolerance`` of the other surface, 0..1.

        (Nikolov et al., J Med Internet Res 2021;23:e26151, with every surface voxel counted as one.)
        """
        voxels = self.there.size + self.back.size
        near = np.count_nonzero(self.there <= tolerance * _SLACK) + np.count_nonzero(self.back <= tolerance * _SLACK)
        return float(near / voxels) if voxels else 1.0

    def hausdorff(self, percent: float = 95) -> float | None:
        """Return the larger of both directions' ``percent``-th percentile; 100 is Hausdorff's own distance."""
        if not self._exist:
            return 0.0 if self._both_empty else None
        return float(max(np.percentile(self.there, percent), np.percentile(self.back, percent)))

    def average(self) -> float | None:
        """Return the mean over the surface voxels of both regions (average symmetric surface distance)."""
        if not self._exist:
            return 0.0 if self._both_empty else None
        return float((self.there.sum() + self.back.sum()) / (self.there.size + self.back.size))

    @property
    def _exist(self) -> bool:
        return bool(self.there.size and self.back.size)

    @property
    def _both_empty(self) -> bool:
        return not (self.there.size or self.back.size)


def distances_between(first: Surface, second: Surface) -> SurfaceDistances:
    """Return the distances between two surfaces of one grid."""
    return SurfaceDistances(second.distance_of(first.points), first.distance_of(second.points))


def surface_distances(first: Mask, second: Mask, grid: Grid) -> SurfaceDistances:
    """Return the distances between the surfaces of two masks, bool (z, y, x) on ``grid``; its unit."""
    return distances_between(Surface(first, grid.steps), Surface(second, grid.steps))


def unit_of(grid: Grid) -> str:
    """Return the unit of lengths on a grid: "mm", or "voxels" where the spacing is unknown."""
    return "mm" if grid.spacing_known else "voxels"


def _surface_voxels(mask: Mask) -> NDArray[np.intp]:
    """Return (N, 3) indices; only the box that holds the region is looked at."""
    boxes = ndimage.find_objects(mask.view(np.uint8))
    if not boxes:
        return np.empty((0, 3), np.intp)
    inside = mask[boxes[0]]
    surface = inside & ~ndimage.binary_erosion(inside)
    voxels: NDArray[np.intp] = np.argwhere(surface) + [axis.start for axis in boxes[0]]
    return voxels
