"""The panel of bones wishes and shows, and does nothing itself."""

from dataclasses import replace

import pytest
from qtpy.QtCore import Qt

from napari_rpdl.gui.camera import VIEWS
from napari_rpdl.gui.panels.bones import BonesPanel


@pytest.fixture
def panel(qtbot, session) -> BonesPanel:
    made = BonesPanel(session)
    qtbot.addWidget(made)
    return made


def test_without_a_dataset_the_buttons_say_what_to_do(panel) -> None:
    for button in (panel.next_button, panel.solid_button, *panel.views.values()):
        assert not button.isEnabled()
        assert "dataset" in button.toolTip()
    assert panel.open_button.isEnabled()


def test_every_view_has_a_button_with_its_key(panel, session, small_case, heard) -> None:
    session.case = small_case
    asked = heard(panel.view_asked)
    for choice in VIEWS:
        assert f"Shift+{choice.key}" in panel.views[choice.view].text()
        panel.views[choice.view].click()
    assert asked == [choice.view for choice in VIEWS]


def test_the_slider_shows_the_opacity_without_a_wish(panel, session, heard) -> None:
    asked = heard(panel.opacity_chosen)
    session.bone_opacity = 0.3
    assert panel.opacity.value() == 30
    assert asked == []


def test_the_bone_in_the_viewer_is_marked_without_a_wish(panel, session, small_dataset, heard) -> None:
    session.dataset = small_dataset
    asked = heard(panel.case_chosen)
    session.case = small_dataset.case("bone_2")
    assert panel.bones.selectedItems()[0].text() == "bone_2"
    assert asked == []
    panel.bones.selectRow(2)
    assert asked == ["bone_3"]


def test_structures_that_are_present_can_be_hidden(panel, session, small_case, heard) -> None:
    session.case = small_case
    names = [panel.structures.item(row).text() for row in range(panel.structures.count())]
    assert names == ["facial nerve", "dura"]
    hidden = heard(panel.structures_hidden)
    panel.structures.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert hidden == [frozenset({5})]


def test_a_bone_without_structures_says_so(panel, session, small_case) -> None:
    session.case = replace(small_case, structures=None)
    assert panel.structures.count() == 0
    assert "no structures" in panel.structures.toolTip()
    assert not panel.opacity.isEnabled()


def test_the_last_dataset_is_offered_only_if_it_is_still_there(panel, session, small_dataset, tmp_path, heard) -> None:
    panel.offer_last(tmp_path / "gone")
    assert panel.last_button.isHidden()
    panel.offer_last(small_dataset.folder)
    asked = heard(panel.last_asked)
    panel.last_button.click()
    assert len(asked) == 1
    session.dataset = small_dataset
    assert panel.last_button.isHidden()


def test_the_name_of_the_last_dataset_neither_widens_the_panel_nor_loses_a_letter(panel, tmp_path) -> None:
    width = panel.minimumSizeHint().width()
    for name, text in (("ear & nose", "Open last: ear && nose"), ("x" * 200, f"Open last: {'x' * 29}…")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "dataset.json").touch()
        panel.offer_last(tmp_path / name)
        assert panel.last_button.text() == text
        assert name in panel.last_button.toolTip()
    assert panel.minimumSizeHint().width() == width


def test_bones_are_found_by_words(panel, session, small_dataset) -> None:
    session.dataset = small_dataset
    panel.search.setText("RIGHT _2")
    assert [panel.bones.isRowHidden(row) for row in range(3)] == [True, False, True]
    panel.search.clear()
    assert not panel.bones.isRowHidden(0)
