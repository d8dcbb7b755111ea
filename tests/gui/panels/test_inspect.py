"""The panel of inspection."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from napari_rpdl.evaluation.clearance import Clearance
from napari_rpdl.evaluation.probe import Nearest, Probe
from napari_rpdl.evaluation.wall_safety import WallSafety
from napari_rpdl.gui.panels.inspect import InspectPanel
from napari_rpdl.gui.session import BY_CONSENSUS, BY_NETWORK, BY_NOBODY


@pytest.fixture
def panel(qtbot, session, small_case) -> InspectPanel:
    made = InspectPanel(session)
    qtbot.addWidget(made)
    session.case = small_case
    return made


def test_a_voxel_is_told_in_sentences(panel, session) -> None:
    assert "Click" in panel.voxel.text()
    session.probe = Probe((1, 2, 3), ("anna", "ben"), 7, "bone", Nearest("dura", 1.25, (4, 5, 6)), "mm")
    for part in ("z 1, y 2, x 3", "bone", "2 of 7", "anna, ben", "dura: 1.2 mm"):
        assert part in panel.voxel.text()
    session.probe = Probe((1, 2, 3), (), 0, "", None, "voxels")
    assert panel.voxel.text() == "z 1, y 2, x 3"


def test_a_line_of_the_table_leads_to_its_place(panel, session, heard) -> None:
    near = WallSafety(Clearance("dura", 3, 0.0, "mm", "inside", (4, 5, 6)), (4, 5, 6), (3, 0, 0, 0, 0, 1), 1.0, 1.5)
    far = WallSafety(Clearance("incus", 0, 2.5, "mm", "2-3 mm", (7, 8, 9)), (7, 8, 5), (0, 0, 0, 0, 4, 0), 0.0, None)
    session.measured = "surgeon_1"
    session.safety = (near, far)
    assert [panel.table.item(row, 1).text() for row in range(2)] == ["inside (3)", "2.5 mm"]
    places, flights = heard(panel.place_chosen), heard(panel.flight_chosen)
    panel.table.cellClicked.emit(1, 0)
    assert places == [(7, 8, 9)]
    assert "2-3 mm: 4 voxels (100.0%)" in panel.figures.text()
    panel.table.cellDoubleClicked.emit(0, 0)
    assert flights == [(4, 5, 6)]
    session.safety = ()
    assert "No critical structure" in panel.figures.text()


def test_the_wall_is_a_wish_and_needs_structures(panel, session, small_case, heard) -> None:
    wishes = heard(panel.wall_chosen)
    panel.wall_box.click()
    assert wishes == [True]
    session.wall_shown = True
    assert panel.wall_box.isChecked()
    session.case = replace(small_case, structures=None)
    assert not panel.wall_box.isEnabled()
    assert "structures" in panel.region.toolTip()


def test_regions_of_surgeons_and_network_can_be_measured(panel, session, small_case, small_dataset, heard) -> None:
    offered = [panel.region.itemData(row) for row in range(panel.region.count())]
    assert offered == [BY_NOBODY, *small_case.surgeons, BY_CONSENSUS]
    chosen = heard(panel.region_chosen)
    panel.region.setCurrentIndex(2)
    session.case = small_dataset.case("bone_2")
    assert chosen == ["surgeon_2"]
    assert panel.region.currentData() == "surgeon_2"
    session.prediction = SimpleNamespace(case_id="bone_2")
    assert panel.region.findData(BY_NETWORK) == 5
