"""Where the camera stands and what is sliced, on napari's model."""

from dataclasses import replace

import pytest
from napari.components import ViewerModel

from napari_rpdl.data.volume import Grid
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.standpoint import Standpoint


@pytest.fixture
def viewer() -> ViewerModel:
    return ViewerModel()


@pytest.fixture
def stands(viewer, small_case):
    """A standpoint on a grid of 2 mm voxels whose first centre is 10 mm up."""
    layers = Layers(viewer)
    grid = Grid.of_shape((16, 16, 16), (2.0, 2.0, 2.0))
    affine = grid.affine.copy()
    affine[2, 3] = 10
    shifted = replace(grid, affine=affine)
    structures = replace(small_case.structures, grid=shifted)
    layers.show_case(replace(small_case, grid=shifted, structures=structures))
    return layers.standpoint


def test_slices_go_through_the_voxel(stands, viewer) -> None:
    stands.slice_through((1, 0, 2), (3, 4, 5))
    assert viewer.dims.ndisplay == 2
    assert viewer.dims.point == pytest.approx((16, 8, 10))
    assert viewer.dims.displayed == (0, 2)


def test_a_point_of_the_world_is_a_voxel_or_outside(stands) -> None:
    assert stands.voxel_at((16.9, 7.1, 10)) == (3, 4, 5)
    assert stands.voxel_at((8, 0, 0)) is None
    assert stands.voxel_at((12, 40, 0)) is None


def test_a_left_ear_is_looked_at_from_the_left(stands, viewer, small_case) -> None:
    stands.look("surgical", replace(small_case, side="left"))
    assert viewer.scene.camera.view_direction == pytest.approx((0, 0, 1), abs=1e-6)
    assert stands.is_3d


def test_facing_in_slices_counts_once_there_are_three_dimensions(stands, viewer, small_case) -> None:
    stands.face("superior", small_case)
    assert not stands.is_3d
    stands.set_3d(True)
    assert viewer.scene.camera.view_direction == pytest.approx((-1, 0, 0), abs=1e-6)
    assert viewer.scene.camera.up_direction == pytest.approx((0, 1, 0), abs=1e-6)


def test_lengths_are_told_by_a_scale_bar(stands, viewer) -> None:
    assert viewer.canvas.overlays.scale_bar.visible
    assert {str(unit) for layer in viewer.layers for unit in layer.units} == {"millimeter"}


def test_whoever_follows_hears_of_the_voxel_the_sliders_point_at(small_case) -> None:
    viewer = ViewerModel()
    stands, heard = Standpoint(viewer), []
    stands.grid = small_case.grid
    viewer.add_labels(small_case.labels(), scale=small_case.grid.steps, translate=small_case.grid.origin)
    stands.follow(heard.append)
    stands.go_to((3, 4, 5))
    assert heard[-1] == (3, 4, 5)
    viewer.layers.clear()
    assert heard[-1] is None


def test_flying_brings_a_voxel_near_and_keeps_the_gaze(viewer, stands) -> None:
    stands.set_3d(True)
    stands.fit()
    far, gaze = viewer.scene.camera.zoom, tuple(viewer.scene.camera.view_direction)
    stands.set_3d(False)
    stands.fly_to((2, 3, 4))
    grid = stands.grid
    assert stands.is_3d
    placed = [origin + step * index for origin, step, index in zip(grid.origin, grid.steps, (2, 3, 4), strict=True)]
    assert viewer.scene.camera.center == pytest.approx(placed)
    assert viewer.scene.camera.zoom == pytest.approx(2.5 * far)
    assert viewer.scene.camera.view_direction == pytest.approx(gaze)
