"""A line for each structure, its figures in words, and the way to it."""

import pytest
from qtpy.QtCore import Qt
from qtpy.QtGui import QColor

from napari_rpdl.evaluation.clearance import Clearance
from napari_rpdl.evaluation.wall_safety import BANDS, WallSafety
from napari_rpdl.gui.palette import WALL
from napari_rpdl.gui.safety_table import BandBar, SafetyTable, legend, words

ROWS = (
    WallSafety(Clearance("dura", 3, 0.0, "mm", "inside", (4, 5, 6)), (4, 5, 6), (3, 1, 0, 2, 2, 2), 1.25, 1.5),
    WallSafety(Clearance("incus", 0, 0.6, "mm", "below resolution", (7, 8, 9)), (7, 8, 8), (0, 5, 0, 0, 0, 5), 0, None),
    WallSafety(Clearance("sinus", 0, 2.5, "voxels", "", (1, 2, 3)), (1, 2, 1), (0, 0, 0, 0, 10, 0), 4, 3.0),
)


@pytest.fixture
def table(qtbot) -> SafetyTable:
    made = SafetyTable()
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show()
    made.show_safety(ROWS)
    return made


def test_lines_tell_distances_beside_the_surgeons(table) -> None:
    rows = [[table.item(row, column).text() for column in (0, 1, 2, 4)] for row in range(3)]
    assert rows == [
        ["dura", "inside (3)", "1.5", "1.2 mm²"],
        ["incus", "below res.", "", "0"],
        ["sinus", "2.5 vx", "3.0", "4 faces"],
    ]
    assert table.cellWidget(0, 3).counts == ROWS[0].wall
    assert "inside: 3 voxels (30.0%)" in table.item(0, 0).toolTip()


def test_words_have_units_and_leave_empty_bands_out() -> None:
    assert "2-3 mm: 2 voxels (20.0%)" in words(ROWS[0])
    assert "< 1" not in words(ROWS[0])
    assert "cannot tell from touching" in words(ROWS[1])
    assert "closest 2.50 voxels" in words(ROWS[2])
    assert "2-3 voxels: 10 voxels (100.0%)" in words(ROWS[2])


def test_a_click_tells_and_a_double_click_flies(table, qtbot) -> None:
    told: list = []
    flown: list = []
    table.chosen.connect(told.append)
    table.flight_asked.connect(flown.append)
    middle = table.visualItemRect(table.item(1, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert (told, flown) == ([ROWS[1]], [])
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert flown == [ROWS[1]]
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert flown == [ROWS[1]] * 2


def test_shares_are_painted_in_the_order_of_their_bands(qtbot) -> None:
    bar = BandBar((5, 0, 0, 0, 0, 5))
    qtbot.addWidget(bar)
    bar.resize(106, 24)
    picture = bar.grab().toImage()
    ratio = bar.devicePixelRatioF()
    seen = [picture.pixelColor(round(x * ratio), round(12 * ratio)) for x in (20, 90)]
    assert seen == [QColor(WALL[0]), QColor(WALL[5])]


def test_the_legend_names_every_band_in_its_unit() -> None:
    assert all(color in legend("mm") for color in WALL)
    assert "2-3 voxels" in legend("voxels")
    assert len(BANDS) == len(WALL)
