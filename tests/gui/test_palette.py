"""Colours of surgeons."""

from itertools import combinations

import numpy as np
import pytest
from napari.utils.theme import get_theme

from napari_rpdl.gui.palette import ALARM, DISTANCES, NETWORK, OKABE_ITO, WALL, rgb, surgeon_color


def contrast(one, other) -> float:
    """The contrast of two colours (red, green, blue; 0..1) as the W3C's WCAG 2.2 defines it, 1 to 21."""

    def luminance(color) -> float:
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def background(theme: str) -> tuple[float, float, float]:
    return tuple(part / 255 for part in get_theme(theme).background.as_rgb_tuple()[:3])


def test_seven_surgeons_have_seven_colours_and_the_eighth_the_first() -> None:
    assert len({surgeon_color(rank) for rank in range(7)}) == 7
    assert surgeon_color(7) == surgeon_color(0)


def test_no_two_colours_are_alike_and_none_is_the_network_s() -> None:
    colors = [np.array(rgb(color)) for color in (*OKABE_ITO, NETWORK)]
    assert min(np.linalg.norm(one - other) for one, other in combinations(colors, 2)) > 0.25


def test_rgb_reads_hexadecimal() -> None:
    assert rgb("#ff8000") == pytest.approx((1, 128 / 255, 0))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_of_alarm_are_read_and_marks_are_seen_in_both_themes(theme) -> None:
    """WCAG asks for 3 of large or bold text; a mark is seen by its hue, too."""
    behind = background(theme)
    assert contrast((1, 1, 1), (0, 0, 0)) == pytest.approx(21)
    assert contrast(rgb(ALARM), behind) > 3
    for color in (*WALL, *DISTANCES.values(), *OKABE_ITO, NETWORK):
        assert np.linalg.norm(np.subtract(rgb(color), behind)) > 0.2, color
