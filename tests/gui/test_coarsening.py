"""Surfaces with fewer triangles."""

import numpy as np

from napari_rpdl.gui.coarsening import coarsened
from napari_rpdl.gui.meshes import NOTHING, Mesh, surface


def test_a_ball_keeps_its_place_size_and_colour_with_far_fewer_triangles() -> None:
    z, y, x = np.indices((40, 40, 40))
    ball = (z - 20) ** 2 + (y - 20) ** 2 + (x - 20) ** 2 < 15**2
    fine = surface(ball, "#808080", (0, 0, 1))
    coarse = coarsened(fine, 3.0)
    assert len(coarse.faces) < len(fine.faces) / 4
    distances = np.linalg.norm(coarse.vertices - 20, axis=1)
    assert np.allclose(distances, 14.7, atol=1.0)
    assert np.allclose(coarse.colors.mean(axis=0), fine.colors.mean(axis=0), atol=0.05)
    assert coarse.faces.max() < len(coarse.vertices)


def test_vertices_of_a_cell_become_their_mean() -> None:
    """Two vertices 0.5 apart fall together; of two triangles the one between them vanishes."""
    vertices = np.array([(0, 0, 0), (0, 0, 0.5), (0, 4, 0), (4, 0, 0)], np.float32)
    colors = np.array([(0, 0, 0, 1), (1, 1, 1, 1), (0.5,) * 3 + (1,), (0.5,) * 3 + (1,)], np.float32)
    coarse = coarsened(Mesh(vertices, np.array([(0, 1, 2), (1, 2, 3)], np.int32), colors), 2.0)
    assert len(coarse.faces) == 1
    assert sorted(map(tuple, coarse.vertices.tolist())) == [(0, 0, 0.25), (0, 4, 0), (4, 0, 0)]
    assert np.allclose(coarse.colors, (0.5, 0.5, 0.5, 1))


def test_nothing_stays_nothing() -> None:
    assert coarsened(NOTHING, 2.0).is_empty
