"""Coloured surfaces of masks for the 3-D view (scikit-image's marching cubes), light baked in.

The light is computed here because napari lights surfaces from behind as soon as its
camera shows patients unmirrored, and because its lamp throws no shadow: a cavity would
hardly be seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.gui.camera import lamp
from napari_rpdl.gui.palette import rgb

Floats = NDArray[np.float32]
Lamp = tuple[float, float, float]
_AMBIENT, _LAMP, _BOUNCE = 0.34, 0.62, 0.16


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


def surface(mask: Mask, color: str, towards_lamp: Lamp, sigma: float = 0.7, level: float = 0.5) -> Mesh:
    """Return the closed, lit surface of a mask (z, y, x).

    Args:
        mask: where it touches the border of the array it is closed there.
        color: "#rrggbb".
        towards_lamp: direction (z, y, x) in voxels.
        sigma: Gaussian smoothing in voxels that hides the staircase; parts that would
            vanish in it are drawn unsmoothed instead.
        level: below 0.5 the surface lies a little outside the mask, so that it wins over a touching one.
    """
    from skimage.measure import marching_cubes  # imported late: 0.3 s that opening napari need not wait for

    box = _bounding_box(mask, margin=2)
    if box is None:
        return NOTHING
    inside = np.pad(mask[box], 2).astype(np.float32)
    smooth = _smoothed(inside, sigma)
    field = smooth if smooth.max() > level + 0.1 else inside
    vertices, faces, _, _ = marching_cubes(field, level, allow_degenerate=False)
    light = _lambert(_outward(field, vertices), towards_lamp)
    offset = np.array([part.start - 2 for part in box], np.float32)
    colors = np.ones((len(vertices), 4), np.float32)
    colors[:, :3] = light[:, None] * np.array(rgb(color), np.float32)
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
    openness = np.clip(1 - 1.9 * (_sampled(_crowded(bone), mesh.vertices) - 0.5), 0.18, 1.06)
    shades = _shining_through(case, mesh, np.array(rgb(color), np.float32))
    shades[:, :3] *= openness[:, None] ** np.array([1.0, 1.25, 1.45], np.float32)  # deep bone looks reddish
    return replace(mesh, colors=np.clip(shades, 0, 1))


def _shining_through(case: Case, mesh: Mesh, bone: Floats) -> Floats:
    """Return the mesh's colours, tinted where a critical structure lies within about two voxels."""
    labels, shades = case.labels(), mesh.colors.copy()
    for code in case.table.codes_of("critical"):
        box = _bounding_box(labels == code, margin=4)
        if box is None:
            continue
        near = _smoothed((labels[box] == code).astype(np.float32), 1.4)
        start = np.array([part.start for part in box], np.float32)
        weight = np.clip(3.0 * _sampled(near, mesh.vertices - start, outside=0.0), 0, 0.8)[:, None]
        tint = np.array(rgb(case.table[code].color), np.float32) / np.maximum(bone, 0.05)
        shades[:, :3] *= 1 - weight + weight * tint
    return shades


def structure_surfaces(case: Case, drilled: Mask | None = None) -> dict[int, Mesh]:
    """Return a surface for every structure that is neither air nor bone, by its code.

    ``drilled`` (z, y, x) is cut out of them, nothing when None.
    """
    labels = case.labels()
    present = set(np.unique(labels).tolist())
    towards = lamp(case.side)
    meshes = {}
    for code in case.table.codes_of("critical", "landmark", "other"):
        if code in present:
            mask = labels == code if drilled is None else (labels == code) & ~drilled
            meshes[code] = surface(mask, case.table[code].color, towards, sigma=0.6, level=0.4)
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


def _bounding_box(mask: Mask, margin: int) -> tuple[slice, slice, slice] | None:
    if not mask.any():
        return None
    parts = []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        filled = np.flatnonzero(mask.any(axis=others))
        parts.append(slice(max(int(filled[0]) - margin, 0), int(filled[-1]) + 1 + margin))
    return parts[0], parts[1], parts[2]


def _outward(field: Floats, vertices: Floats) -> Floats:
    """Return unit normals that point out of the mask: down the gradient of the smoothed mask."""
    soft = _smoothed(field, 0.8)
    gradient = np.stack([_sampled(component, vertices) for component in _gradient(soft)], axis=1)
    length = np.linalg.norm(gradient, axis=1, keepdims=True)
    normals: Floats = (-gradient / np.maximum(length, 1e-6)).astype(np.float32)
    return normals


def _lambert(normals: Floats, towards_lamp: Lamp) -> Floats:
    """Return brightness 0..1 by Lambert's law, with ambient light and a little bounced from behind."""
    direction = np.array(towards_lamp, np.float32) / np.linalg.norm(towards_lamp)
    facing = normals @ direction
    light: Floats = _AMBIENT + _LAMP * np.clip(facing, 0, 1) + _BOUNCE * np.clip(-facing, 0, 1)
    return light.astype(np.float32)


def _crowded(bone: Mask) -> Floats:
    """Return the share of bone around each voxel, near and far."""
    solid = bone.astype(np.float32)
    return ((_smoothed(solid, 1.5) + _smoothed(solid, 4.0)) / 2).astype(np.float32)


def _gradient(field: Floats) -> list[Floats]:
    return [np.gradient(field, axis=axis).astype(np.float32) for axis in range(3)]


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
