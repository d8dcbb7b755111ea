"""The panel of predictions."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from napari_rpdl.evaluation.scoring import score
from napari_rpdl.evaluation.yardsticks import baseline, oracle
from napari_rpdl.gui.panels.predict import PredictPanel
from napari_rpdl.gui.session import BY_NETWORK, BY_NOBODY
from napari_rpdl.learning.decision import Decision
from napari_rpdl.learning.prediction import Prediction
from napari_rpdl.learning.run_history import find_runs
from napari_rpdl.learning.seen import UNKNOWN, Seen
from napari_rpdl.settings import DecisionSettings

NOTHING = np.zeros((2, 2, 2), np.float32)
ONE_ANSWER = Prediction("bone_1", NOTHING)


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
    session.prediction = ONE_ANSWER
    assert panel.threshold.isEnabled()


def test_the_slider_is_the_threshold(panel, session, heard) -> None:
    moved = heard(panel.threshold_chosen)
    panel.threshold.setValue(27)
    assert moved == [pytest.approx(0.27)]
    assert panel.settings().threshold == pytest.approx(0.27)
    session.threshold = 0.8
    assert (panel.threshold.value(), panel.threshold_text.text()) == (80, "0.80")
    assert len(moved) == 1
    with pytest.raises(KeyError):  # a second one, which the slider would overrule
        panel.form.control("threshold")


def test_beside_the_slider_stands_where_the_rule_cuts(panel, session) -> None:
    session.decision = Decision(np.ones(1, bool), "tuned", 0.61, None, {})
    assert (panel.threshold_text.text(), panel.threshold.value()) == ("0.61", 50)
    session.decision = Decision(np.ones(1, bool), "mbr", None, 0.8, {})
    assert panel.threshold_text.text() == "0.50"


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
    session.prediction = ONE_ANSWER
    asked = heard(panel.left_by_chosen)
    panel.cut_box.click()
    session.left_by = BY_NETWORK
    session.left_by = "surgeon_1"
    assert asked == [BY_NETWORK]
    assert not panel.cut_box.isChecked()
    panel.cut_box.click()
    panel.cut_box.click()
    assert asked == [BY_NETWORK, BY_NETWORK, BY_NOBODY]


def test_rules_and_constraints_are_a_wish_and_lie_folded_away(panel, session, heard) -> None:
    assert not panel.rules.isVisibleTo(panel)
    asked = heard(panel.rules_chosen)
    panel.rules.control("rule").value = "dice-optimal"
    panel.rules.control("margin").value = "1.5"
    panel.rules.control("margin").native.editingFinished.emit()
    assert asked[-1] == DecisionSettings(rule="dice-optimal", margin=1.5)
    session.rules = DecisionSettings(one_region=True)
    assert panel.rules.settings() == DecisionSettings(one_region=True)
    assert len(asked) == 2


@pytest.mark.parametrize("rule", ["tuned", "dice-optimal"])
def test_a_rule_without_a_threshold_of_ours_stops_the_slider_and_says_why(panel, session, rule) -> None:
    session.prediction = ONE_ANSWER
    session.rules = DecisionSettings(rule=rule)
    assert not panel.threshold.isEnabled()
    assert rule in panel.threshold.toolTip()
    assert panel.cut_box.isEnabled()
    session.rules = DecisionSettings(rule="mbr", margin=1)  # the members' regions are cut by the slider
    assert panel.threshold.isEnabled()
    assert panel.threshold.toolTip() == ""


@pytest.mark.parametrize(
    ("decision", "story"),
    [
        (Decision(np.ones(1, bool), "threshold", 0.5, None, {}), ""),
        (Decision(np.ones(1, bool), "tuned", 0.41, None, {}), "Decided by the rule “tuned” at 0.41."),
        (
            Decision(np.ones(1, bool), "mbr", None, 0.8125, {}),
            "Decided by the rule “mbr”, which expects a Dice of 0.812.",
        ),
        (
            Decision(np.ones(1, bool), "threshold", 0.5, None, {"islands": 1, "elsewhere": 1200}),
            "Taken away: islands 1 voxel, elsewhere 1,200 voxels.",
        ),
    ],
)
def test_the_panel_tells_how_the_region_came_about(panel, session, decision, story) -> None:
    session.decision = decision
    assert panel.decided.text() == story
    session.decision = None
    assert panel.decided.text() == ""


def test_runs_are_added_to_the_first_and_named(panel, session, heard, monkeypatch) -> None:
    monkeypatch.setattr(
        "napari_rpdl.gui.panels.predict.QFileDialog.getExistingDirectory", lambda *_: str(Path("runs/second"))
    )
    assert "Choose a run" in panel.add_button.toolTip()
    session.run = Path("runs/first")
    added = heard(panel.run_added)
    panel.add_button.click()
    assert added == [Path("runs/second")]
    session.more_runs = (Path("runs/second"),)
    assert panel.run.text() == "first + second"


def test_a_run_is_looked_for_where_the_others_lie(panel, session, make_run, tmp_path, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(
        "napari_rpdl.gui.panels.predict.QFileDialog.getExistingDirectory", lambda *what: asked.append(what[-1]) or ""
    )
    panel.run_button.click()
    make_run(tmp_path / "found" / "run")
    session.found = find_runs([tmp_path])
    panel.run_button.click()
    session.run = tmp_path / "chosen" / "run"
    panel.run_button.click()
    assert asked == ["", str(tmp_path / "found"), str(tmp_path / "chosen")]


def test_an_answer_keeps_the_names_of_its_runs_where_others_are_chosen(panel, session) -> None:
    session.run = Path("runs/first")
    assert panel.outdated.isHidden()
    session.prediction = replace(ONE_ANSWER, runs=(Path("runs/first"),))
    assert panel.outdated.isHidden()
    session.more_runs = (Path("runs/second"),)
    assert not panel.outdated.isHidden()
    assert "answer of <b>first</b>" in panel.outdated.text()
    session.prediction = replace(ONE_ANSWER, runs=(Path("runs/first"), Path("runs/second")))
    assert panel.outdated.isHidden()


def test_what_to_know_before_trusting_an_answer_stands_with_the_scores(panel, session) -> None:
    assert panel.caution.isHidden()
    session.seen, session.prediction = (
        Seen(True, "Training has seen bone_1."),
        replace(ONE_ANSWER, said=("The scale is not known (<1 mm).",)),
    )
    assert not panel.caution.isHidden()
    assert "color" in panel.caution.text().partition("has seen bone_1")[0], "in red"
    assert "(&lt;1 mm)" in panel.caution.text()
    session.prediction = None
    assert panel.caution.isHidden()
    session.seen, session.prediction = Seen(None, "It held something else."), ONE_ANSWER
    assert panel.caution.text() == "It held something else."
    for seen in (Seen(False), UNKNOWN):
        session.prediction = None
        session.seen, session.prediction = seen, ONE_ANSWER
        assert panel.caution.isHidden()


def test_why_there_is_no_region_stands_where_its_scores_would(panel, session, small_case) -> None:
    session.undecided = "No threshold was tuned for <run>."
    assert panel.summary.text() == "No threshold was tuned for &lt;run&gt;."
    session.undecided = ""
    assert panel.summary.text() == ""


def test_of_several_runs_the_mean_of_their_tuned_thresholds_is_named_as_such(panel, session) -> None:
    session.prediction = replace(ONE_ANSWER, members=(NOTHING, NOTHING, NOTHING))
    session.decision = Decision(np.ones(1, bool), "tuned", 0.41, None, {})
    assert panel.decided.text() == (
        "Decided by the rule “tuned” at 0.41, the mean of the thresholds tuned for each of the 3 runs."
    )
    session.decision = Decision(np.ones(1, bool), "dice-optimal", 0.41, None, {})
    assert "mean" not in panel.decided.text()


def test_the_spread_can_be_shown_where_there_is_one(panel, session, heard) -> None:
    session.prediction = ONE_ANSWER
    assert "one answer" in panel.spread_box.toolTip()
    session.prediction = replace(ONE_ANSWER, spread=NOTHING)
    asked = heard(panel.spread_chosen)
    panel.spread_box.click()
    assert asked == [True]
    session.prediction = replace(ONE_ANSWER, spread=NOTHING, surgeons={"surgeon_1": NOTHING})
    assert panel.spread_box.isEnabled()
    session.head = "surgeon_1"
    assert not panel.spread_box.isEnabled()
    assert "everyone's mean" in panel.fade_box.toolTip()


def test_heads_are_offered_where_the_network_has_them(panel, session, heard) -> None:
    assert panel.head_row.isHidden()
    chosen = heard(panel.head_chosen)
    session.prediction = replace(ONE_ANSWER, surgeons={"surgeon_1": NOTHING, "surgeon_2": NOTHING})
    assert not panel.head_row.isHidden()
    panel.head.setCurrentIndex(2)
    assert chosen == ["surgeon_2"]
    session.head = "surgeon_2"
    session.prediction = replace(ONE_ANSWER, surgeons={"surgeon_2": NOTHING})
    assert panel.head.currentData() == "surgeon_2", "the choice outlives the bone"
    session.prediction = ONE_ANSWER
    assert panel.head_row.isHidden()


def test_asking_can_be_cancelled_only_while_it_lasts(panel, session, heard) -> None:
    assert "No network" in panel.cancel_button.toolTip()
    session.predicting = True
    asked = heard(panel.cancel_asked)
    panel.cancel_button.click()
    assert len(asked) == 1


def test_oracle_and_baseline_close_the_table_and_stay_chosen(panel, session, small_dataset, heard) -> None:
    cases = list(small_dataset)
    session.case, session.dataset = cases[0], small_dataset
    session.scores = score(cases[0].masks()[0], cases[0])
    session.held_against = "baseline"
    session.yardsticks = (oracle(cases[0]), baseline(cases, cases[0]))
    assert panel.table.rowCount() == 6
    assert panel.table.selectedItems()[0].text().startswith("baseline")
    held = heard(panel.held_chosen)
    panel.table.selectRow(4)
    assert held == ["oracle"]


def test_lengths_are_labelled_with_the_unit_of_the_bone(panel, session, small_case) -> None:
    session.case = small_case
    assert panel.rules.control("margin").label.endswith("(mm)")
    session.case = None
    assert "(" not in panel.rules.control("margin").label
