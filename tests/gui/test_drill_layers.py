"""What the viewer shows while a bone is drilled."""

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.components.overlays import BrushCircleOverlay

from napari_rpdl.gui import roles
from napari_rpdl.gui.carving import carved_bone
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.meshes import bone_surface


@pytest.fixture
def viewer() -> ViewerModel:
    return ViewerModel()


@pytest.fixture
def layers(viewer, small_case) -> Layers:
    made = Layers(viewer)
    made.show_case(small_case)
    made.standpoint.set_3d(True)
    made.show_bone(bone_surface(small_case, "#ffffff"))
    return made


@pytest.fixture
def mask(small_case) -> np.ndarray:
    return np.zeros(small_case.grid.shape, bool)


def seen(viewer) -> set[str]:
    return {layer.name for layer in viewer.layers if layer.visible}


def test_the_drilled_bone_takes_the_place_of_the_bone(layers, viewer, mask, small_case) -> None:
    assert roles.BONE in seen(viewer)
    surface = carved_bone(small_case, "#ffffff", mask)
    layers.drilling.show(surface, mask)
    assert roles.DRILLED_BONE in seen(viewer)
    assert roles.BONE not in seen(viewer)
    layers.standpoint.set_3d(False)
    assert roles.BEING_DRILLED in seen(viewer)
    layers.standpoint.set_3d(True)
    layers.drilling.hide()
    assert seen(viewer) & {roles.BONE, roles.DRILLED_BONE, roles.BEING_DRILLED} == {roles.BONE}


def test_the_slices_show_the_very_mask_and_the_site_what_changed(layers, viewer, mask, small_case) -> None:
    surface = carved_bone(small_case, "#ffffff", mask)
    layers.drilling.show(surface, mask)
    mask[6:9, 5:8, 9:12] = True
    layers.drilling.changed(surface, surface.carve((slice(6, 9), slice(5, 8), slice(9, 12))))
    assert np.asarray(viewer.layers[roles.BEING_DRILLED].data).sum() == 27
    assert len(viewer.layers[roles.DRILL_SITE].data[0]) == len(surface.site.vertices)
    looked: list[object] = []
    viewer.layers[roles.BEING_DRILLED].events.set_data.connect(looked.append)
    layers.drilling.changed(None, False)
    assert looked == [], "nobody sees the slices"
    layers.standpoint.set_3d(False)
    assert looked


def test_the_burr_is_a_ball_of_its_diameter(layers, viewer, mask, small_case) -> None:
    layers.drilling.show(None, mask)
    layers.drilling.show_burr(np.array([5.0, 6, 7]), 3.0, (0.5, 1.0, 1.0), "#ff0000")
    vertices = viewer.layers[roles.BURR].data[0]
    away = np.linalg.norm((vertices - [5, 6, 7]) * (0.5, 1, 1), axis=1)
    assert away == pytest.approx(1.5, abs=1e-5)
    assert viewer.layers[roles.BURR].visible
    layers.drilling.show_burr(None, 3.0, (1, 1, 1), "#ff0000")
    assert not viewer.layers[roles.BURR].visible


def test_the_mouse_becomes_the_burr_and_the_camera_holds_still(layers, viewer) -> None:
    layers.drilling.use_burr_cursor(4.0)
    assert (str(viewer.cursor.style), viewer.cursor.size) == ("circle", 4.0)
    (circle,) = (one for one in viewer.canvas.overlays.values() if isinstance(one, BrushCircleOverlay))
    assert not circle.box, "a dark square would stay where the mouse was"
    layers.drilling.use_burr_cursor(None)
    assert str(viewer.cursor.style) == "standard"
    layers.drilling.hold_camera(True)
    assert not viewer.scene.camera.mouse_pan
    layers.drilling.hold_camera(False)
    assert viewer.scene.camera.mouse_pan


def test_keys_reach_a_layer_without_undo_of_its_own(layers, viewer, mask, small_case) -> None:
    layers.drilling.show(carved_bone(small_case, "#ffffff", mask), mask)
    viewer.layers.selection.active = viewer.layers[roles.BEING_DRILLED]
    layers.drilling.take_keys()
    assert viewer.layers.selection.active.name == roles.DRILLED_BONE
