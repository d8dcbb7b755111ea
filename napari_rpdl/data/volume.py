"""Grid and Volume: where voxels lie in the body, and the voxels.

Arrays are ``z y x`` everywhere, in closest canonical (RAS+) order: x grows towards
the patient's right, y towards the face, z towards the crown. Files keep the
order they came in: axes are permuted and flipped on reading and put back on writing.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.errors import InputError

Shape = tuple[int, int, int]
Spacing = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The lattice that the arrays of a case share.

    Attributes:
        shape: number of voxels along z, y, x; each at least 1.
        affine: float64 (4, 4); takes a voxel index in the order (x, y, z, 1), counted
            at voxel centres, to RAS+ millimetres (voxels where the spacing is unknown).
            It may be oblique; its axes are in closest canonical order.
        spacing_known: False where no one has said how large a voxel is.
        stored_axes: orientation of the file (NIfTI axis codes, e.g. "LPS") to which
            arrays are put back when they are written.
    """

    shape: Shape
    affine: NDArray[np.float64] = field(default_factory=lambda: np.eye(4))
    spacing_known: bool = False
    stored_axes: str = "RAS"

    def __post_init__(self) -> None:
        if len(self.shape) != 3 or min(self.shape) < 1:
            msg = f"Expected a grid of three axes with at least one voxel each, got {self.shape}."
            raise InputError(msg)
        if self.affine.shape != (4, 4) or not np.isfinite(self.affine).all():
            msg = "Expected an affine of 4 x 4 finite numbers. Check the file's orientation header."
            raise InputError(msg)
        lengths = np.linalg.norm(self.affine[:3, :3], axis=0)
        # Relative to the voxel, so that micrometres are not mistaken for flatness.
        if min(lengths) <= 0 or abs(np.linalg.det(self.affine[:3, :3] / lengths)) < 1e-6:
            msg = "The affine maps all voxels to one plane. Check the file's orientation header."
            raise InputError(msg)

    @classmethod
    def of_shape(cls, shape: Shape, spacing_mm: Spacing | None = None) -> "Grid":
        """Return an axis-aligned grid; ``spacing_mm`` is (z, y, x), None where unknown."""
        affine = np.eye(4)
        if spacing_mm is not None:
            if not all(np.isfinite(step) and step > 0 for step in spacing_mm):
                msg = f"Expected three positive spacings in mm (z, y, x), got {spacing_mm}."
                raise InputError(msg)
            affine[:3, :3] = np.diag(spacing_mm[::-1])
        return cls(shape, affine, spacing_mm is not None)

    @property
    def steps(self) -> Spacing:
        """Distance between voxel centres along z, y, x: mm where known, else voxels."""
        x, y, z = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(z), float(y), float(x)

    @property
    def spacing_mm(self) -> Spacing | None:
        """Voxel size (z, y, x) in mm, None where nobody has said it."""
        return self.steps if self.spacing_known else None

    @property
    def origin(self) -> Spacing:
        """World position of the first voxel's centre, in the order z, y, x."""
        x, y, z = self.affine[:3, 3]
        return float(z), float(y), float(x)

    def resampled(self, shape: Shape) -> "Grid":
        """Return the grid of the same field of view with another number of voxels.

        The outer faces of the outermost voxels stay where they are, so the first
        centre moves by half the change in voxel size.
        """
        old, new = np.array(self.shape[::-1]), np.array(shape[::-1])
        ratio = old / new
        to_old = np.eye(4)
        to_old[:3, :3] = np.diag(ratio)
        to_old[:3, 3] = ratio / 2 - 0.5
        return replace(self, shape=shape, affine=self.affine @ to_old)

    def matches(self, other: "Grid", tolerance: float = 1e-3) -> bool:
        """Say whether both grids have their voxels at the same places.

        ``tolerance`` is the largest allowed distance of any corner voxel, in voxels.
        Grids of unknown spacing match when their shapes do.
        """
        if self.shape != other.shape:
            return False
        if not (self.spacing_known and other.spacing_known):
            return True
        corners = np.array(np.meshgrid(*[(0, n - 1) for n in self.shape[::-1]])).reshape(3, -1)
        homogeneous = np.vstack([corners, np.ones(8)])
        moved = np.linalg.solve(self.affine, other.affine @ homogeneous) - homogeneous
        return bool(np.abs(moved[:3]).max() <= tolerance)


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """A 3-D scalar array ``voxels`` (z, y, x) of any numeric dtype on a ``grid``."""

    voxels: NDArray[Any]
    grid: Grid

    def __post_init__(self) -> None:
        if self.voxels.shape != self.grid.shape:
            msg = f"The array has shape {self.voxels.shape}, but its grid has {self.grid.shape} (z, y, x)."
            raise InputError(msg)
