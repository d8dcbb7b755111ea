"""Side by side, three slices and cuts, by the real controls in a real viewer."""

from collections.abc import Iterator

import numpy as np
import pytest
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QFileDialog

from napari_rpdl.gui import roles
from napari_rpdl.gui.panels.compare import ComparePanel
from napari_rpdl.gui.workspace import Workspace

pytestmark = pytest.mark.needs_display


@pytest.fixture
def errors(monkeypatch) -> list[str]:
    told: list[str] = []
    monkeypatch.setattr("napari_rpdl.gui.workspace.show_error", told.append)
    return told


@pytest.fixture
def viewer(make_napari_viewer_proxy):
    return make_napari_viewer_proxy(show=True)


@pytest.fixture
def opened(viewer, errors, small_dataset, idle) -> Iterator[Workspace]:
    made = Workspace(viewer)
    viewer.window.add_dock_widget(made)
    made.open_dataset(small_dataset.folder)
    idle(made.jobs)
    yield made
    made.jobs.close()


def bright(viewer) -> np.ndarray:
    return viewer.screenshot(canvas_only=True, flash=False)[..., :3].astype(int).sum(axis=-1) > 60


def test_bones_are_compared_scored_cut_and_saved(opened, viewer, qtbot, idle, errors, monkeypatch, tmp_path) -> None:
    opened.sights.strip.compare_button.click()
    idle(opened.jobs)
    panel, comparison = opened.sights.compare, opened.sights.comparison
    panel.bones.item(1).setCheckState(Qt.CheckState.Checked)
    panel.reference.setCurrentIndex(panel.reference.findData("surgeon:surgeon_1"))
    idle(opened.jobs)
    assert [row.title for row in panel.grid.rows] == ["bone_1 (right)", "bone_2 (right)"]
    assert [tile.caption for tile in panel.grid.rows[1].tiles] == ["Original", "surgeon_1", "surgeon_2", "surgeon_3"]
    assert all(tile.content is not None for row in panel.grid.rows for tile in row.tiles)
    before = panel.grid.pictures(64)
    assert not np.array_equal(before[0][1], before[0][3])

    opened.sights.strip.cut.axis.setCurrentIndex(1)
    idle(opened.jobs)
    cut = panel.grid.pictures(64)
    assert all((one != other).any() for one, other in zip(before[0], cut[0], strict=True))
    panel.cut.axis.setCurrentIndex(0)
    idle(opened.jobs)
    assert all(tile.content.plane is None for tile in panel.grid.rows[0].tiles)

    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "fig.pdf"), ""))
    panel.save_button.click()
    idle(opened.jobs)
    assert (tmp_path / "fig.pdf").read_bytes().startswith(b"%PDF")

    left, top, width, height = panel.grid.rectangles()[1][2]
    where = QPoint(left + width // 2, top + height // 2)
    QTest.mouseClick(panel.grid.canvas.native, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, where)
    idle(opened.jobs)
    assert (opened.session.case_id, opened.session.left_by) == ("bone_2", "surgeon_2")

    panel.files_dropped.emit((tmp_path / "fig.pdf",), "bone_1")
    assert "NIfTI" in errors[-1]
    panel.close()
    assert comparison.rows == ("bone_1", "bone_2")
    opened.sights.strip.compare_button.click()
    assert panel.isVisible()
    viewer.close()
    open_windows = [window for window in QApplication.topLevelWidgets() if window.isVisible()]
    assert not any(isinstance(window, ComparePanel) for window in open_windows), "it goes with the viewer's window"


def test_three_slices_are_docked_linked_and_taken_away(opened, viewer, qtbot, idle, errors) -> None:
    strip, panel = opened.sights.strip, opened.sights.ortho
    strip.slices_button.click()
    idle(opened.jobs)
    assert panel.isVisible()
    view = panel.views["axial"]
    place = view.frame().topLeft() + QPointF(view.frame().width() * 0.3, view.frame().height() * 0.8)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place.toPoint())
    z, y, x = opened.session.cursor
    assert (y, x) == (int(0.2 * 16), int(0.7 * 16))
    grid = opened.session.case.grid
    assert (grid.origin, grid.steps) == ((0, 0, 0), (1, 1, 1))
    assert viewer.dims.point == pytest.approx((z, y, x), abs=0.5), "its slider's own steps begin at a surface"
    assert viewer.layers[roles.CROSSHAIR].visible
    strip.slices_button.click()
    assert not panel.isVisible()
    assert not viewer.layers[roles.CROSSHAIR].visible
    strip.slices_button.click()
    qtbot.waitUntil(panel.isVisible, timeout=5000)
    assert strip.slices_button.isChecked()
    assert errors == []


def test_a_cut_takes_half_of_the_bone_away_and_closes_it(opened, viewer, idle) -> None:
    """Seen from the side with the crown up, an axial cut in the middle leaves the lower half of the picture."""
    viewer.canvas.overlays.scale_bar.visible = False
    opened.bones.views["lateral"].click()
    idle(opened.jobs)
    whole = bright(viewer)
    rows = np.flatnonzero(whole.any(axis=1))
    middle = (rows[0] + rows[-1]) // 2
    opened.sights.strip.cut.axis.setCurrentIndex(1)
    idle(opened.jobs)
    cut = bright(viewer)
    assert not cut[rows[0] : middle - 8].any()
    assert np.array_equal(cut[middle + 12 : rows[-1]], whole[middle + 12 : rows[-1]])
    opened.bones.views["superior"].click()
    idle(opened.jobs)
    assert viewer.layers[roles.CUT_FACE].visible
    opened.sights.strip.cut.axis.setCurrentIndex(0)
    idle(opened.jobs)
    opened.bones.views["lateral"].click()
    idle(opened.jobs)
    assert np.array_equal(bright(viewer), whole)
