"""How a bone is held."""

import numpy as np
import pytest

from napari_rpdl.gui.camera import VIEWS, stance
from napari_rpdl.gui.pose import Pose

FRONT = Pose.of(stance("lateral", "right"))


def test_a_rotation_never_mirrors_the_patient() -> None:
    """Rows are screen axes (z, y, x); reversed to (x, y, z) their determinant is +1, as napari's own pose must be."""
    for choice in VIEWS:
        if choice.view in ("axial", "coronal"):
            continue
        for side in ("left", "right"):
            rows = Pose.of(stance(choice.view, side)).rows
            assert np.allclose(rows @ rows.T, np.eye(3))
            assert np.linalg.det(rows[:, ::-1]) == pytest.approx(1)


def test_a_right_ear_at_operation_has_the_crown_on_the_left_and_a_left_ear_on_the_right() -> None:
    crown = np.array([1.0, 0, 0])
    assert (Pose.of(stance("surgical", "right")).rows @ crown)[0] == pytest.approx(-1)
    assert (Pose.of(stance("surgical", "left")).rows @ crown)[0] == pytest.approx(1)


def test_the_mirrored_pose_is_the_other_ears_view() -> None:
    for view in ("surgical", "lateral", "superior", "posterior"):
        mirrored, other = Pose.of(stance(view, "right")).mirrored(), Pose.of(stance(view, "left"))
        assert np.allclose(mirrored.gaze, other.gaze)
        assert np.allclose(mirrored.up, other.up)


def test_the_surface_follows_the_hand() -> None:
    nearest = FRONT.rows[2]
    for right, up in ((0.1, 0), (0, 0.1), (-0.1, 0.05)):
        moved = FRONT.turned(right, up).rows @ nearest
        assert np.sign(np.round(moved[:2], 9)) == pytest.approx(np.sign([right, up]))
    assert FRONT.turned(0, 0) is FRONT


def test_a_half_turn_shows_the_other_side_and_a_whole_one_the_same() -> None:
    assert np.allclose(FRONT.turned(1, 0).gaze, [-g for g in FRONT.gaze])
    assert np.allclose(FRONT.turned(1, 0).turned(1, 0).rows, FRONT.rows)


def test_the_ball_fits_the_tile_and_zoom_and_shift_act_on_the_screen() -> None:
    center, radius = (3.0, 4.0, 5.0), 10.0
    top = np.array([13.0, 4, 5, 1])  # the crown's end of the ball
    assert np.allclose((FRONT.projection(center, radius) @ top)[:2], (0, 1))
    assert np.allclose((FRONT.zoomed(2).projection(center, radius) @ top)[:2], (0, 2))
    assert np.allclose((FRONT.shifted(0.25, -0.5).projection(center, radius) @ top)[:2], (0.5, 0))
    near, far = (FRONT.projection(center, radius) @ [3, 4, x, 1] for x in (15, -5))
    assert -1 < near[2] < far[2] < 1


def test_zoom_stays_within_reason_and_a_named_view_can_keep_it() -> None:
    assert FRONT.zoomed(1e9).zoom == 12
    assert FRONT.zoomed(1e-9).zoom == 0.4
    kept = FRONT.zoomed(3).onto(stance("superior", None))
    assert (kept.zoom, kept.gaze) == (3, (-1, 0, 0))
