"""Surfaces with fewer triangles, for while a hand turns them."""

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.gui.meshes import NOTHING, Floats, Mesh


def coarsened(mesh: Mesh, cell: float) -> Mesh:
    """Return the mesh with all vertices of a cubic cell drawn into one, their mean (vertex clustering).

    Triangles that fall together vanish; colours are means, too, so a cavity stays dark.

    Args:
        mesh: in voxel coordinates.
        cell: side of the cells in voxels, above 0.
    """
    if mesh.is_empty:
        return NOTHING
    places = np.floor((mesh.vertices - mesh.vertices.min(axis=0)) / cell).astype(np.int64)
    sizes = places.max(axis=0) + 1
    _, cluster, counts = np.unique(np.ravel_multi_index(places.T, sizes), return_inverse=True, return_counts=True)
    cluster = cluster.reshape(-1)
    faces = cluster[mesh.faces].astype(np.int32)
    whole = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 0] != faces[:, 2])
    vertices, colors = (_means(values, cluster, counts) for values in (mesh.vertices, mesh.colors))
    return Mesh(vertices, faces[whole], colors)


def _means(values: Floats, cluster: NDArray[np.int64], counts: NDArray[np.int64]) -> Floats:
    sums = [np.bincount(cluster, weights=column, minlength=len(counts)) for column in values.T]
    means: Floats = (np.stack(sums, axis=1) / counts[:, None]).astype(np.float32)
    return means
