"""Colours mean the same everywhere."""

import numpy as np
import pytest

from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.gui.colormaps import (
    difference_labels,
    one_color_labels,
    probability_colormap,
    rpmap_colormap,
    structure_labels,
)
from napari_rpdl.gui.palette import NETWORK, PENALTY, REWARD, rgb


def test_zero_is_transparent_and_signs_have_their_colours() -> None:
    penalty, zero, reward = rpmap_colormap(penalties=True).map(np.array([0.0, 0.5, 1.0]))
    assert penalty[:3] == pytest.approx(rgb(PENALTY), abs=0.01)
    assert reward[:3] == pytest.approx(rgb(REWARD), abs=0.01)
    assert zero[3] == 0
    assert min(penalty[3], reward[3]) > 0.3


def test_without_penalties_only_rewards_are_seen() -> None:
    assert rpmap_colormap(penalties=False).map(np.array([0.0, 0.25]))[:, 3] == pytest.approx([0, 0])


def test_differences_have_the_colours_of_those_who_differ() -> None:
    colors = difference_labels("#ff0000", "#0000ff").color_dict
    assert colors[2][:3] == pytest.approx((1, 0, 0))
    assert colors[3][:3] == pytest.approx((0, 0, 1))
    assert colors[1][0] == colors[1][1] == colors[1][2]


def test_probability_grows_opaque() -> None:
    opacity = probability_colormap().map(np.linspace(0, 1, 5))[:, 3]
    assert opacity[0] == 0
    assert (np.diff(opacity) > 0).all()
    assert probability_colormap().map(np.array([1.0]))[0, :3] == pytest.approx(rgb(NETWORK), abs=0.01)


def test_structures_keep_the_colours_of_the_table() -> None:
    colors = structure_labels(TEMPORAL_BONE).color_dict
    assert colors[5][:3] == pytest.approx(rgb(TEMPORAL_BONE[5].color), abs=0.01)
    assert colors[0][3] == 0
    assert one_color_labels("#ff0000").color_dict[1][:3] == pytest.approx((1, 0, 0))
