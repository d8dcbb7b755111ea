"""Views are those of an anatomy atlas, for both ears."""

import numpy as np
import pytest

from napari_rpdl.gui.camera import SLICED, VIEWS, lamp, stance

STANDS = [choice.view for choice in VIEWS if choice.view not in SLICED]
CROWN, FACE, RIGHT_OF_PATIENT = np.eye(3)


def right_of_screen(view, side):
    """Return gaze × up, computed in the right-handed order x, y, z and given back as z, y, x."""
    stands = stance(view, side)
    return np.cross(stands.gaze[::-1], stands.up[::-1])[::-1]


@pytest.mark.parametrize(
    ("view", "side", "expected"),
    [
        ("surgical", "right", -CROWN),  # superior lies on the left of the screen
        ("surgical", "left", CROWN),
        ("lateral", "right", FACE),  # an atlas of the right ear looks to the right
        ("lateral", "left", -FACE),
        ("superior", "right", RIGHT_OF_PATIENT),  # from above, face up: the patient's right is on the right
        ("superior", "left", RIGHT_OF_PATIENT),
        ("surgical", None, -CROWN),
    ],
)
def test_the_right_of_the_screen_is_where_anatomy_puts_it(view, side, expected) -> None:
    assert right_of_screen(view, side) == pytest.approx(expected)


@pytest.mark.parametrize("view", STANDS)
def test_the_other_ear_is_seen_as_in_a_mirror(view) -> None:
    right, left = stance(view, "right"), stance(view, "left")
    assert left.gaze == pytest.approx(np.array(right.gaze) * (1, 1, -1))
    assert left.up == right.up
    assert abs(np.dot(right.gaze, right.up)) < 0.9 * np.linalg.norm(right.gaze)


def test_the_oblique_view_comes_from_behind_above_and_outside() -> None:
    z, y, x = stance("posterior", "right").gaze
    assert z < 0 < y
    assert x < 0


def test_keys_are_distinct_and_the_lamp_stands_outside() -> None:
    assert len({choice.key for choice in VIEWS}) == len(VIEWS)
    assert lamp("right")[2] > 0 > lamp("left")[2]


def test_slices_cut_along_the_body_s_axes() -> None:
    assert {view: order[0] for view, order in SLICED.items()} == {"axial": 0, "coronal": 1}
