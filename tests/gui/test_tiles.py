import json

import numpy as np
import pytest
from napari.components import ViewerModel

from napari_rpdl.gui.scenes import scenes_of
from napari_rpdl.gui.tiles import Tiles


@pytest.fixture
def viewer():
    return ViewerModel()


@pytest.fixture
def tiles(viewer, small_case):
    made = Tiles(viewer)
    made.show(small_case, scenes_of(small_case, small_case.masks("surgeon_1"), ("Original B-01", "Result R-01")))
    return made


def visible(viewer):
    return [layer.name.strip() for layer in viewer.layers if layer.visible]


def test_tiles_lie_side_by_side_with_one_camera(tiles, viewer):
    assert viewer.canvas.grid.enabled
    assert viewer.canvas.grid.actual_shape(viewer.layers) == (1, 2)


def test_solids_are_seen_in_3d_and_labels_in_the_slices(tiles, viewer):
    tiles.standpoint.set_3d(True)
    assert visible(viewer) == [
        *("Original B-01", "Original B-01, structures", "Result R-01", "Result R-01, structures")
    ]
    tiles.standpoint.set_3d(False)
    assert visible(viewer) == ["Original B-01", "Result R-01", "Result R-01, drilled"]


def test_the_next_bone_takes_the_same_layers(tiles, viewer, small_dataset):
    before = [id(layer) for layer in viewer.layers]
    case = small_dataset.case("bone_2")
    tiles.show(case, scenes_of(case, case.masks("surgeon_3"), ("Original B-02", "Result R-09")))
    assert [id(layer) for layer in viewer.layers] == before
    assert {layer.name.split(",")[0].strip() for layer in viewer.layers} == {"Original B-02", "Result R-09"}
    drilled = next(layer for layer in viewer.layers if layer.name == "Result R-09, drilled")
    np.testing.assert_array_equal(np.asarray(drilled.data), case.masks("surgeon_3")[0])


def test_marks_lie_in_one_tile_only_and_vanish_with_the_bone(tiles, viewer, small_case):
    tiles.standpoint.set_3d(False)
    voxels = np.zeros(small_case.grid.shape, bool)
    voxels[3, 4, 5] = True
    tiles.mark(1, voxels)
    assert "Result R-01, marks" in visible(viewer)
    assert "Original B-01, marks" not in visible(viewer)
    tiles.mark(1, None)
    assert "Result R-01, marks" not in visible(viewer)


def test_a_cover_hides_everything_and_gives_it_back(tiles, viewer):
    before = visible(viewer)
    tiles.cover(True)
    assert visible(viewer) == []
    tiles.standpoint.set_3d(True)
    tiles.standpoint.set_3d(False)
    assert visible(viewer) == []
    tiles.cover(False)
    assert visible(viewer) == before


def test_nobody_paints_on_a_result_by_accident(tiles, viewer):
    assert not viewer.layers.selection
    assert viewer.layers.selection.active is None
    assert {str(getattr(layer, "mode", "pan_zoom")) for layer in viewer.layers} == {"pan_zoom"}


def test_the_view_is_told_as_json(tiles, viewer):
    state = json.loads(tiles.view_state())
    assert state["ndisplay"] == viewer.dims.ndisplay
    assert len(state["angles"]) == len(state["point"]) == 3
