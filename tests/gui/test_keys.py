"""Keys act wherever a person has just clicked, and leave typed letters alone."""

import pytest
from napari.components import ViewerModel
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QLineEdit, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from napari_rpdl.gui.keys import Keys


@pytest.fixture
def dock(qtbot) -> QWidget:
    made = QWidget()
    rows = QVBoxLayout(made)
    made.table, made.line = QTableWidget(1, 1), QLineEdit()
    made.table.setItem(0, 0, QTableWidgetItem("number"))
    rows.addWidget(made.table)
    rows.addWidget(made.line)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


@pytest.mark.needs_display
def test_a_table_that_was_clicked_takes_no_key_away_and_a_line_keeps_what_is_typed(dock, qtbot) -> None:
    told: list[str] = []
    keys = Keys(ViewerModel(), dock)
    keys.bind("N", lambda: told.append("N"))
    keys.bind("Shift+N", lambda: told.append("Shift+N"))
    dock.table.setFocus()
    qtbot.waitUntil(dock.table.hasFocus)
    QTest.keyClick(dock.table, Qt.Key.Key_N)
    QTest.keyClick(dock.table, Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    assert told == ["N", "Shift+N"]
    dock.line.setFocus()
    qtbot.waitUntil(dock.line.hasFocus)
    QTest.keyClicks(dock.line, "nN")
    assert (dock.line.text(), told) == ("nN", ["N", "Shift+N"])


@pytest.mark.parametrize(
    ("keys", "known"), [("N", "N"), ("Shift+N", "Shift+N"), ("Ctrl+Z", "Ctrl+Z"), ("Ctrl+Shift+Z", "Ctrl+Shift+Z")]
)
def test_the_viewer_listens_too(qtbot, keys, known) -> None:
    told: list[str] = []
    viewer, dock = ViewerModel(), QWidget()
    qtbot.addWidget(dock)
    Keys(viewer, dock).bind(keys, lambda: told.append(keys))
    (bound,) = viewer.keymap
    assert str(bound) == known
    viewer.keymap[bound](viewer)
    assert told == [keys]
