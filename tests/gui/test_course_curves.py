"""Curves of a drilling."""

import numpy as np
import pytest

from napari_rpdl.data.volume import Grid
from napari_rpdl.drilling.replay import Course
from napari_rpdl.gui.course_curves import CourseCurves


def course(steps: int, distance: np.ndarray | None) -> Course:
    nothing = np.zeros((2, 2, 2), bool)
    ones = np.ones(steps)
    return Course(nothing, np.zeros((steps, 3)), ones, None, np.zeros(0, int), ones, np.arange(steps), distance, "mm")


@pytest.fixture
def curves(qtbot) -> CourseCurves:
    made = CourseCurves()
    qtbot.addWidget(made)
    return made


def test_volume_is_in_cubic_centimetres_and_close_calls_are_kept(curves) -> None:
    distance = np.full(9000, 5.0)
    distance[4321] = 0.25
    curves.show_course(course(9000, distance), Grid.of_shape((2, 2, 2), (2.0, 1.0, 1.0)))
    volume, near = (axes.lines[0].get_ydata() for axes in curves.figure.axes)
    assert volume[-1] == pytest.approx(8999 * 2 / 1000)
    assert len(near) <= 1500
    assert near.min() == 0.25


def test_without_distances_and_spacing_only_voxels_are_drawn(curves) -> None:
    curves.show_course(course(5, None), Grid.of_shape((2, 2, 2)))
    upper, lower = curves.figure.axes
    assert not lower.get_visible()
    assert upper.lines[0].get_ydata().tolist() == [0, 1, 2, 3, 4]
    curves.show_step(3)
    assert upper.lines[-1].get_xdata() == [3, 3]


def test_a_curve_alone_has_all_the_room_and_numbers_beneath_it(curves) -> None:
    upper, lower = curves.figure.axes
    heights = []
    for distance in (None, np.full(5, 2.0), None):
        curves.show_course(course(5, distance), Grid.of_shape((2, 2, 2)))
        curves.draw()
        heights.append(upper.get_window_extent().height / curves.figure.bbox.height)
        assert any(label.get_visible() and label.get_text() for label in upper.get_xticklabels()) == (distance is None)
        assert lower.get_visible() == (distance is not None)
    assert heights[0] == pytest.approx(heights[2])
    assert heights[0] > 0.6 > 0.5 > heights[1]
