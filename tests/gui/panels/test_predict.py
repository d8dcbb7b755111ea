"""The panel of predictions."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from napari_rpdl.evaluation.scoring import score
from napari_rpdl.gui.panels.predict import PredictPanel
from napari_rpdl.gui.session import BY_NETWORK, BY_NOBODY


@pytest.fixture
def panel(qtbot, session) -> PredictPanel:
    made = PredictPanel(session)
    qtbot.addWidget(made)
    return made


def test_what_is_missing_is_said_in_turn(panel, session, small_case) -> None:
    assert "Train a network" in panel.predict_button.toolTip()
    session.run = Path("runs/first")
    assert panel.run.text() == "first"
    assert "Show a bone" in panel.predict_button.toolTip()
    assert "Open a dataset" in panel.all_button.toolTip()
    session.case = small_case
    assert panel.predict_button.isEnabled()
    assert not panel.threshold.isEnabled()
    session.prediction = SimpleNamespace(case_id="bone_1")
    assert panel.threshold.isEnabled()


def test_the_slider_is_the_threshold(panel, session, heard) -> None:
    moved = heard(panel.threshold_chosen)
    panel.threshold.setValue(27)
    assert moved == [pytest.approx(0.27)]
    assert panel.settings().threshold == pytest.approx(0.27)
    session.threshold = 0.8
    assert (panel.threshold.value(), panel.threshold_text.text()) == (80, "0.80")
    assert len(moved) == 1


def test_scores_are_listed_for_every_surgeon(panel, session, small_case) -> None:
    session.scores = score(small_case.masks()[1], small_case)
    rows = [[panel.table.item(row, column).text() for column in range(2)] for row in range(panel.table.rowCount())]
    assert [row[0] for row in rows] == [*small_case.surgeons, "mean ± SD"]
    assert rows[1][1] == "1.000"
    assert "No critical structure" in panel.summary.text()
    session.scores = None
    assert (panel.table.rowCount(), panel.summary.text()) == (0, "")


def test_harm_is_said_in_red(panel, session, small_case) -> None:
    everything = np.ones(small_case.grid.shape, bool)
    session.scores = score(everything, small_case)
    nerve = int((small_case.labels() == 5).sum())
    assert f"facial nerve {nerve}" in panel.summary.text()


def test_cutting_out_is_a_wish_that_follows_the_session(panel, session, heard) -> None:
    session.prediction = SimpleNamespace(case_id="bone_1")
    asked = heard(panel.left_by_chosen)
    panel.cut_box.click()
    session.left_by = BY_NETWORK
    session.left_by = "surgeon_1"
    assert asked == [BY_NETWORK]
    assert not panel.cut_box.isChecked()
    panel.cut_box.click()
    panel.cut_box.click()
    assert asked == [BY_NETWORK, BY_NETWORK, BY_NOBODY]
