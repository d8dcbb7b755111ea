"""Coloured surfaces of masks for the 3-D view (scikit-image's marching cubes), light baked in.

The light is computed here because napari lights surfaces from behind as soon as its
camera shows patients unmirrored, and because its lamp throws no shadow: a cavity would
hardly be seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.gui.camera import lamp
from napari_rpdl.gui.palette import rgb

Floats = NDArray[np.float32]
Lamp = tuple[float, float, float]
_THIN = 0.12  # voxels, half a bar of the crosshair
_SIDES = ((0, 1, 3, 2), (4, 5, 7, 6), (0, 1, 5, 4), (2, 3, 7, 6), (0, 2, 6, 4), (1, 3, 7, 5))
_BOX = np.array([t for a, b, c, d in _SIDES for t in ((a, b, c), (a, c, d))], np.int32)
_AMBIENT, _LAMP, _BOUNCE = 0.34, 0.62, 0.16
_FINE = 100**3
"""Light on larger arrays is computed on every other voxel: nobody sees the difference, and 256³ takes a third."""
_PIXEL = 0.5
"""Halving an array blurs it as much as this many of its new voxels."""


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Triangles in voxel coordinates (z, y, x), coloured at the vertices.

    Attributes:
        vertices: float32 (N, 3).
        faces: int32 (M, 3), indices into ``vertices``.
        colors: float32 (N, 4), RGBA in 0..1.
    """

    vertices: Floats
    faces: NDArray[np.int32]
    colors: Floats

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return len(self.faces) == 0

    @property
    def drawable(self) -> "Mesh":
        """The mesh, or a triangle of no size for an empty one, which napari cannot draw."""
        return _SPECK if self.is_empty else self


NOTHING = Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32), np.zeros((0, 4), np.float32))
_SPECK = Mesh(np.zeros((3, 3), np.float32), np.array([[0, 1, 2]], np.int32), np.ones((3, 4), np.float32))


def surface(
    mask: Mask, color: str, towards_lamp: Lamp, sigma: float = 0.7, level: float = 0.5, *, glassy: bool = False
) -> Mesh:
    """Return the closed, lit surface of a mask (z, y, x).

    Args:
        mask: where it touches the border of the array it is closed there.
        color: "#rrggbb".
        towards_lamp: direction (z, y, x) in voxels.
        sigma: Gaussian smoothing in voxels that hides the staircase; parts that would
            vanish in it are drawn unsmoothed instead.
        level: below 0.5 the surface lies a little outside the mask, so that it wins over a touching one.
        glassy: for surfaces that one looks through: a large one is made of cells of two voxels, in a quarter of the
            time and triangles; what is a single voxel thin may be missing from it.
    """
    from skimage.measure import marching_cubes  # imported late: 0.3 s that opening napari need not wait for

    box = _bounding_box(mask, margin=2)
    if box is None:
        return NOTHING
    padded = np.pad(mask[box], 2)
    inside = _halved(padded) if glassy and padded.size > _FINE else padded.astype(np.float32)
    if inside.max() <= level:
        inside = padded.astype(np.float32)
    halved = inside.shape != padded.shape
    smooth = _smoothed(inside, sigma / 2 if halved else sigma)
    field = smooth if smooth.max() > level + 0.1 else inside
    vertices, faces, _, _ = marching_cubes(field, level, allow_degenerate=False)
    light = _lambert(_outward(field, vertices), towards_lamp)
    offset = np.array([part.start - 2 for part in box], np.float32)
    colors = np.ones((len(vertices), 4), np.float32)
    colors[:, :3] = light[:, None] * np.array(rgb(color), np.float32)
    if halved:
        vertices = 2 * vertices + 0.5  # the middle of a cell lies between two voxels
    return Mesh((vertices + offset).astype(np.float32), faces.astype(np.int32), colors)


def bone_surface(case: Case, color: str, drilled: Mask | None = None) -> Mesh:
    """Return the surface of the bone that is left once ``drilled`` (z, y, x) is cut out.

    It gets darker and warmer the deeper it lies in a cavity (a vertex is the darker, the
    more bone lies around it within about five voxels: half on a plain, all at the bottom
    of a shaft), and critical structures shine through thin bone, as they do in surgery.
    """
    solid = solid_of(case)
    bone = solid if drilled is None else solid & ~drilled
    mesh = surface(bone, color, lamp(case.side))
    if mesh.is_empty:
        return mesh
    openness = np.clip(1 - 1.9 * (_crowding(bone, mesh.vertices) - 0.5), 0.18, 1.06)
    shades = _shining_through(case, mesh, np.array(rgb(color), np.float32))
    shades[:, :3] *= openness[:, None] ** np.array([1.0, 1.25, 1.45], np.float32)  # deep bone looks reddish
    return replace(mesh, colors=np.clip(shades, 0, 1))


def _shining_through(case: Case, mesh: Mesh, bone: Floats) -> Floats:
    """Return the mesh's colours, tinted where a critical structure lies within about two voxels."""
    labels, shades = case.labels(), mesh.colors.copy()
    for code, box in _boxes(labels, case.table.codes_of("critical"), margin=4).items():
        start = np.array([part.start for part in box], np.float32)
        near = Blurred(labels[box] == code, 1.4)
        weight = np.clip(3.0 * near.at(mesh.vertices - start, outside=0.0), 0, 0.8)[:, None]
        tint = np.array(rgb(case.table[code].color), np.float32) / np.maximum(bone, 0.05)
        shades[:, :3] *= 1 - weight + weight * tint
    return shades


def structure_surfaces(case: Case, drilled: Mask | None = None) -> dict[int, Mesh]:
    """Return a surface for every structure that is neither air nor bone, by its code.

    ``drilled`` (z, y, x) is cut out of them, nothing when None.
    """
    labels, towards = case.labels(), lamp(case.side)
    meshes = {}
    for code, box in _boxes(labels, case.table.codes_of("critical", "landmark", "other"), margin=0).items():
        mask = labels[box] == code if drilled is None else (labels[box] == code) & ~drilled[box]
        mesh = surface(mask, case.table[code].color, towards, sigma=0.6, level=0.4)
        meshes[code] = replace(mesh, vertices=mesh.vertices + np.array([part.start for part in box], np.float32))
    return meshes


def solid_of(case: Case) -> Mask:
    """Return what the bone's surface encloses (z, y, x).

    Structures inside the bone belong to it, else every nerve would leave a hole around
    itself; landmarks such as the ear canal are hollow or soft and stay out.
    """
    return case.table.mask_of(case.labels(), "bone", "critical", "other")


def joined(meshes: Sequence[Mesh]) -> Mesh:
    """Return one mesh of all given ones."""
    filled = [mesh for mesh in meshes if not mesh.is_empty]
    if not filled:
        return NOTHING
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in filled[:-1])])
    return Mesh(
        np.concatenate([mesh.vertices for mesh in filled]),
        np.concatenate([mesh.faces + start for mesh, start in zip(filled, starts, strict=True)]).astype(np.int32),
        np.concatenate([mesh.colors for mesh in filled]),
    )


def cross(voxel: tuple[int, int, int], reach: float, shape: tuple[int, int, int]) -> Mesh:
    """Return three thin bars along z, y and x through a voxel, ``reach`` voxels to either side, inside a grid.

    They never leave the grid: napari would move its sliders with them.
    """
    corners = np.array([[(corner >> axis) & 1 for axis in range(3)] for corner in range(8)], np.float32) * 2 - 1
    bars = []
    for axis in range(3):
        half = np.full(3, _THIN, np.float32)
        half[axis] = reach
        bars.append(Mesh(corners * half + np.array(voxel, np.float32), _BOX, np.ones((8, 4), np.float32)))
    mesh = joined(bars)
    return replace(mesh, vertices=np.clip(mesh.vertices, 0, np.array(shape, np.float32) - 1))


def _bounding_box(mask: Mask, margin: int) -> tuple[slice, slice, slice] | None:
    if not mask.any():
        return None
    parts = []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        filled = np.flatnonzero(mask.any(axis=others))
        parts.append(slice(max(int(filled[0]) - margin, 0), int(filled[-1]) + 1 + margin))
    return parts[0], parts[1], parts[2]


def _boxes(labels: NDArray[np.uint8], codes: Sequence[int], margin: int) -> dict[int, tuple[slice, slice, slice]]:
    """Return the bounding box of each code that occurs, found in one pass over the array."""
    from scipy.ndimage import find_objects

    found = find_objects(labels)
    boxes = {}
    for code in codes:
        if 0 < code <= len(found) and (box := found[code - 1]) is not None:
            z, y, x = (slice(max(part.start - margin, 0), part.stop + margin) for part in box)
            boxes[code] = z, y, x
    return boxes


class Blurred:
    """A mask or field (z, y, x) under Gaussians of ``sigmas`` voxels, their mean; on every other voxel where large."""

    def __init__(self, field: NDArray[np.bool_] | Floats, *sigmas: float) -> None:
        self._halved = field.size > _FINE
        sharp = (_halved(field) if self._halved else field).astype(np.float32, copy=False)
        widths = [sigma / 2 if self._halved else sigma for sigma in sigmas]
        smooth = [_smoothed(sharp, width) for width in widths if width > _PIXEL] or [sharp]
        self._field: Floats = smooth[0]
        for more in smooth[1:]:
            self._field = self._field + more
        self._field = self._field / np.float32(len(smooth))

    def at(self, vertices: Floats, outside: float | None = None) -> Floats:
        """Return the values (N,) at vertices (N, 3), the nearest ones beyond the border where ``outside`` is None."""
        return _sampled(self._field, self._places(vertices), outside)

    def slope_at(self, vertices: Floats) -> Floats:
        """Return the gradient (N, 3) at vertices (N, 3); its length means nothing."""
        places = self._places(vertices)
        slopes = [np.gradient(self._field, axis=axis).astype(np.float32, copy=False) for axis in range(3)]
        return np.stack([_sampled(slope, places) for slope in slopes], axis=1)

    def _places(self, vertices: Floats) -> Floats:
        return (vertices - np.float32(0.5)) / np.float32(2) if self._halved else vertices


def _halved(field: NDArray[np.bool_] | Floats) -> Floats:
    """Return the means of blocks of 2 x 2 x 2; an odd last layer counts twice."""
    total: NDArray[Any] = field.view(np.uint8) if field.dtype == np.bool_ else field
    for axis in range(3):
        if total.shape[axis] % 2:
            total = np.concatenate([total, total.take([-1], axis)], axis)
        pairs = np.moveaxis(total, axis, 0)
        total = np.moveaxis(pairs[::2] + pairs[1::2], 0, axis)
    return np.ascontiguousarray(total, dtype=np.float32) / np.float32(8)


def _outward(field: Floats, vertices: Floats) -> Floats:
    """Return unit normals that point out of the mask: down the gradient of the smoothed mask."""
    gradient = Blurred(field, 0.8).slope_at(vertices)
    length = np.linalg.norm(gradient, axis=1, keepdims=True)
    normals: Floats = (-gradient / np.maximum(length, 1e-6)).astype(np.float32)
    return normals


def _lambert(normals: Floats, towards_lamp: Lamp) -> Floats:
    """Return brightness 0..1 by Lambert's law, with ambient light and a little bounced from behind."""
    direction = np.array(towards_lamp, np.float32) / np.linalg.norm(towards_lamp)
    facing = normals @ direction
    light: Floats = _AMBIENT + _LAMP * np.clip(facing, 0, 1) + _BOUNCE * np.clip(-facing, 0, 1)
    return light.astype(np.float32)


def _crowding(bone: Mask, vertices: Floats) -> Floats:
    """Return the share of bone around each vertex, near and far."""
    return Blurred(bone, 1.5, 4.0).at(vertices)


def _smoothed(field: Floats, sigma: float) -> Floats:
    from scipy.ndimage import gaussian_filter

    smooth: Floats = gaussian_filter(field, sigma, mode="constant")
    return smooth


def _sampled(field: Floats, vertices: Floats, outside: float | None = None) -> Floats:
    from scipy.ndimage import map_coordinates

    values: Floats = map_coordinates(
        field, vertices.T, order=1, mode="nearest" if outside is None else "constant", cval=outside or 0.0
    )
    return values
