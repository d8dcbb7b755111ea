"""A surface that is made anew where the burr was is the surface that is made anew everywhere."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import cKDTree

from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.gui import carving
from napari_rpdl.gui.carving import carved_bone
from napari_rpdl.gui.meshes import Mesh, bone_surface, joined, surface

WHITE = "#ffffff"


@pytest.fixture
def slab(small_case):
    """A slab of bone that spans many bricks."""
    labels = np.zeros((40, 36, 32), np.uint8)
    labels[4:36, 4:32, 2:24] = 1
    labels[10:14, 10:14, 4:20] = 5
    grid = Grid.of_shape(labels.shape)
    return replace(small_case, grid=grid, table=TEMPORAL_BONE, structures=Volume(labels, grid), annotations=())


def middles(mesh: Mesh) -> np.ndarray:
    """The middle of every triangle."""
    return mesh.vertices[mesh.faces].mean(axis=1)


def ball(mask: np.ndarray, centre, radius: float) -> tuple[slice, slice, slice]:
    squared = sum((axis - at) ** 2 for axis, at in zip(np.indices(mask.shape), centre, strict=True))
    mask[squared <= radius**2] ^= True
    z, y, x = (slice(max(int(at - radius), 0), int(at + radius) + 1) for at in centre)
    return z, y, x


@pytest.mark.parametrize("large", [0, 60_000])
def test_carving_gives_the_surface_of_what_is_left(slab, monkeypatch, large):
    monkeypatch.setattr(carving, "_LARGE", large)
    drilled = np.zeros(slab.grid.shape, bool)
    carved = carved_bone(slab, WHITE, drilled)
    for centre in ((12, 12, 22), (20, 14, 22), (26, 20, 20), (20, 30, 12), (36, 6, 6), (12, 12, 22)):
        carved.carve(ball(drilled, centre, 4))
        whole = bone_surface(slab, WHITE, drilled)
        got, expected = middles(joined([carved.rest, carved.site])), middles(whole)
        assert len(got) == len(expected)
        away, nearest = cKDTree(expected).query(got)
        assert away.max() < 1e-3
        assert len(set(nearest.tolist())) == len(expected)


def test_only_a_small_surface_changes_while_the_burr_stays_where_it_was(slab):
    drilled = np.zeros(slab.grid.shape, bool)
    carved = carved_bone(slab, WHITE, drilled)
    assert carved.carve(ball(drilled, (20, 14, 22), 3))
    rest = carved.rest
    assert not carved.carve(ball(drilled, (20, 14, 21), 2))
    assert carved.rest is rest
    assert 0 < len(carved.site.vertices) < len(rest.vertices)


def test_all_of_the_grid_can_change(slab):
    drilled = np.zeros(slab.grid.shape, bool)
    carved = carved_bone(slab, WHITE, drilled)
    drilled[:] = True
    carved.carve(tuple(slice(0, size) for size in slab.grid.shape))
    assert carved.rest.is_empty
    assert carved.site.is_empty


def test_without_structures_the_region_itself_is_shown(slab):
    bare, drilled = replace(slab, structures=None), np.zeros(slab.grid.shape, bool)
    carved = carved_bone(bare, WHITE, drilled)
    assert carved.rest.is_empty
    carved.carve(ball(drilled, (20, 14, 22), 4))
    assert len(middles(carved.site)) == len(middles(surface(drilled, WHITE, (0, 0, 1))))


def test_a_surface_can_begin_at_a_copy_of_what_changes_meanwhile(slab):
    drilled = np.zeros(slab.grid.shape, bool)
    before = drilled.copy()
    box = ball(drilled, (20, 14, 22), 4)
    carved = carved_bone(slab, WHITE, drilled, before)
    assert len(carved.rest.faces) == len(bone_surface(slab, WHITE).faces)
    carved.carve(box)
    assert len(middles(joined([carved.rest, carved.site]))) == len(middles(bone_surface(slab, WHITE, drilled)))
