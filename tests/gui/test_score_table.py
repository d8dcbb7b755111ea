"""Rows of scores are pressed with the mouse."""

import pytest
from qtpy.QtCore import Qt

from napari_rpdl.evaluation.scoring import score
from napari_rpdl.evaluation.yardsticks import oracle
from napari_rpdl.gui.score_table import ScoreTable


@pytest.fixture
def table(qtbot, small_case) -> ScoreTable:
    made = ScoreTable()
    qtbot.addWidget(made)
    made.resize(360, 300)
    made.show()
    made.show_scores(score(small_case.masks()[1], small_case), (oracle(small_case),), "", small_case.surgeons)
    return made


def press(qtbot, table, row: int) -> None:
    place = table.visualItemRect(table.item(row, 1)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_rows_say_who_and_how_well(table, small_case) -> None:
    rows = [[table.item(row, column).text() for column in range(3)] for row in range(table.rowCount())]
    assert [row[0].split(" (")[0] for row in rows] == [*small_case.surgeons, "mean ± SD", "oracle"]
    assert rows[1][1:] == ["1.000", "1.000"]
    best, dices = oracle(small_case).scores, [float(row[1]) for row in rows[:3]]
    assert rows[3][1].startswith(f"{sum(dices) / 3:.3f}")
    assert rows[4][1] == f"{best.dice_mean:.3f} ± {best.dice_sd:.3f}"


def test_a_row_is_chosen_and_let_go_by_the_mouse(table, qtbot) -> None:
    chosen: list[str] = []
    table.row_chosen.connect(chosen.append)
    press(qtbot, table, 1)
    press(qtbot, table, 4)
    press(qtbot, table, 4)
    assert chosen == ["surgeon_2", "oracle", ""]
    assert table.selectedItems() == []
    press(qtbot, table, 0)
    press(qtbot, table, 3)
    assert chosen[3:] == ["surgeon_1", ""], "the mean shows the prediction alone"


def test_what_is_held_is_marked_without_telling(table) -> None:
    chosen: list[str] = []
    table.row_chosen.connect(chosen.append)
    table.hold("surgeon_3")
    assert table.selectedItems()[0].text() == "surgeon_3"
    table.hold("somebody else")
    assert (table.selectedItems(), chosen) == ([], [])
    table.show_scores(None, (), "", ())
    assert table.rowCount() == 0
