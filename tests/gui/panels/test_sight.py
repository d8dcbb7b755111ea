"""The strip above the tabs."""

from dataclasses import replace

import pytest

from napari_rpdl.gui.cut import Cut
from napari_rpdl.gui.panels.sight import SightPanel


@pytest.fixture
def panel(qtbot, session) -> SightPanel:
    made = SightPanel(session)
    qtbot.addWidget(made)
    return made


def test_buttons_wish_and_say_why_they_cannot(panel, session, small_case, heard) -> None:
    compared, sliced = heard(panel.compare_asked), heard(panel.slices_asked)
    assert not panel.compare_button.isEnabled()
    assert "dataset" in panel.slices_button.toolTip()
    session.case = small_case
    panel.compare_button.click()
    panel.slices_button.click()
    panel.slices_button.click()
    assert (len(compared), sliced) == (1, [True, False])
    panel.show_slices_on(True)
    assert panel.slices_button.isChecked()
    assert len(sliced) == 2


def test_the_cut_is_a_wish_and_needs_a_bone_with_structures(panel, session, small_case, heard) -> None:
    wished = heard(panel.cut_chosen)
    assert not panel.cut.isEnabled()
    session.case = replace(small_case, structures=None)
    assert not panel.cut.isEnabled()
    assert "no structures" in panel.cut.toolTip()
    session.case = small_case
    assert panel.cut.toolTip() == ""
    panel.cut.axis.setCurrentIndex(1)
    assert wished == [Cut("axial")]
    session.cut = Cut("coronal", 0.25)
    assert (panel.cut.axis.currentData(), panel.cut.place.value()) == ("coronal", 50)
    assert len(wished) == 1
