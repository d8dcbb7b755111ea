"""Layers lie where their files say, and find back to them."""

import numpy as np
import pytest

from napari_rpdl.data.volume import Grid
from napari_rpdl.gui.space import clipping, grid_of, metadata_of, placement


def test_a_layer_lies_where_the_grid_lies() -> None:
    affine = np.array([[0.5, 0, 0, -10], [0, 0.6, 0, 20], [0, 0, 0.7, 30], [0, 0, 0, 1.0]])  # x y z
    placed = placement(Grid((4, 5, 6), affine, True))
    assert placed["scale"] == pytest.approx((0.7, 0.6, 0.5))
    assert placed["translate"] == pytest.approx((30, 20, -10))
    assert placed["units"] == ("mm",) * 3


def test_an_unknown_spacing_is_counted_in_voxels() -> None:
    assert placement(Grid.of_shape((4, 4, 4)))["units"] == ("pixel",) * 3


def test_our_layers_keep_even_an_oblique_affine() -> None:
    affine = np.eye(4)
    affine[:3, :3] = [[0.8, -0.6, 0], [0.6, 0.8, 0], [0, 0, 2]]
    grid = Grid((4, 5, 6), affine, True, "LPS")
    back = grid_of((4, 5, 6), {"metadata": metadata_of(grid, role="anything")})
    assert back.affine == pytest.approx(affine)
    assert (back.spacing_known, back.stored_axes) == (True, "LPS")


@pytest.mark.parametrize(
    ("units", "known"), [(("mm",) * 3, True), (("millimeter",) * 3, True), (("pixel",) * 3, False), (None, False)]
)
def test_a_foreign_layer_gives_scale_and_translation(units, known: bool) -> None:
    back = grid_of((4, 5, 6), {"scale": (3, 2, 1), "translate": (30, 20, 10), "units": units})
    assert back.affine == pytest.approx(np.array([[1, 0, 0, 10], [0, 2, 0, 20], [0, 0, 3, 30], [0, 0, 0, 1]]))
    assert back.spacing_known is known


def test_a_clipping_plane_lies_in_the_world_and_keeps_its_side() -> None:
    """The plane z = 4 voxels that keeps what is below, on a grid of 0.5 mm steps that begins at z = 10."""
    affine = np.diag([2.0, 1.0, 0.5, 1.0])
    affine[:3, 3] = (1, 2, 10)
    plane = clipping((-1.0, 0, 0, 4.0), Grid((8, 8, 8), affine, True))
    assert np.allclose(plane["position"], (12, 2, 1))
    assert np.array_equal(np.sign(plane["normal"]), (-1, 0, 0))
