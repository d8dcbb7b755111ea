"""The panel of the reward-penalty map."""

from dataclasses import replace

import pytest
from qtpy.QtCore import QPoint, Qt

from napari_rpdl.consensus.implication import Implication
from napari_rpdl.gui.panels.rpmap import RPMapPanel
from napari_rpdl.settings import RPMAP_VARIANTS, RPMapSettings


@pytest.fixture
def panel(qtbot, session, small_case) -> RPMapPanel:
    made = RPMapPanel(session)
    qtbot.addWidget(made)
    session.case = small_case
    return made


@pytest.mark.parametrize("name", RPMAP_VARIANTS)
def test_a_named_variant_is_a_wish_and_is_recognised(panel, session, heard, name: str) -> None:
    session.rpmap = RPMapSettings(penalty=7)
    assert panel.variant.currentText() == "custom"
    chosen = heard(panel.settings_chosen)
    panel.variant.setCurrentIndex(panel.variant.findData(name))
    assert chosen == [RPMAP_VARIANTS[name]]
    session.rpmap = chosen[0]
    assert panel.variant.currentData() == name
    assert panel.form.settings() == RPMAP_VARIANTS[name]


def test_an_edit_is_a_wish(panel, heard) -> None:
    chosen = heard(panel.settings_chosen)
    panel.form.control("single_votes").value = "zero"
    assert chosen == [RPMapSettings(single_votes="zero")]


def test_the_range_is_told(panel, session) -> None:
    session.rpmap_range = (-1.0, 0.857)
    assert "-1.00 to 0.86" in panel.range.text()
    session.rpmap_range = None
    assert panel.range.text() == ""


def test_a_bone_nobody_drilled_has_no_map(panel, session, small_case) -> None:
    assert panel.show_box.isEnabled()
    session.case = replace(small_case, annotations=())
    assert not panel.show_box.isEnabled()
    assert "surgeon" in panel.show_box.toolTip()


def test_surgeons_can_be_left_out_and_stay_so(panel, session, small_case, heard) -> None:
    assert list(panel.ticks) == list(small_case.surgeons)
    session.left_out = frozenset({"elsewhere"})
    left_out = heard(panel.left_out_chosen)
    panel.ticks["surgeon_2"].click()
    assert left_out == [frozenset({"surgeon_2", "elsewhere"})]
    session.left_out = left_out[0]
    assert panel.consensus.maximum() == 2
    assert not panel.ticks["surgeon_2"].isChecked()


def test_the_slider_counts_surgeons(panel, session, heard) -> None:
    chosen = heard(panel.consensus_chosen)
    assert panel.consensus_text.text() == "hidden"
    panel.consensus.setValue(2)
    session.consensus = 2
    assert chosen == [2]
    assert panel.consensus_text.text() == "2 of 3"


def test_what_the_map_means_is_said(panel, session) -> None:
    session.implication = Implication((90, 4, 3, 3), (0.7, 0.8, 0.6), 2)
    assert "2 of 3" in panel.meaning.text()
    assert "0.800" in panel.meaning.text()
    assert "3 voxels" in panel.bars.toolTip()
    session.implication = None
    assert "No surgeon counts" in panel.meaning.text()


VOTES = Implication((90, 4, 3, 3), (0.7, 0.8, 0.6), 2)


def test_the_bars_show_the_variant_and_are_dragged(panel, session, heard, qtbot, drag_to) -> None:
    session.implication = VOTES
    assert panel.worths.bars.worths == pytest.approx((-1, 1 / 3, 2 / 3, 1))
    assert not panel.worths.reset_button.isEnabled()
    chosen = heard(panel.settings_chosen)
    panel.worths.bars.resize(400, panel.worths.bars.height())
    bar = panel.worths.bars.bar(1)
    at = QPoint(int(bar.center().x()), int(bar.top()))
    qtbot.mousePress(panel.worths.bars, Qt.MouseButton.LeftButton, pos=at)
    drag_to(panel.worths.bars, QPoint(at.x(), panel.worths.bars.height() - 20))
    assert chosen[-1].worths[1] < -0.9
    session.rpmap = chosen[-1]
    assert panel.variant.currentText() == "custom"
    qtbot.mouseRelease(panel.worths.bars, Qt.MouseButton.LeftButton, pos=at)
    assert panel.worths.bars.worths == session.rpmap.worths
    panel.worths.reset_button.click()
    assert chosen[-1] == RPMAP_VARIANTS["paper"]


def test_a_worth_is_typed_and_another_setting_ends_own_worths(panel, session, heard) -> None:
    session.implication = VOTES
    chosen = heard(panel.settings_chosen)
    panel.worths.bars.select(3)
    panel.worths.value.setValue(2.5)
    assert chosen[-1].worths == pytest.approx((-1, 1 / 3, 2 / 3, 2.5))
    session.rpmap = chosen[-1]
    panel.form.control("single_votes").value = "zero"
    assert chosen[-1] == RPMapSettings(single_votes="zero")
