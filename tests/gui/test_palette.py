"""Colours of surgeons."""

from itertools import combinations

import numpy as np
import pytest

from napari_rpdl.gui.palette import NETWORK, OKABE_ITO, rgb, surgeon_color


def test_seven_surgeons_have_seven_colours_and_the_eighth_the_first() -> None:
    assert len({surgeon_color(rank) for rank in range(7)}) == 7
    assert surgeon_color(7) == surgeon_color(0)


def test_no_two_colours_are_alike_and_none_is_the_network_s() -> None:
    colors = [np.array(rgb(color)) for color in (*OKABE_ITO, NETWORK)]
    assert min(np.linalg.norm(one - other) for one, other in combinations(colors, 2)) > 0.25


def test_rgb_reads_hexadecimal() -> None:
    assert rgb("#ff8000") == pytest.approx((1, 128 / 255, 0))
