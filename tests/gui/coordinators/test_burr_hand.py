"""From the mouse to the burr."""

from types import SimpleNamespace

import numpy as np
import pytest

from napari_rpdl.gui.coordinators.burr_hand import BurrHand


class Told:
    """What the hand wants."""

    def __init__(self) -> None:
        self.said: list[tuple] = []

    def begin(self) -> None:
        self.said.append(("begin",))

    def move(self, position, lifted) -> None:
        self.said.append(("move", tuple(np.round(position, 2).tolist()), lifted))

    def end(self) -> None:
        self.said.append(("end",))

    def hover(self, position) -> None:
        self.said.append(("hover", None if position is None else tuple(np.round(position, 2).tolist())))


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def mask(small_case) -> np.ndarray:
    return np.zeros(small_case.grid.shape, bool)


@pytest.fixture
def hand(layers, small_case, told, mask) -> BurrHand:
    layers.show_case(small_case)
    layers.standpoint.set_3d(False)
    return BurrHand(small_case, mask, layers, told, lambda: 2.0)


def event(position, direction=None, button=1, modifiers=()) -> SimpleNamespace:
    return SimpleNamespace(
        type="mouse_press", position=position, view_direction=direction, button=button, modifiers=modifiers
    )


def drag(hand, pressed, places) -> None:
    gesture = hand.drag(pressed)
    for place in (None, *places):
        if place is not None:
            pressed.type, pressed.position = "mouse_move", place
        if next(gesture, "over") == "over":
            return
    pressed.type = "mouse_release"
    assert next(gesture, "over") == "over"


def test_a_drag_in_a_slice_is_a_stroke(hand, told, viewer) -> None:
    drag(hand, event((8.0, 6.0, 9.0)), [(8.0, 7.0, 9.0), (8.0, 99.0, 9.0), (8.0, 9.5, 9.0)])
    assert told.said == [
        ("begin",),
        ("move", (8, 6, 9), False),
        ("move", (8, 7, 9), False),
        ("move", (8, 9.5, 9), False),
        ("end",),
    ]
    assert viewer.scene.camera.mouse_pan


def test_other_buttons_keys_and_places_are_not_for_the_burr(hand, told) -> None:
    for pressed in (
        event((8.0, 6.0, 9.0), button=2),
        event((8.0, 6.0, 9.0), modifiers=("Shift",)),
        event((8.0, 6.0, 99.0)),
    ):
        drag(hand, pressed, [(8.0, 7.0, 9.0)])
    assert told.said == []


def test_in_3d_the_line_of_sight_meets_the_bone(hand, told, layers, mask) -> None:
    layers.standpoint.set_3d(True)
    inwards = np.array([0.0, 0, -1])
    hand.hover(event((8.0, 6.0, 30.0), inwards))
    assert told.said[-1][1] == pytest.approx((8, 6, 11.5), abs=0.5)
    mask[8, 6, 8:] = True
    hand.hover(event((8.0, 6.0, 30.0), inwards))
    assert told.said[-1][1] == pytest.approx((8, 6, 7.5), abs=0.5)
    hand.hover(event((8.0, 60.0, 30.0), inwards))
    assert told.said[-1] == ("hover", None)


def test_within_a_stroke_the_bone_is_met_as_it_was(hand, told, layers, mask) -> None:
    layers.standpoint.set_3d(True)
    inwards = np.array([0.0, 0, -1])
    gesture = hand.drag(pressed := event((8.0, 6.0, 30.0), inwards))
    next(gesture)
    first = told.said[-1][1]
    mask[8, 6, :] = True
    pressed.type = "mouse_move"
    next(gesture)
    assert told.said[-1][1] == first
    pressed.position = (8.0, 14.0, 30.0)
    next(gesture)
    assert told.said[-1][2], "eight voxels are farther than two diameters: the burr is lifted"


def test_whatever_goes_wrong_the_stroke_ends_and_the_camera_is_free(hand, told, viewer, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(told, "move", fail)
    with pytest.raises(RuntimeError):
        drag(hand, event((8.0, 6.0, 9.0)), [])
    assert told.said[-1] == ("end",)
    assert viewer.scene.camera.mouse_pan
