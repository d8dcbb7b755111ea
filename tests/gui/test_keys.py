"""Keys act wherever a person has just clicked, and leave typed letters alone."""

import pytest
from napari.components import ViewerModel
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QAbstractItemView, QLineEdit, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from napari_rpdl.gui.keys import Keys
from napari_rpdl.gui.workspace import Workspace


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


@pytest.mark.needs_display
def test_every_table_and_list_of_the_workspace_lets_keys_through(
    make_napari_viewer_proxy, small_dataset, qtbot, idle
) -> None:
    """Each is clicked in a real window, then another bone and a slice are asked for by key."""
    viewer = make_napari_viewer_proxy(show=True)
    workspace = Workspace(viewer)
    viewer.window.add_dock_widget(workspace)
    workspace.open_dataset(small_dataset.folder)
    idle(workspace.jobs)
    workspace.inspect.region.setCurrentIndex(workspace.inspect.region.findData("surgeon_1"))
    clicked: set[str] = set()
    for tab in ("Bones", "Surgeons", "Inspect", "Train", "Predict"):
        workspace.show_tab(tab)
        idle(workspace.jobs)
        for table in workspace.tabs.currentWidget().findChildren(QAbstractItemView):
            if not table.isVisible() or not table.isEnabled() or table.focusPolicy() == Qt.FocusPolicy.NoFocus:
                continue
            clicked.add(type(table).__name__)
            qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton)
            table.setFocus()
            idle(workspace.jobs)
            before = workspace.session.case_id
            qtbot.keyClick(table, Qt.Key.Key_N)
            idle(workspace.jobs)
            assert workspace.session.case_id != before, (tab, table)
            table.setFocus()
            qtbot.keyClick(table, Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
            idle(workspace.jobs)
            assert workspace.session.case_id == before, (tab, table)
            for key, dimensions in ((Qt.Key.Key_A, 2), (Qt.Key.Key_S, 3)):
                table.setFocus()
                qtbot.keyClick(table, key, Qt.KeyboardModifier.ShiftModifier)
                assert viewer.dims.ndisplay == dimensions, (tab, table)
    assert {"CaseTable", "HeatMap", "SpotTable", "SafetyTable"} <= clicked
    workspace.jobs.close()
