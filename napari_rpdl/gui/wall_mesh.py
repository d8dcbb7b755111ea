"""The wall of a cavity, coloured by how far the nearest critical structure is."""

from dataclasses import replace

import numpy as np
from scipy.ndimage import binary_dilation
from scipy.spatial import KDTree

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.evaluation.wall_safety import CriticalSurfaces, band_numbers, wall_distances
from napari_rpdl.gui.camera import lamp
from napari_rpdl.gui.meshes import NOTHING, Mesh, solid_of, surface
from napari_rpdl.gui.palette import WALL, rgb

_OUTSIDE = 0.42
"""Level of the surface: a little outside the bone's own, so that it is seen and not that."""
_MARGIN = 4


def wall_surface(case: Case, region: Mask, surfaces: CriticalSurfaces) -> Mesh:
    """Return the lit surface of what a cavity leaves, where it borders the cavity.

    Each corner has the colour of the band (``palette.WALL``) of the closest voxel of the
    wall, so that picture and table say the same.

    Args:
        case: the bone, with structures.
        region: what was drilled, bool (z, y, x).
        surfaces: the critical structures of the case.
    """
    voxels, distances = wall_distances(region, case, surfaces)
    if not len(voxels):
        return NOTHING
    low = np.maximum(voxels.min(axis=0) - _MARGIN, 0)
    box = tuple(slice(start, stop) for start, stop in zip(low, voxels.max(axis=0) + 1 + _MARGIN, strict=True))
    mesh = surface((solid_of(case) & ~region)[box], "#ffffff", lamp(case.side), level=_OUTSIDE)
    mesh = _bordering(mesh, binary_dilation(region[box]))
    if mesh.is_empty:
        return NOTHING
    placed = replace(mesh, vertices=mesh.vertices + low.astype(np.float32))
    closest = KDTree(voxels * case.grid.steps).query(placed.vertices * np.array(case.grid.steps, np.float32))[1]
    bands = band_numbers(distances[closest], float(np.linalg.norm(case.grid.steps)))
    colors = placed.colors.copy()
    colors[:, :3] *= np.array([rgb(color) for color in WALL], np.float32)[bands]
    return replace(placed, colors=colors)


def _bordering(mesh: Mesh, near: Mask) -> Mesh:
    """Return the triangles of which all corners lie near the cavity."""
    places = np.clip(np.rint(mesh.vertices).astype(int), 0, np.array(near.shape) - 1)
    kept = near[tuple(places.T)]
    faces = mesh.faces[kept[mesh.faces].all(axis=1)]
    used = np.unique(faces)
    numbers = np.zeros(len(mesh.vertices), np.int32)
    numbers[used] = np.arange(len(used), dtype=np.int32)
    return Mesh(mesh.vertices[used], numbers[faces], mesh.colors[used])
