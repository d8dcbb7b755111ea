"""Bones are listed, found and chosen."""

import numpy as np
import pytest
from qtpy.QtCore import Qt

from napari_rpdl.gui.case_table import THUMBNAIL, CaseTable
from napari_rpdl.gui.session import CaseFacts

FACTS = {"bone_1": CaseFacts(3, 0), "bone_2": CaseFacts(2, 1), "bone_3": CaseFacts(0, 2, graded=4)}


@pytest.fixture
def table(qtbot, small_dataset) -> CaseTable:
    made = CaseTable()
    qtbot.addWidget(made)
    made.show_dataset(small_dataset)
    return made


def test_what_is_known_is_filled_in_and_grades_only_where_there_are_some(table) -> None:
    table.show_facts({"bone_1": CaseFacts(3, 0)})
    assert table.isColumnHidden(4)
    table.show_facts(FACTS)
    rows = [[table.item(row, column).text() for column in range(5)] for row in range(3)]
    assert rows == [
        ["bone_1", "right", "3", "", ""],
        ["bone_2", "right", "2", "1", ""],
        ["bone_3", "right", "", "2", "4"],
    ]
    assert not table.isColumnHidden(4)


@pytest.mark.parametrize(
    ("text", "left"),
    [("predicted", [1, 2]), ("ungraded", [0, 1]), ("2 surgeons", [1]), ("RIGHT _3", [2]), ("left", [])],
)
def test_a_search_looks_at_the_whole_row(table, text, left) -> None:
    table.show_facts(FACTS)
    table.find(text)
    assert [row for row in range(3) if not table.isRowHidden(row)] == left
    table.find("")
    assert not any(table.isRowHidden(row) for row in range(3))


def test_a_click_and_the_arrow_keys_choose_but_a_mark_does_not(table, qtbot) -> None:
    chosen: list[str] = []
    table.case_chosen.connect(chosen.append)
    table.mark("bone_1")
    assert (chosen, table.selectedItems()[0].text()) == ([], "bone_1")
    qtbot.keyClick(table, Qt.Key.Key_Down)
    place = table.visualItemRect(table.item(2, 1)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen == ["bone_2", "bone_3"]


def test_a_picture_stands_beside_its_bone(table) -> None:
    red = np.zeros((THUMBNAIL, THUMBNAIL, 3), np.uint8)
    red[..., 0] = 255
    table.show_thumbnail("bone_2", red)
    table.show_thumbnail("a bone of another dataset", red)
    colors = [table.item(row, 0).icon().pixmap(THUMBNAIL).toImage().pixelColor(5, 5).name() for row in range(3)]
    assert colors == ["#000000", "#ff0000", "#000000"]
