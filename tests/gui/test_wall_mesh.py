"""The coloured wall is where bone borders the cavity, in the colour of its distance."""

from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.evaluation.wall_safety import CriticalSurfaces
from napari_rpdl.gui.meshes import Mesh
from napari_rpdl.gui.palette import WALL, rgb
from napari_rpdl.gui.wall_mesh import wall_surface


def bone_with_shaft(case):
    """Return a block under air (y = 0) with a nerve at y = 13 and a shaft from y = 1 to 9, at 0.5 mm."""
    grid = Grid.of_shape((20, 20, 20), (0.5, 0.5, 0.5))
    labels = np.ones((20, 20, 20), np.uint8)
    labels[:, 0], labels[:, 13] = 0, 5
    shaft = np.zeros((20, 20, 20), bool)
    shaft[7:13, 1:10, 7:13] = True
    return replace(case, grid=grid, structures=Volume(labels, grid), annotations=()), shaft


def colors_at(mesh: Mesh, where) -> set[int]:
    """Return the bands of the corners chosen; light changes brightness and not the hue."""
    hues = np.array([rgb(color) for color in WALL])
    hues /= hues.max(axis=1, keepdims=True)
    found = mesh.colors[where, :3] / mesh.colors[where, :3].max(axis=1, keepdims=True)
    return set(np.linalg.norm(found[:, None] - hues, axis=2).argmin(axis=1).tolist())


def test_the_floor_and_the_walls_have_the_colours_of_their_distances(small_case) -> None:
    case, shaft = bone_with_shaft(small_case)
    mesh = wall_surface(case, shaft, CriticalSurfaces(case))
    assert not mesh.is_empty
    assert (mesh.vertices >= [5, 0, 5]).all()
    assert (mesh.vertices <= [14, 11, 14]).all()
    middle = (np.abs(mesh.vertices[:, [0, 2]] - 9.5) < 1.5).all(axis=1)
    floor = middle & (mesh.vertices[:, 1] > 8)
    assert floor.any()
    assert colors_at(mesh, floor) == {4}  # 4 voxels, 2 mm: the band 2-3
    high = mesh.vertices[:, 1] < 5
    assert colors_at(mesh, high) == {5}
    assert mesh.vertices[middle, 1].min() > 5  # the open side has no wall


def test_nothing_drilled_has_no_wall(small_case) -> None:
    case, shaft = bone_with_shaft(small_case)
    assert wall_surface(case, np.zeros_like(shaft), CriticalSurfaces(case)).is_empty


def test_without_critical_structures_everything_is_far(small_case) -> None:
    case, shaft = bone_with_shaft(small_case)
    labels = np.where(case.labels() == 5, 1, case.labels()).astype(np.uint8)
    bare = replace(case, structures=Volume(labels, case.grid))
    mesh = wall_surface(bare, shaft, CriticalSurfaces(bare))
    assert colors_at(mesh, np.ones(len(mesh.vertices), bool)) == {5}


@pytest.mark.parametrize("surgeon", ["surgeon_1", "surgeon_3"])
def test_all_corners_are_used_and_finite(small_case, surgeon) -> None:
    mesh = wall_surface(small_case, small_case.annotation(surgeon).mask, CriticalSurfaces(small_case))
    assert sorted(set(mesh.faces.ravel())) == list(range(len(mesh.vertices)))
    assert np.isfinite(mesh.colors).all()
