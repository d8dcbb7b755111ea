"""Where bones are cut open, for any bone of either side. Plain numbers."""

from dataclasses import dataclass
from typing import Literal

CutAxis = Literal["", "axial", "coronal", "sagittal"]
"""Which way a plane lies; empty for a whole bone."""
Plane = tuple[float, float, float, float]
"""(z, y, x, d) in voxels: what lies at n · p + d < 0 is cut away."""
Shape = tuple[int, int, int]

ACROSS: dict[CutAxis, int] = {"axial": 0, "coronal": 1, "sagittal": 2}
"""The axis (z, y, x) that a plane lies across."""
_KEPT = {"axial": -1.0, "coronal": 1.0, "sagittal": -1.0}  # below, in front, medial


@dataclass(frozen=True, slots=True)
class Cut:
    """A plane through bones of any shape.

    Attributes:
        axis: which way it lies.
        place: 0..1 from the feet to the crown, from the back to the front, or from the middle of the
            head outwards, so that it means the same in right and left ears.
        flipped: whether the other part is kept than the lower, front or medial one.
        structures: whether structures are cut as well, or stay whole and stand out of the face.
    """

    axis: CutAxis = ""
    place: float = 0.5
    flipped: bool = False
    structures: bool = True

    def voxel(self, shape: Shape, left: bool = False) -> float:
        """Return where the plane lies along its axis, in voxels of a grid; 0 for a whole bone."""
        if not self.axis:
            return 0.0
        place = 1 - self.place if self._mirrored(left) else self.place
        return place * (shape[ACROSS[self.axis]] - 1)

    def plane(self, shape: Shape, left: bool = False) -> Plane | None:
        """Return the plane on a grid, None for a whole bone."""
        if not self.axis:
            return None
        sign = _KEPT[self.axis] * (-1 if self._mirrored(left) else 1) * (-1 if self.flipped else 1)
        normal = [0.0, 0.0, 0.0]
        normal[ACROSS[self.axis]] = sign
        return normal[0], normal[1], normal[2], -sign * self.voxel(shape, left)

    def _mirrored(self, left: bool) -> bool:
        return left and self.axis == "sagittal"


WHOLE = Cut()
