"""Bars are as high as their counts, and coloured where they are taken."""

from qtpy.QtGui import QColor

from napari_rpdl.gui.palette import REWARD
from napari_rpdl.gui.vote_bars import VoteBars


def coloured(bars: VoteBars, column: int) -> int:
    """Count the pixels of the reward's colour in a column."""
    image = bars.grab().toImage()
    return sum(image.pixelColor(column, row) == QColor(REWARD) for row in range(image.height()))


def test_taken_bars_have_heights_in_proportion(qtbot) -> None:
    bars = VoteBars()
    qtbot.addWidget(bars)
    bars.resize(300, 96)
    bars.show_votes((100, 80, 40), least=2)
    ratio = bars.devicePixelRatioF()
    heights = [coloured(bars, round(column * ratio)) for column in (50, 150, 250)]
    assert heights[0] == 0
    assert abs(heights[1] - 2 * heights[2]) <= 2
    assert heights[2] > 10
    assert "at least one: 220" in bars.toolTip()


def test_without_votes_nothing_is_drawn(qtbot) -> None:
    bars = VoteBars()
    qtbot.addWidget(bars)
    bars.show_votes((), least=1)
    assert coloured(bars, 50) == 0
