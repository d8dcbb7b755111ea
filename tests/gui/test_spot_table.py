"""A line for each hot spot, which leads there."""

import pytest

from napari_rpdl.evaluation.hot_spots import HotSpot
from napari_rpdl.evaluation.probe import Nearest, Probe
from napari_rpdl.gui.spot_table import SpotTable

SPOTS = (
    HotSpot((1, 2, 3), 0.42, Probe((1, 2, 3), ("a", "b"), 7, "bone", Nearest("dura", 1.24, (0, 0, 0)), "mm")),
    HotSpot((4, 5, 6), 0.3, Probe((4, 5, 6), (), 7, "", None, "voxels")),
)


@pytest.fixture
def table(qtbot) -> SpotTable:
    made = SpotTable()
    qtbot.addWidget(made)
    return made


def test_places_are_listed_and_lead_there(table) -> None:
    told: list = []
    table.chosen.connect(told.append)
    table.show_spots(SPOTS)
    lines = [[table.item(row, column).text() for column in range(3)] for row in range(2)]
    assert lines == [["42%", "2 of 7", "dura, 1.2 mm"], ["30%", "0 of 7", ""]]
    assert "a, b" in table.item(0, 0).toolTip()
    table.cellClicked.emit(1, 0)
    table.cellActivated.emit(0, 2)
    assert told == [(4, 5, 6), (1, 2, 3)]


def test_without_places_there_is_no_table(table) -> None:
    table.show_spots(SPOTS)
    assert not table.isHidden()
    table.show_spots(())
    assert table.isHidden()
