"""The map and the inspection of a bone by the real controls, in a real viewer."""

import numpy as np
import pytest
from qtpy.QtCore import QPoint, Qt

from napari_rpdl.data.nifti import read_volume
from napari_rpdl.gui import roles as shown
from napari_rpdl.gui.session import BY_CONSENSUS
from napari_rpdl.gui.sights import SLICES_TITLE


def test_worths_are_dragged_typed_and_reset_and_disputes_are_visited(opened, viewer, qtbot, idle, drag_to) -> None:
    session, editor = opened.session, opened.rpmap.worths
    opened.show_tab("RPMap")
    opened.bones.slices_button.click()
    opened.rpmap.show_box.click()
    idle(opened.jobs)
    votes = np.sum(session.case.masks(), axis=0)
    bar = editor.bars.bar(3)
    grip = QPoint(round(bar.center().x()), round(bar.top()))
    qtbot.mousePress(editor.bars, Qt.MouseButton.LeftButton, pos=grip)
    drag_to(editor.bars, QPoint(grip.x(), round(editor.bars.bar(1).top())))
    qtbot.mouseRelease(editor.bars, Qt.MouseButton.LeftButton, pos=grip)
    worths = session.rpmap.worths
    assert worths == pytest.approx((-1, 1 / 3, 2 / 3, 1 / 3), abs=0.03)
    assert np.array_equal(np.asarray(viewer.layers[shown.RPMAP].data), np.float32(worths)[votes])
    assert session.implication.votes < 3
    for few in (1, 2):
        editor.bars.select(few)
        editor.value.setValue(-5)
    assert session.rpmap.worths[1:3] == (-5, -5)
    assert session.implication.votes == 3
    qtbot.mouseClick(editor.reset_button, Qt.MouseButton.LeftButton)
    assert np.asarray(viewer.layers[shown.RPMAP].data) == pytest.approx(np.where(votes, votes / 3, -1))
    opened.rpmap.ticks["surgeon_3"].click()
    assert len(editor.bars.worths) == 3
    spots = opened.surgeons.spots
    assert session.hot_spots
    opened.show_tab("Surgeons")
    qtbot.mouseClick(spots.viewport(), Qt.MouseButton.LeftButton, pos=spots.visualItemRect(spots.item(0, 0)).center())
    assert session.probe.voxel == session.hot_spots[0].voxel
    assert viewer.dims.point == pytest.approx(np.multiply(session.probe.voxel, session.case.grid.steps))


def test_safety_is_measured_coloured_and_flown_to(opened, viewer, qtbot, idle, errors) -> None:
    session, panel = opened.session, opened.inspect
    opened.show_tab("Inspect")
    panel.region.setCurrentIndex(panel.region.findData("surgeon_3"))
    qtbot.mouseClick(panel.wall_box, Qt.MouseButton.LeftButton, pos=QPoint(8, panel.wall_box.height() // 2))
    idle(opened.jobs)
    assert session.left_by == "surgeon_3"
    assert viewer.layers[shown.WALL].visible
    assert [one.clearance.structure for one in session.safety] == [
        panel.table.item(row, 0).text() for row in range(panel.table.rowCount())
    ]
    opened.bones.slices_button.click()
    assert not viewer.layers[shown.WALL].visible
    row = panel.table.visualItemRect(panel.table.item(1, 0)).center()
    qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=row)
    qtbot.mouseDClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=row)
    idle(opened.jobs)
    closest = session.safety[1].clearance.voxel
    assert viewer.dims.ndisplay == 3
    assert viewer.scene.camera.center == pytest.approx(np.multiply(closest, session.case.grid.steps))
    assert SLICES_TITLE in viewer.window.dock_widgets
    assert session.cursor == session.probe.voxel == closest
    panel.region.setCurrentIndex(panel.region.findData(BY_CONSENSUS))
    idle(opened.jobs)
    opened.rpmap.consensus.setValue(3)
    qtbot.wait(300)
    idle(opened.jobs)
    everyone = np.all(session.case.masks(), axis=0)
    assert np.array_equal(opened.cases.region_of(session.case, BY_CONSENSUS), everyone)
    assert session.left_by == BY_CONSENSUS
    assert session.safety
    assert errors == []


def test_map_and_region_are_saved_by_their_buttons(opened, qtbot, idle, errors, tmp_path, monkeypatch) -> None:
    case, names = opened.session.case, iter(["map", "region.nii"])
    asked = "qtpy.QtWidgets.QFileDialog.getSaveFileName"
    monkeypatch.setattr(asked, lambda *_: (str(tmp_path / next(names)), ""))
    assert not opened.inspect.save_button.isEnabled()
    qtbot.mouseClick(opened.rpmap.save_button, Qt.MouseButton.LeftButton)
    opened.inspect.region.setCurrentIndex(opened.inspect.region.findData("surgeon_2"))
    qtbot.mouseClick(opened.inspect.save_button, Qt.MouseButton.LeftButton)
    idle(opened.jobs)
    saved, region = (read_volume(tmp_path / name) for name in ("map.nii.gz", "region.nii"))
    votes = np.sum(case.masks(), axis=0)
    assert saved.voxels == pytest.approx(np.where(votes, votes / 3, -1))
    assert saved.grid.affine == pytest.approx(case.grid.affine, abs=1e-4)
    assert np.array_equal(region.voxels, case.annotation("surgeon_2").mask)
    assert errors == []
