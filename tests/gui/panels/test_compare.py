"""The window with bones side by side."""

from pathlib import Path

import numpy as np
import pytest
from qtpy.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from qtpy.QtGui import QDropEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QFileDialog

from napari_rpdl.gui.camera import stance
from napari_rpdl.gui.comparison import Comparison, Source
from napari_rpdl.gui.cut import Cut
from napari_rpdl.gui.differing import BOTH, EXTRA, MISSED
from napari_rpdl.gui.panels.compare import ComparePanel
from napari_rpdl.gui.pose import Pose
from napari_rpdl.gui.solids import Flat, Tile, TileRow

SOURCES = (
    Source("original", "Original"),
    Source("surgeon:anna", "anna", "#E69F00"),
    Source("surgeon:ben", "ben", "#56B4E9"),
)


@pytest.fixture
def comparison() -> Comparison:
    return Comparison(
        bones=("bone_1", "bone_2"), sources=SOURCES, rows=("bone_1",), columns=("original", "surgeon:anna")
    )


@pytest.fixture
def panel(qtbot, session, comparison) -> ComparePanel:
    made = ComparePanel(session, comparison)
    qtbot.addWidget(made)
    return made


def tile(caption: str) -> Tile:
    return Tile(Flat(np.full((4, 4, 3), 90, np.uint8)), caption)


def item(control, text: str):
    (found,) = control.findItems(text, Qt.MatchFlag.MatchExactly)
    return found


def test_ticks_choices_and_cuts_are_wishes_and_follow_the_state_silently(panel, comparison, session, heard) -> None:
    rows, columns = heard(panel.rows_chosen), heard(panel.columns_chosen)
    references, axes, cuts = heard(panel.reference_chosen), heard(panel.axis_chosen), heard(panel.cut_chosen)
    item(panel.bones, "bone_2").setCheckState(Qt.CheckState.Checked)
    item(panel.columns, "Original").setCheckState(Qt.CheckState.Unchecked)
    panel.reference.setCurrentIndex(panel.reference.findData("surgeon:anna"))
    panel.axis.setCurrentIndex(panel.axis.findData("axial"))
    panel.cut.axis.setCurrentIndex(1)
    assert rows == [("bone_1", "bone_2")]
    assert columns == [("surgeon:anna",)]
    assert (references, axes, cuts) == (["surgeon:anna"], ["axial"], [Cut("axial")])
    comparison.rows, comparison.columns = ("bone_2",), ("surgeon:ben",)
    comparison.reference, comparison.axis, session.cut = "surgeon:ben", "coronal", Cut("sagittal", 0.1)
    assert item(panel.bones, "bone_1").checkState() == Qt.CheckState.Unchecked
    assert item(panel.columns, "ben").checkState() == Qt.CheckState.Checked
    assert (panel.reference.currentData(), panel.axis.currentData()) == ("surgeon:ben", "coronal")
    assert panel.cut.axis.currentData() == "sagittal"
    assert [len(said) for said in (rows, columns, references, axes, cuts)] == [1] * 5


def test_the_legend_explains_the_colours_while_there_is_a_reference(panel, comparison) -> None:
    assert panel.legend.isHidden()
    comparison.reference = "surgeon:anna"
    assert not panel.legend.isHidden()
    for color in (BOTH, MISSED, EXTRA):
        assert color in panel.legend.text()
    assert "anna" in panel.legend.text()
    comparison.origin, comparison.busy = "phantom (synthetic): data", "Making bone_1…"
    assert panel.origin.text() == "phantom (synthetic): data"
    assert panel.status.text() == "Making bone_1…"


@pytest.mark.needs_display
def test_the_grid_shows_tiles_turns_to_views_and_tells_what_was_clicked(panel, comparison, qtbot, heard) -> None:
    opened, closed, chosen = heard(panel.opened), heard(panel.closed), heard(panel.tile_chosen)
    with qtbot.waitExposed(panel):
        panel.show()
    assert len(opened) == 1
    assert not panel.save_button.isEnabled()
    comparison.tiles = (TileRow("bone_1", (tile("Original"), tile("anna"))),)
    assert panel.grid.rows == comparison.tiles
    assert panel.save_button.isEnabled()
    panel.views["superior"].click()
    assert panel.grid.pose == Pose.of(stance("superior", "right"))
    left, top, width, height = panel.grid.rectangles()[0][1]
    where = QPoint(left + width // 2, top + height // 2)
    QTest.mouseClick(panel.grid.canvas.native, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, where)
    assert chosen == [("bone_1", "surgeon:anna")]
    panel.close()
    assert len(closed) == 1


@pytest.mark.needs_display
def test_a_file_dropped_on_a_row_belongs_to_its_bone(panel, comparison, qtbot, heard, tmp_path) -> None:
    with qtbot.waitExposed(panel):
        panel.show()
    comparison.rows = ("bone_1", "bone_2")
    comparison.tiles = tuple(TileRow(bone, (tile("Original"),)) for bone in comparison.rows)
    dropped = heard(panel.files_dropped)
    left, top, width, height = panel.grid.rectangles()[1][0]
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "mine.nii.gz"))])
    for where in (panel.grid.mapTo(panel, QPoint(left + width // 2, top + height // 2)), QPoint(3, 3)):
        left_button, no_key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        panel.dropEvent(QDropEvent(QPointF(where), Qt.DropAction.CopyAction, data, left_button, no_key))
    assert dropped[0] == ((tmp_path / "mine.nii.gz",), "bone_2")
    assert dropped[1][0] == (tmp_path / "mine.nii.gz",)


@pytest.mark.needs_display
def test_files_and_figures_are_asked_for_by_dialogs(panel, comparison, qtbot, heard, monkeypatch, tmp_path) -> None:
    with qtbot.waitExposed(panel):
        panel.show()
    comparison.tiles = (TileRow("bone_1", (tile("Original"),)),)
    added, asked = heard(panel.files_dropped), heard(panel.figure_asked)
    monkeypatch.setattr(
        QFileDialog, "getOpenFileNames", lambda *_: ([str(tmp_path / "a.nii"), str(tmp_path / "b.nii")], "")
    )
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "f.pdf"), ""))
    panel.add_button.click()
    panel.add_run_button.click()
    panel.save_button.click()
    assert added == [((tmp_path / "a.nii", tmp_path / "b.nii"), ""), ((tmp_path,), "")]
    path, draw = asked[0]
    assert path == Path(tmp_path / "f.pdf")
    assert (draw(8)[0][0] == 90).all(), "the pixels of the window"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    panel.save_button.click()
    assert len(asked) == 1
