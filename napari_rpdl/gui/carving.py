"""The surface of a bone while it is drilled: only what lies near the burr is made anew.

The surface is kept in bricks of 8 voxels an axis. Those that were made anew of late form
the *site*, all others the *rest*; so most changes replace a small surface in the viewer,
and the large one only when the burr enters bricks that it has not been in.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.drilling.burr import Box
from napari_rpdl.gui.camera import lamp
from napari_rpdl.gui.meshes import Mesh, bone_surface, joined, surface

Brick = tuple[int, int, int]
Make = Callable[[Box], Mesh]

_SIDE = 8
_KEY = np.array([1 << 40, 1 << 20, 1])
_SMOOTHED = 4  # voxels around a change whose surface moves with it
_SHADED = 8  # voxels around a brick that its shading depends on
_LARGE = 60_000  # vertices; what is smaller is replaced in the viewer in some 20 ms
_AROUND = 2  # bricks around the burr that join a site beside a large rest, so that it is replaced seldom


class CarvedSurface:
    """A surface in bricks.

    Attributes:
        rest: what was not made anew of late.
        site: what was.
    """

    def __init__(self, whole: Mesh, make: Make, shape: tuple[int, int, int]) -> None:
        """Cut up a surface.

        Args:
            whole: of all the bone.
            make: returns the surface of a box, in the grid's voxel coordinates; what it adds
                at the box's border is not used.
            shape: of the grid.
        """
        self._make, self._shape = make, shape
        self._bricks = _cut(whole)
        self._fresh: set[Brick] = set()
        self.rest, self.site = whole, joined(())

    def carve(self, box: Box) -> bool:
        """Make the surface anew where ``box`` changed; say whether ``rest`` is another one, too."""
        low = [(part.start - _SMOOTHED) // _SIDE for part in box]
        high = [(part.stop + _SMOOTHED - 1) // _SIDE for part in box]
        touched = set(_block(low, high))
        made = _cut(self._make(self._box(low, high)), (low[0], low[1], low[2]), (high[0], high[1], high[2]))
        for brick in touched:
            self._bricks.pop(brick, None)
        self._bricks |= made
        entered = not touched <= self._fresh
        if entered:
            wide = _AROUND if len(self.rest.vertices) > _LARGE else 0
            around = set(_block([at - wide for at in low], [at + wide for at in high]))
            self._fresh = around if len(self.site.vertices) > _LARGE else self._fresh | around
            self.rest = joined([mesh for brick, mesh in self._bricks.items() if brick not in self._fresh])
        self.site = joined([mesh for brick, mesh in self._bricks.items() if brick in self._fresh])
        return entered

    def _box(self, low: list[int], high: list[int]) -> Box:
        """Return the voxels that the surface of these bricks depends on."""
        z, y, x = (
            slice(max(a * _SIDE - _SHADED, 0), min((b + 1) * _SIDE + _SHADED, size))
            for a, b, size in zip(low, high, self._shape, strict=True)
        )
        return z, y, x


def carved_bone(case: Case, color: str, drilled: Mask, first: Mask | None = None) -> CarvedSurface:
    """Return the surface of a bone with ``drilled`` (z, y, x) cut out; the mask is looked at again at each change.

    Where the bone has no structures, the surface is that of the drilled region itself.

    Args:
        case: the bone.
        color: of bone.
        drilled: changes in place.
        first: what is cut out at first; a copy where ``drilled`` changes meanwhile, in another thread.
    """
    now = drilled if first is None else first
    whole = _region(case, color, now) if case.structures is None else bone_surface(case, color, now)
    make = _region_in if case.structures is None else _bone_in
    return CarvedSurface(whole, lambda box: make(case, color, drilled, box), case.grid.shape)


def _region(case: Case, color: str, drilled: Mask) -> Mesh:
    return surface(drilled, color, lamp(case.side))


def _region_in(case: Case, color: str, drilled: Mask, box: Box) -> Mesh:
    return _moved(surface(drilled[box], color, lamp(case.side)), box)


def _bone_in(case: Case, color: str, drilled: Mask, box: Box) -> Mesh:
    labels = case.labels()[box]
    grid = Grid.of_shape(labels.shape)
    part = replace(case, grid=grid, structures=Volume(labels, grid), ct=None, annotations=())
    return _moved(bone_surface(part, color, drilled[box]), box)


def _moved(mesh: Mesh, box: Box) -> Mesh:
    return replace(mesh, vertices=mesh.vertices + np.array([part.start for part in box], np.float32))


def _block(low: list[int], high: list[int]) -> Iterable[Brick]:
    z, y, x = (range(a, b + 1) for a, b in zip(low, high, strict=True))
    return product(z, y, x)


def _cut(mesh: Mesh, low: Brick | None = None, high: Brick | None = None) -> dict[Brick, Mesh]:
    """Return the faces of a mesh by the brick that holds their middle, only those from ``low`` to ``high``."""
    if mesh.is_empty:
        return {}
    first = mesh.vertices[mesh.faces[:, 0]]
    middles = (first + mesh.vertices[mesh.faces[:, 1]] + mesh.vertices[mesh.faces[:, 2]]) / np.float32(3)
    bricks = np.floor(middles / _SIDE).astype(np.int64)
    faces = mesh.faces
    if low is not None and high is not None:
        inside = ((bricks >= low) & (bricks <= high)).all(axis=1)
        bricks, faces = bricks[inside], faces[inside]
    keys = bricks @ _KEY
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.diff(keys[order], prepend=-(1 << 62)))
    parts = np.split(faces[order], starts[1:])
    named = bricks[order][starts].tolist()
    return {(z, y, x): _of_faces(mesh, part) for (z, y, x), part in zip(named, parts, strict=True)}


def _of_faces(mesh: Mesh, faces: NDArray[np.int32]) -> Mesh:
    used, renamed = np.unique(faces, return_inverse=True)
    return Mesh(mesh.vertices[used], renamed.reshape(-1, 3).astype(np.int32), mesh.colors[used])
