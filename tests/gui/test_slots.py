"""Layers are filled again, not made again, and touched only where something changes."""

import numpy as np
import pytest
from napari.components import ViewerModel

from napari_rpdl.data.volume import Grid
from napari_rpdl.gui.meshes import NOTHING, Mesh
from napari_rpdl.gui.slots import Slots
from napari_rpdl.gui.standpoint import Standpoint

ARRAY = np.zeros((4, 5, 6), np.uint8)
TRIANGLE = Mesh(np.eye(3, dtype=np.float32), np.array([[0, 1, 2]], np.int32), np.ones((3, 4), np.float32))


@pytest.fixture
def viewer() -> ViewerModel:
    return ViewerModel()


@pytest.fixture
def slots(viewer) -> Slots:
    standpoint = Standpoint(viewer)
    standpoint.grid = Grid.of_shape(ARRAY.shape, (0.5, 1.0, 2.0))
    return Slots(viewer, standpoint, lambda role: role != "misfit")


def test_a_role_keeps_its_layer_whatever_it_is_called(slots, viewer) -> None:
    first = slots.labels("bone", ARRAY)
    first.name = "mine"
    assert slots.labels("bone", ARRAY + 1, name="again") is first
    assert slots.find("bone") is first
    assert (len(viewer.layers), slots.roles(), first.data.max(), first.name) == (1, ["bone"], 1, "again")


def test_layers_lie_where_the_grid_lies_and_are_left_alone_there(slots) -> None:
    layer = slots.image("map", ARRAY.astype(np.float32))
    assert layer.scale.tolist() == [0.5, 1, 2]
    assert [str(unit) for unit in layer.units] == ["millimeter"] * 3
    told: list[str] = []
    for name in ("scale", "translate", "units", "axis_labels"):
        getattr(layer.events, name).connect(lambda _, name=name: told.append(name))
    slots.place(layer)
    assert told == []
    slots._standpoint.grid = Grid.of_shape(ARRAY.shape)
    slots.place(layer)
    assert layer.scale.tolist() == [1, 1, 1]
    assert {str(unit) for unit in layer.units} == {"pixel"}
    assert told == ["translate", "units"], "one move, one change of unit"


def test_a_surface_is_drawn_once_for_new_vertices_and_colours(slots) -> None:
    layer = slots.surface("solid", TRIANGLE)
    drawn: list[object] = []
    layer.events.set_data.connect(drawn.append)
    larger = Mesh(np.eye(3, dtype=np.float32)[[0, 1, 2, 0]], TRIANGLE.faces, np.full((4, 4), 0.5, np.float32))
    slots.surface("solid", larger)
    assert len(drawn) == 1
    assert len(layer.data[0]) == len(layer.vertex_colors) == 4
    slots.surface("solid", NOTHING)
    assert not layer.visible


def test_what_is_wanted_is_seen_only_where_it_fits(slots) -> None:
    assert slots.labels("bone", ARRAY).visible
    assert not slots.labels("misfit", ARRAY).visible
    slots.want("bone", False)
    assert not slots.find("bone").visible


def test_within_one_step_layers_draw_only_at_the_end(slots) -> None:
    layer, other = slots.labels("bone", ARRAY), slots.labels("other", ARRAY)
    drawn: list[object] = []
    told: list[object] = []
    layer.events.set_data.connect(drawn.append)
    for each in (layer, other):
        each.events.visible.connect(told.append)
    with slots.at_once():
        slots.want("bone", False)
        slots.want("other", False)
        slots.labels("bone", ARRAY + 1)
        slots._standpoint.grid = Grid.of_shape(ARRAY.shape, (3.0, 1.0, 2.0))
        slots.place(layer)
        assert drawn == []
    assert len(drawn) == 1
    assert layer.visible
    assert not other.visible
    assert len(told) == 1, "only what changed in the end"


def test_all_layers_move_and_napari_is_told_once(slots, viewer) -> None:
    layers = [slots.labels(role, ARRAY) for role in ("bone", "left", "right")]
    told: list[object] = []
    for layer in layers:
        for name in ("scale", "translate", "units"):
            getattr(layer.events, name).connect(told.append)
    slots._standpoint.grid = Grid.of_shape(ARRAY.shape)
    slots.place_all()
    assert len(told) == 1
    assert {tuple(layer.scale) for layer in layers} == {(1, 1, 1)}
    assert [float(axis.step) for axis in viewer.dims.range] == [1, 1, 1]
    assert [axis.stop for axis in viewer.dims.range] == [size - 1 for size in ARRAY.shape]
