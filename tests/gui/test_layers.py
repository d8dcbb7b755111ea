"""What the viewer holds, on napari's model without a window."""

from dataclasses import replace

import numpy as np
import pytest
from napari.components import ViewerModel

from napari_rpdl.gui import roles as shown
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.meshes import NOTHING, surface
from napari_rpdl.gui.space import METADATA


@pytest.fixture
def viewer() -> ViewerModel:
    return ViewerModel()


@pytest.fixture
def layers(viewer: ViewerModel) -> Layers:
    return Layers(viewer)


def visible(viewer: ViewerModel) -> set[str]:
    return {layer.name for layer in viewer.layers if layer.visible}


def everything(layers: Layers, case) -> None:
    mesh = surface(case.masks()[0], "#ffffff", (0, 0, 1))
    layers.show_case(case)
    layers.show_structures(mesh)
    layers.show_bone(mesh)
    layers.show_regions({s: (r, case.annotation(s).mask) for r, s in enumerate(case.surgeons)}, mesh)
    layers.maps.show(np.linspace(-1, 0.5, 16**3, dtype=np.float32).reshape((16,) * 3), 1.0)
    layers.show_probabilities(np.full((16,) * 3, 0.4, np.float32))
    layers.show_solid(mesh)


def test_layers_are_reused_and_never_removed(viewer, layers, small_dataset) -> None:
    removed: list[object] = []
    viewer.layers.events.removed.connect(removed.append)
    everything(layers, small_dataset.case("bone_1"))
    first = {layer.metadata[METADATA]["role"]: layer for layer in viewer.layers}
    everything(layers, small_dataset.case("bone_2"))
    assert {layer.metadata[METADATA]["role"]: layer for layer in viewer.layers} == first
    assert removed == []


def test_3d_shows_surfaces_and_slices_show_arrays(viewer, layers, small_case) -> None:
    everything(layers, small_case)
    layers.standpoint.set_3d(True)
    assert visible(viewer) == {shown.BONE, shown.STRUCTURES, shown.REGIONS, shown.RPMAP, shown.NETWORK_SURFACE}
    layers.standpoint.set_3d(False)
    outlines = {f"Drilled by {surgeon}" for surgeon in small_case.surgeons}
    assert visible(viewer) == {shown.LABELS, shown.RPMAP, shown.PROBABILITY, shown.NETWORK_REGION} | outlines


def test_a_cavity_that_is_cut_out_is_not_filled_by_the_prediction(viewer, layers, small_case) -> None:
    everything(layers, small_case)
    layers.standpoint.set_3d(True)
    layers.uncover_cavity(True)
    assert not visible(viewer) & {shown.PROBABILITY, shown.NETWORK_SURFACE}
    layers.standpoint.set_3d(False)
    assert shown.PROBABILITY in visible(viewer)


def test_results_of_the_last_bone_vanish_with_the_next(viewer, layers, small_dataset) -> None:
    everything(layers, small_dataset.case("bone_1"))
    layers.show_case(small_dataset.case("bone_2"))
    assert visible(viewer) == {shown.LABELS}


def test_a_layer_that_a_person_renamed_is_still_ours_and_one_deleted_comes_back(viewer, layers, small_case) -> None:
    everything(layers, small_case)
    viewer.layers[shown.BONE].name = "my bone"
    layers.show_bone(NOTHING)
    assert shown.BONE not in viewer.layers
    viewer.layers.remove(shown.RPMAP)
    layers.maps.show(np.zeros((16, 16, 16), np.float32))
    assert viewer.layers[shown.RPMAP].visible


def test_zero_is_neutral_and_the_limits_are_symmetric(viewer, layers, small_case) -> None:
    everything(layers, small_case)
    layer = viewer.layers[shown.RPMAP]
    assert layer.contrast_limits == [-1, 1]
    penalty, zero, reward = layer.colormap.map(np.array([0.0, 0.5, 1.0]))
    assert zero[3] == 0
    assert penalty[3] > 0
    assert reward[3] > 0
    assert layer.colorbar.visible


def test_the_threshold_moves_the_predicted_region(viewer, layers, small_case) -> None:
    layers.show_case(small_case)
    ramp = np.linspace(0, 1, 16**3, dtype=np.float32).reshape((16,) * 3)
    layers.show_probabilities(ramp)
    for threshold in (0.25, 0.75):
        layers.standpoint.set_3d(True)
        layers.show_threshold(threshold)
        layers.standpoint.set_3d(False)
        assert int(np.asarray(viewer.layers[shown.NETWORK_REGION].data).sum()) == int((ramp >= threshold).sum())
        assert viewer.layers[shown.PROBABILITY].iso_threshold == pytest.approx(threshold)


def test_a_decided_region_replaces_the_threshold_until_that_moves_again(viewer, layers, small_case) -> None:
    layers.show_case(small_case)
    layers.show_probabilities(np.full((16,) * 3, 0.6, np.float32))
    layers.standpoint.set_3d(True)
    assert not visible(viewer) & {shown.NETWORK_SURFACE, shown.PROBABILITY}, "the surface is yet to come"
    region = small_case.masks()[0]
    layers.show_region(region)
    layers.show_solid(surface(region, "#ff4fd8", (0, 0, 1)))
    assert {shown.NETWORK_SURFACE} == visible(viewer) & {shown.NETWORK_SURFACE, shown.PROBABILITY}
    layers.uncover_cavity(True)
    assert not visible(viewer) & {shown.NETWORK_SURFACE, shown.PROBABILITY}
    layers.uncover_cavity(False)
    layers.standpoint.set_3d(False)
    assert shown.NETWORK_SURFACE not in visible(viewer)
    assert shown.PROBABILITY in visible(viewer)
    assert np.array_equal(np.asarray(viewer.layers[shown.NETWORK_REGION].data) > 0, region)
    layers.standpoint.set_3d(True)
    layers.show_threshold(0.5)
    assert {shown.PROBABILITY} == visible(viewer) & {shown.NETWORK_SURFACE, shown.PROBABILITY}
    layers.standpoint.set_3d(False)
    assert np.asarray(viewer.layers[shown.NETWORK_REGION].data).all()
    layers.standpoint.set_3d(True)
    layers.show_probabilities(np.full((16,) * 3, 0.7, np.float32))
    assert not visible(viewer) & {shown.NETWORK_SURFACE, shown.PROBABILITY}, "that of the last answer must not stay"


def test_layers_lie_in_millimetres_by_a_diagonal_and_keep_the_affine(viewer, layers, small_case) -> None:
    affine = np.array([[0.4, 0.03, 0, 10], [-0.03, 0.5, 0, 20], [0, 0, 0.6, 30], [0, 0, 0, 1]])
    grid = replace(small_case.grid, affine=affine, stored_axes="LPS")
    structures = replace(small_case.structures, grid=grid)
    layers.show_case(replace(small_case, grid=grid, structures=structures))
    layer = viewer.layers[shown.LABELS]
    assert np.allclose(layer.scale, grid.steps)
    assert np.allclose(layer.translate, (30, 20, 10))
    assert [str(unit) for unit in layer.units] == ["millimeter"] * 3
    assert np.allclose(layer.metadata[METADATA]["affine"], affine)
    assert layer.metadata[METADATA]["stored_axes"] == "LPS"


def test_patients_are_not_mirrored(viewer, layers, small_case) -> None:
    """On the screen x (right), y (front), z (up) of the body must be right-handed like the body."""
    layers.show_case(small_case)
    depth, vertical, horizontal = (str(part.value) for part in viewer.scene.camera.orientation)
    towards_viewer = {"towards": 1, "away": -1}[depth]
    upwards = {"up": 1, "down": -1}[vertical]
    rightwards = {"right": 1, "left": -1}[horizontal]
    assert rightwards * upwards * towards_viewer == 1
