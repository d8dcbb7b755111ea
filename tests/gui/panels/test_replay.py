"""The panel that plays drillings."""

from types import SimpleNamespace

import numpy as np
import pytest

from napari_rpdl.data.volume import Grid
from napari_rpdl.drilling.replay import Course
from napari_rpdl.drilling.surroundings import BurrDistance
from napari_rpdl.gui.drill_state import ReplayState
from napari_rpdl.gui.panels.replay import ReplayPanel


@pytest.fixture
def panel(qtbot, session) -> ReplayPanel:
    made = ReplayPanel(session)
    qtbot.addWidget(made)
    return made


def test_what_was_not_recorded_cannot_be_opened(panel, session, heard) -> None:
    assert not panel.open_button.isEnabled()
    assert "only what was drilled" in panel.state.text()
    session.replayable = ("anna", "ben")
    asked = heard(panel.open_asked)
    panel.who.setCurrentIndex(1)
    panel.open_button.click()
    assert asked == ["ben"]


def test_a_moment_can_be_chosen_and_is_told(panel, session, heard) -> None:
    session.replayable = ("anna",)
    near = BurrDistance("dura", 1.5, "mm", "1-2 mm")
    session.replay = ReplayState("anna", 200, 50, False, 75.5, "0.50 cm³", near)
    for part in ("50 of 200", "1:15.5 min", "0.50 cm³", "dura: 1.5 mm (1-2 mm)"):
        assert part in panel.state.text()
    chosen = heard(panel.step_chosen)
    panel.slider.setValue(120)
    session.replay = ReplayState("anna", 200, 130)
    assert chosen == [120]
    assert panel.slider.value() == 130


def test_while_it_plays_it_ticks_at_the_chosen_speed(panel, session, heard, qtbot) -> None:
    playing, ticks = heard(panel.playing_chosen), heard(panel.ticked)
    session.replay = ReplayState("anna", 200)
    panel.play_button.click()
    session.replay = ReplayState("anna", 200, playing=True)
    assert panel.play_button.text() == "Pause"
    panel.speed.setCurrentIndex(1)
    qtbot.waitUntil(lambda: len(ticks) > 2, timeout=5000)
    assert ticks[-1] == pytest.approx(0.2)
    panel.play_button.click()
    assert playing == [True, False]
    session.replay = None
    before = len(ticks)
    qtbot.wait(150)
    assert len(ticks) == before


def test_curves_are_those_of_the_course(panel, session) -> None:
    session.case = SimpleNamespace(case_id="bone_1", grid=Grid.of_shape((2, 2, 2)))
    ones = np.ones(4)
    session.course = Course(
        np.zeros((2, 2, 2), bool), np.zeros((4, 3)), ones, None, np.zeros(0, int), ones, np.arange(4), ones, "voxels"
    )
    session.replay = ReplayState("anna", 4, 2)
    assert panel.curves.figure.axes[0].lines[0].get_ydata().tolist() == [0, 1, 2, 3]
    assert not panel.curves.isHidden()
    session.replay = session.course = None
    assert panel.curves.isHidden()
