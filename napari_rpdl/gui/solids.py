"""What a tile of a grid shows: surfaces, or a slice. Plain data."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.gui.camera import Direction
from napari_rpdl.gui.coarsening import coarsened
from napari_rpdl.gui.cut import Plane
from napari_rpdl.gui.meshes import Mesh
from napari_rpdl.gui.pose import Matrix, Pose

_MARGIN = 1.06
_COARSE_CELLS = 22  # along the longest side of a bone: its cavity keeps its shape with a tenth of the triangles


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A surface of a tile.

    Attributes:
        mesh: triangles in voxel coordinates (z, y, x).
        coarse: the same with fewer triangles, drawn while a hand turns a slow picture.
        opacity: 0..1; parts below 1 are drawn last and hide nothing behind them.
        whole: True where a cutting plane leaves the part as it is.
        closed: True where nobody can see its inside unless it is cut or glassy: half of the triangles, those
            that face away, need not be drawn.
    """

    mesh: Mesh
    coarse: Mesh
    opacity: float = 1.0
    whole: bool = False
    closed: bool = False

    @classmethod
    def of(cls, mesh: Mesh, opacity: float = 1.0, whole: bool = False) -> "Part":
        """Return the part of a closed surface (``meshes.surface``) with its coarse twin."""
        extent = float(np.ptp(mesh.vertices, axis=0).max()) if len(mesh.vertices) else 1.0
        return cls(mesh, coarsened(mesh, max(extent / _COARSE_CELLS, 1e-3)), opacity, whole, closed=True)


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """Surfaces on one grid of voxels.

    Attributes:
        parts: drawn in one depth buffer.
        steps: distance of voxel centres (z, y, x), in the world's unit.
        shape: of the grid of voxels (z, y, x): what is framed, however much of it is drilled away.
        plane: what is cut away; None for nothing.
        left: True for a left ear, which is seen in the mirror image of the pose: one pose
            shows the same side of right and left ears.
    """

    parts: tuple[Part, ...]
    steps: Direction
    shape: tuple[int, int, int]
    plane: Plane | None = None
    left: bool = False

    @property
    def radius(self) -> float:
        """Half the largest side of the grid and a little margin, in the world's unit."""
        return _MARGIN * float(np.max(np.multiply(self.shape, self.steps))) / 2

    def matrix(self, pose: Pose, radius: float) -> Matrix:
        """Return float64 (4, 4) from voxels (z, y, x, 1) to the cube that the tile shows, -1..1."""
        z, y, x = ((np.array(self.shape) - 1) / 2 * self.steps).tolist()
        held = pose.mirrored() if self.left else pose
        placed: Matrix = held.projection((z, y, x), radius) @ np.diag((*self.steps, 1.0))
        return placed


@dataclass(frozen=True, slots=True, eq=False)
class Flat:
    """A picture, such as a slice: uint8 (height, width, 3), shown whole in the middle of its tile.

    Attributes:
        aspect: height of the picture / width, as it shall look.
    """

    pixels: NDArray[np.uint8]
    aspect: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One picture of a grid of bones.

    Attributes:
        content: surfaces or a slice; None while it is being made, or where there is nothing to show.
        caption: who drilled, or which method answered.
        lines: beneath the caption, such as "Dice 0.71"; or why there is no picture.
        mark: "#rrggbb" of whoever drilled, beside the caption; none where empty.
        tip: more words, seen when the mouse rests on the caption.
    """

    content: Solid | Flat | None
    caption: str
    lines: tuple[str, ...] = ()
    mark: str = ""
    tip: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class TileRow:
    """One bone and its tiles; rows may be of different length."""

    title: str
    tiles: tuple[Tile, ...]
