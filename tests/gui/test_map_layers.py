"""The map's layer reads what is looked up, and is drawn anew only where it changes."""

import numpy as np
import pytest
from napari.components import ViewerModel

from napari_rpdl.consensus.ballots import Ballots
from napari_rpdl.gui import roles as shown
from napari_rpdl.gui.layers import Layers
from napari_rpdl.settings import RPMapSettings


@pytest.fixture
def viewer() -> ViewerModel:
    return ViewerModel()


@pytest.fixture
def layers(viewer, small_case) -> Layers:
    made = Layers(viewer)
    made.show_case(small_case)
    return made


def test_a_looked_up_map_is_sliced_and_can_be_saved_whole(viewer, layers, small_case) -> None:
    ballots = Ballots.of(small_case.masks())
    for worths in ((), (-2, 0, 0.5, 1)):
        found = ballots.rpmap([True] * 3, RPMapSettings(worths=worths))
        layers.maps.show(found, max(-found.lowest, found.highest))
        layer = viewer.layers[shown.RPMAP]
        viewer.dims.set_point(0, 8)
        assert np.array_equal(np.asarray(layer.data), np.asarray(found))
        assert layer.contrast_limits == [found.lowest, -found.lowest]
        assert layer.get_value((8, 6, 9), world=True) == np.asarray(found)[8, 6, 9]


def test_other_worths_of_the_same_bone_keep_the_array_and_redraw_the_slice(viewer, layers, small_case) -> None:
    ballots = Ballots.of(small_case.masks())
    layers.maps.show(ballots.rpmap([True] * 3), 1.0)
    layer = viewer.layers[shown.RPMAP]
    kept, drawn = layer.data, []
    layer.events.set_data.connect(drawn.append)
    other = ballots.rpmap([True, True, False], RPMapSettings(worths=(-1, 0.5, 0.25)))
    layers.maps.show(other, 1.0)
    assert layer.data is kept
    assert drawn
    assert np.array_equal(np.asarray(layer.data), np.asarray(other))
    viewer.dims.set_point(0, 8)
    assert layer.get_value((8, 6, 9), world=True) == np.asarray(other)[8, 6, 9]
    layers.maps.show(Ballots.of(small_case.masks()).rpmap([True] * 3), 1.0)
    assert layer.data is not kept


def test_an_unchanged_limit_is_not_set_again(viewer, layers, small_case) -> None:
    ballots = Ballots.of(small_case.masks())
    layers.maps.show(ballots.rpmap([True] * 3), 1.0)
    told: list = []
    viewer.layers[shown.RPMAP].events.contrast_limits.connect(told.append)
    layers.maps.show(ballots.rpmap([True, True, False]), 1.0)
    assert told == []
    layers.maps.show(ballots.rpmap([True] * 3), 2.0)
    assert viewer.layers[shown.RPMAP].contrast_limits == [-2, 2]


def test_penalties_have_no_colour_in_3d(viewer, layers, small_case) -> None:
    layers.maps.show(Ballots.of(small_case.masks()).rpmap([True] * 3), 1.0)
    assert viewer.layers[shown.RPMAP].colormap.map(np.array([0.0]))[0, 3] > 0
    layers.standpoint.set_3d(True)
    assert viewer.layers[shown.RPMAP].colormap.map(np.array([0.0]))[0, 3] == 0
