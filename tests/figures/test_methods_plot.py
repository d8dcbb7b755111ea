"""The plots hold the numbers that they are given."""

import numpy as np
import pytest
from matplotlib.collections import PathCollection

from napari_rpdl.figures.methods_plot import Panel, Series, bones_figure, dots_figure

SERIES = [
    Series("U-net RPDL", {"bone_1": 0.6, "bone_2": 0.7, "bone_3": 0.5}, 0.5, 0.7),
    Series("V-net RPDL", {"bone_2": 0.4}),
    Series("Oracle", {"bone_1": 0.9, "bone_2": 0.8, "bone_3": 0.85}, baseline=True),
]


def test_lines_run_over_the_bones_with_gaps():
    (axes,) = bones_figure(SERIES, ["bone_1", "bone_2", "bone_3"], "Dice").axes
    lines = {line.get_label(): line.get_ydata() for line in axes.lines}
    np.testing.assert_array_equal(lines["U-net RPDL"], [0.6, 0.7, 0.5])
    np.testing.assert_array_equal(lines["V-net RPDL"], [np.nan, 0.4, np.nan])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["bone_1", "bone_2", "bone_3"]
    assert axes.get_title(loc="left") == "Dice"
    colors = [line.get_color() for line in axes.lines]
    assert len(set(colors)) == 3


def test_every_bone_is_a_dot_and_the_mean_a_diamond_with_its_interval():
    figure = dots_figure([Panel("Dice", SERIES, reference=1.0), Panel("volume", SERIES[:3])])
    first, second = figure.axes
    dots = [each.get_offsets() for each in first.collections if isinstance(each, PathCollection)]
    assert [sorted(points[:, 0]) for points in dots] == [[0.5, 0.6, 0.7], [0.4], [0.8, 0.85, 0.9]]
    assert all(abs(points[:, 1] - row).max() < 0.5 for row, points in enumerate(dots))
    data = [line.get_xydata().tolist() for line in first.lines]
    assert [[0.5, 0.0], [0.7, 0.0]] in data
    assert [pytest.approx([0.6, 0.0])] in data
    assert [line.get_xdata()[0] for line in first.lines][-1] == 1.0
    assert [label.get_text() for label in first.get_yticklabels()] == [one.title for one in SERIES]
    assert first.get_ylim() == second.get_ylim() == (2.5, -0.5), "the first method is on top"


@pytest.mark.parametrize("panels", [1, 3])
def test_a_method_without_values_leaves_its_row_empty(panels):
    figure = dots_figure([Panel("Dice", [Series("nothing yet", {}), *SERIES])] * panels)
    figure.canvas.draw()
    assert len([axes for axes in figure.axes if axes.get_visible()]) == panels
    assert figure.axes[0].get_ylim() == (3.5, -0.5)


def test_many_bones_and_methods_can_be_drawn():
    bones = [f"bone_{k}" for k in range(12)]
    many = [Series(f"method {k}", dict.fromkeys(bones, k / 20)) for k in range(18)]
    (axes,) = bones_figure(many, bones, "Dice").axes
    assert len({(line.get_color(), line.get_marker()) for line in axes.lines}) == 18
