"""The panel of surgeons."""

from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.consensus.agreement import case_agreement
from napari_rpdl.evaluation.cavity import Depths, Extent
from napari_rpdl.gui.panels.surgeons import SurgeonsPanel
from napari_rpdl.gui.session import BY_CONSENSUS, BY_NOBODY


@pytest.fixture
def panel(qtbot, session) -> SurgeonsPanel:
    made = SurgeonsPanel(session)
    qtbot.addWidget(made)
    return made


def test_ticks_are_wishes_and_follow_the_session_silently(panel, session, small_case, heard) -> None:
    session.case = small_case
    chosen = heard(panel.surgeons_chosen)
    panel.ticks["surgeon_2"].click()
    panel.all_button.click()
    panel.none_button.click()
    assert chosen == [("surgeon_2",), small_case.surgeons, ()]
    session.surgeons = ("surgeon_3",)
    assert [name for name, tick in panel.ticks.items() if tick.isChecked()] == ["surgeon_3"]
    assert len(chosen) == 3


def test_the_bone_can_be_seen_as_each_surgeon_left_it(panel, session, small_case, heard) -> None:
    session.case = small_case
    offered = [panel.left_by.itemData(row) for row in range(panel.left_by.count())]
    assert offered == [BY_NOBODY, *small_case.surgeons, BY_CONSENSUS]
    asked = heard(panel.left_by_chosen)
    panel.left_by.setCurrentIndex(2)
    assert asked == ["surgeon_2"]


def test_agreement_is_told_in_a_sentence(panel, session, small_case) -> None:
    session.agreement = case_agreement(small_case)
    one, two, three = (mask.sum() for mask in small_case.masks())  # balls within balls
    lowest = 2 * one / (one + three)
    assert f"lowest {lowest:.3f}" in panel.agreement.text()
    assert f"highest {2 * two / (two + three):.3f}" in panel.agreement.text()
    session.agreement = case_agreement(replace(small_case, annotations=small_case.annotations[:1]))
    assert "at least two" in panel.agreement.text()
    nothing = tuple(replace(one, mask=np.zeros_like(one.mask)) for one in small_case.annotations)
    session.agreement = case_agreement(replace(small_case, annotations=nothing))
    assert "Nobody drilled anything" in panel.agreement.text()


def test_a_bone_nobody_drilled_says_so(panel, session, small_case) -> None:
    session.case = replace(small_case, annotations=())
    assert not panel.all_button.isEnabled()
    assert "No surgeon" in panel.all_button.toolTip()
    assert panel.ticks == {}


def test_a_cell_of_the_matrix_wishes_to_see_both(panel, session, small_case, heard) -> None:
    session.agreement = case_agreement(small_case)
    pairs = heard(panel.pair_chosen)
    panel.matrix.cellClicked.emit(2, 0)
    panel.matrix.cellClicked.emit(1, 1)
    assert pairs == [("surgeon_3", "surgeon_1")]
    session.agreement = None
    assert panel.matrix.isHidden()


def test_volume_and_depth_are_told_in_the_unit_that_is_known(panel, session, small_case) -> None:
    session.case = small_case
    assert panel.ticks["surgeon_3"].text().strip() == "surgeon_3", "until it is measured"
    session.extents = {"surgeon_3": Extent(1.234, Depths(4.25, 12.0), "mm"), "surgeon_1": Extent(1234, None, "voxels")}
    assert panel.ticks["surgeon_3"].text() == "surgeon_3   1.23 cm³, 12 mm deep"
    assert "4.2 mm as a mean" in panel.ticks["surgeon_3"].toolTip()
    assert panel.ticks["surgeon_1"].text() == "surgeon_1   1,234 voxels"
    session.extents = {}
    assert "cm³" not in panel.ticks["surgeon_3"].text()
