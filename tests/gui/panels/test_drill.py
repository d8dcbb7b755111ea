"""The panel of drilling."""

import pytest

from napari_rpdl.drilling.surroundings import BurrDistance
from napari_rpdl.gui.drill_state import DrillState, StartChoice
from napari_rpdl.gui.palette import DISTANCES
from napari_rpdl.gui.panels.drill import DrillPanel


@pytest.fixture
def panel(qtbot, session) -> DrillPanel:
    made = DrillPanel(session)
    qtbot.addWidget(made)
    return made


def test_nothing_can_be_done_without_a_bone(panel, session) -> None:
    for button in (panel.start_button, panel.undo_button, panel.save_button, panel.drill_button):
        assert not button.isEnabled()
        assert button.toolTip()
    session.drill_starts = (StartChoice("nothing"),)
    assert panel.start_button.isEnabled()
    assert not panel.save_button.isEnabled()


def test_wishes(panel, session, heard) -> None:
    choice = StartChoice("consensus", "at least 2 of 3 surgeons", 2, "what at least 2 of 3 drilled")
    session.drill_starts = (StartChoice("nothing"), choice)
    panel.starts.setCurrentIndex(1)
    started = heard(panel.start_asked)
    panel.start_button.click()
    assert started == [choice]
    session.drilling = DrillState(start="x", strokes=1, can_undo=True, can_redo=True)
    said = {
        button: heard(signal)
        for button, signal in (
            (panel.refill_button, panel.mode_chosen),
            (panel.lift_button, panel.lifted_chosen),
            (panel.larger_button, panel.size_asked),
        )
    }
    empty = [
        (panel.undo_button, panel.undo_asked),
        (panel.redo_button, panel.redo_asked),
        (panel.stop_button, panel.stop_asked),
    ]
    counts = {button: heard(signal) for button, signal in empty}
    for button in (*said, *counts):
        button.click()
    assert [words[0] for words in said.values()] == ["refill", True, True]
    assert all(len(words) == 1 for words in counts.values())
    names = heard(panel.save_asked)
    panel.surgeon.setText(" anna ")
    panel.save_button.click()
    assert names == ["anna"]


def test_the_burr_is_one_setting_everywhere(panel, session, heard) -> None:
    chosen = heard(panel.settings_chosen)
    panel.form.control("diameter").value = "2.5"
    panel.form.control("diameter").native.editingFinished.emit()
    assert chosen[-1].diameter == 2.5
    session.burr = session.burr.model_copy(update={"diameter": 6.0})
    assert float(panel.form.control("diameter").value) == 6.0
    session.burr_mode = "refill"
    session.burr_lifted = True
    assert panel.refill_button.isChecked()
    assert not panel.drill_button.isChecked()
    assert panel.lift_button.isChecked()


def test_the_distance_has_the_colour_of_its_band(panel, session) -> None:
    session.drilling = DrillState(start="x")
    session.burr_distance = BurrDistance("facial nerve", 0.42, "mm", "< 1 mm")
    assert "facial nerve: 0.4 mm (&lt; 1 mm)" in panel.distance.text()
    assert f"<span style='color:{DISTANCES['< 1 mm']}'>■</span>" in panel.distance.text()
    session.burr_distance = BurrDistance("dura", 7, "voxels", "")
    assert "dura: 7.0 voxels" in panel.distance.text()
    session.burr_distance = None
    assert "Hold the burr" in panel.distance.text()


def test_what_is_drilled_and_whether_it_is_kept(panel, session) -> None:
    session.drilling = DrillState("the whole bone", 3, True, False, 1234, 5, "1.20 cm³", 2.5)
    for part in ("1.20 cm³", "3 strokes", "2.5 min", "1,234 voxels more", "5 refilled", "autosaved"):
        assert part in panel.state.text()
    session.drilling = DrillState("the whole bone", 1, True, False, saved_as="anna")
    assert "Saved as anna" in panel.state.text()
    assert "1 stroke," in panel.state.text()
    session.drilling = DrillState("the whole bone", problem="Autosave failed: no room.")
    assert "no room" in panel.state.text()


def test_lengths_are_labelled_with_the_unit_of_the_bone(panel, session, small_case) -> None:
    session.case = small_case
    assert panel.form.control("diameter").label.endswith("(mm)")
    session.case = None
    assert "(" not in panel.form.control("diameter").label
