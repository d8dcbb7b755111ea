"""Surfaces of masks for the 3-D view (scikit-image's marching cubes, smoothed and shaded)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Case, Mask


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Triangles in voxel coordinates (z, y, x) with a number at each vertex.

    Attributes:
        vertices: float32 (N, 3).
        faces: int32 (M, 3), indices into ``vertices``.
        values: float32 (N,).
    """

    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    values: NDArray[np.float32]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return len(self.faces) == 0


NOTHING = Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32), np.zeros(0, np.float32))


def surface(mask: Mask, sigma: float = 0.7, value: float = 0.0, level: float = 0.5) -> Mesh:
    """Return the closed surface of a mask (z, y, x).

    Args:
        mask: bool (z, y, x); where it touches the border of the array it is closed there.
        sigma: Gaussian smoothing in voxels that hides the staircase; parts thinner
            than a voxel would vanish in it and are drawn unsmoothed instead.
        value: what every vertex gets.
        level: below 0.5 the surface lies a little outside the mask, so that it wins over a touching one.
    """
    from skimage.measure import marching_cubes  # imported late: 0.3 s that opening napari need not wait for

    box = _bounding_box(mask, margin=2)
    if box is None:
        return NOTHING
    inside = np.pad(mask[box], 2).astype(np.float32)
    smooth = _smoothed(inside, sigma)
    field = smooth if smooth.max() > 0.6 else inside
    vertices, faces, _, _ = marching_cubes(field, level, allow_degenerate=False)
    offset = np.array([part.start - 2 for part in box], np.float32)
    return Mesh(
        (vertices + offset).astype(np.float32), faces.astype(np.int32), np.full(len(vertices), value, np.float32)
    )


def bone_surface(bone: Mask, sigma: float = 0.7) -> Mesh:
    """Return the surface of a bone whose values are its ambient light, 0 (deep cavity) to 1 (open).

    A lamp at the camera throws no shadows, so a cavity would hardly be seen. Here a
    vertex is the darker, the more bone lies around it within about six voxels.
    """
    mesh = surface(bone, sigma)
    if mesh.is_empty:
        return mesh
    crowded = sum(_smoothed(bone.astype(np.float32), s) for s in (2.0, 5.0)) / 2
    around = _sampled(crowded, mesh.vertices)
    light = np.clip((0.80 - around) / 0.45, 0, 1)
    return Mesh(mesh.vertices, mesh.faces, light.astype(np.float32))


def structure_surfaces(case: Case, drilled: Mask | None = None) -> dict[int, Mesh]:
    """Return a surface for every structure that is neither air nor bone, by its code.

    ``drilled`` (z, y, x) is cut out of them, nothing when None.
    """
    labels = case.labels()
    present = set(np.unique(labels).tolist())
    meshes = {}
    for code in case.table.codes_of("critical", "landmark", "other"):
        if code in present:
            mask = labels == code if drilled is None else (labels == code) & ~drilled
            meshes[code] = surface(mask, sigma=0.6, value=code, level=0.4)
    return meshes


def solid_of(case: Case) -> Mask:
    """Return what the bone surface encloses: everything that is not air (z, y, x).

    Structures inside the bone belong to it, else every nerve would leave a hole around itself.
    Landmarks such as the ear canal are hollow or soft and stay out.
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
        np.concatenate([mesh.values for mesh in filled]),
    )


def region_surfaces(masks: Mapping[int, Mask]) -> Mesh:
    """Return the surfaces of several drilled regions as one mesh; the value is the key."""
    return joined([surface(mask, value=key) for key, mask in masks.items()])


def _bounding_box(mask: Mask, margin: int) -> tuple[slice, slice, slice] | None:
    if not mask.any():
        return None
    parts = []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        filled = np.flatnonzero(mask.any(axis=others))
        parts.append(slice(max(int(filled[0]) - margin, 0), int(filled[-1]) + 1 + margin))
    return parts[0], parts[1], parts[2]


def _smoothed(field: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    from scipy.ndimage import gaussian_filter

    smooth: NDArray[np.float32] = gaussian_filter(field, sigma, mode="constant")
    return smooth


def _sampled(field: NDArray[np.float32], vertices: NDArray[np.float32]) -> NDArray[np.float32]:
    from scipy.ndimage import map_coordinates

    values: NDArray[np.float32] = map_coordinates(field, vertices.T, order=1, mode="nearest")
    return values
