"""Predictions belong to the bone they were made for."""

from types import SimpleNamespace

import numpy as np
import pytest

from napari_rpdl.data.nifti import read_mask
from napari_rpdl.errors import InputError
from napari_rpdl.gui import layers as shown
from napari_rpdl.gui.coordinators import asking as module
from napari_rpdl.gui.coordinators.predictions import PredictionCoordinator
from napari_rpdl.gui.session import BY_NETWORK
from napari_rpdl.learning.prediction import Prediction
from napari_rpdl.settings import DecisionSettings, PredictionSettings

SURGEONS = ("surgeon_1", "surgeon_2", "surgeon_3")


@pytest.fixture
def cuts() -> list[bool]:
    return []


@pytest.fixture
def predictions(qapp, session, layers, jobs, small_case, cuts, monkeypatch, tmp_path) -> PredictionCoordinator:
    """A network that says exactly what the first surgeon did, with probability 0.6."""

    def predict(run, case, settings):
        probabilities = 0.6 * case.masks()[0].astype(np.float32)
        return Prediction(case.case_id, probabilities)

    monkeypatch.setattr(module, "ask", predict)
    made = PredictionCoordinator(session, layers, jobs, lambda: cuts.append(True))
    session.run = tmp_path
    layers.show_case(small_case)
    session.case = small_case
    return made


def test_a_prediction_is_shown_and_scored(predictions, session, viewer) -> None:
    predictions.predict(PredictionSettings())
    assert session.prediction.case_id == "bone_1"
    assert session.scores.dice[0] == 1.0
    assert viewer.layers[shown.PROBABILITY].visible


def test_what_is_to_be_known_of_an_answer_is_told(predictions, session, small_dataset, monkeypatch) -> None:
    said = ("The scale is not known.",)
    monkeypatch.setattr(
        module, "ask", lambda run, case, _: Prediction(case.case_id, _nerve_and_region(case), said=said)
    )
    predictions.predict(PredictionSettings())
    assert session.told == "The scale is not known."
    session.dataset = small_dataset
    predictions.predict_all(PredictionSettings())
    assert session.told.endswith("predictions. The scale is not known.")


def test_scores_and_cavity_follow_the_threshold_when_the_hand_rests(predictions, session, cuts, qtbot) -> None:
    predictions.predict(PredictionSettings())
    session.left_by = BY_NETWORK
    predictions.choose_threshold(0.7)
    assert session.scores.dice[0] == 1.0
    qtbot.waitUntil(lambda: session.scores.dice[0] == 0.0, timeout=3000)
    assert cuts == [True]


def test_the_next_bone_is_predicted_once_it_is_shown(predictions, session, jobs, small_dataset) -> None:
    predictions.predict_next(PredictionSettings())
    assert "prediction" not in jobs.names
    session.case = small_dataset.case("bone_2")
    assert session.prediction.case_id == "bone_2"
    session.case = small_dataset.case("bone_3")
    assert jobs.names.count("prediction") == 1


def test_all_bones_are_written_beside_the_run(predictions, session, small_dataset) -> None:
    session.dataset = small_dataset
    predictions.predict_all(PredictionSettings())
    for case in small_dataset:
        mask = read_mask(session.run / "predictions" / f"{case.case_id}.nii.gz").voxels
        assert np.array_equal(mask, case.masks()[0])
    assert "3" in session.told


def test_a_folder_that_is_no_run_is_refused(predictions, tmp_path) -> None:
    with pytest.raises(InputError, match=r"run\.json"):
        predictions.choose_run(tmp_path)


def _nerve_and_region(case) -> np.ndarray:
    """Probability 0.6 where the first surgeon drilled, and at the facial nerve (code 5)."""
    return np.where(case.masks()[0] | (case.labels() == 5), np.float32(0.6), np.float32(0))


def test_constraints_take_away_what_mask_scores_and_cavity_then_lack(
    predictions, session, viewer, small_case, cuts, qtbot, monkeypatch
) -> None:
    monkeypatch.setattr(module, "ask", lambda run, case, _: Prediction(case.case_id, _nerve_and_region(case)))
    predictions.predict(PredictionSettings())
    nerve = int((small_case.labels() == 5).sum())
    assert session.scores.critical_voxels["facial nerve"] == nerve
    whole = len(viewer.layers[shown.NETWORK_SURFACE].data[1])
    session.left_by = BY_NETWORK
    predictions.choose_rules(DecisionSettings(avoid_critical=True))
    qtbot.waitUntil(lambda: session.decision.removed != {}, timeout=3000)
    assert list(session.decision.removed.values()) == [nerve]
    assert np.array_equal(session.decision.mask, small_case.masks()[0])
    assert session.scores.dice[0] == 1.0
    qtbot.waitUntil(lambda: len(viewer.layers[shown.NETWORK_SURFACE].data[1]) < whole, timeout=3000)
    assert cuts == [True]
    assert np.array_equal(np.asarray(viewer.layers[shown.NETWORK_REGION].data) > 0, small_case.masks()[0])


def test_the_slider_shows_its_threshold_at_once_and_what_the_constraints_leave_later(
    predictions, session, viewer, small_case, qtbot, monkeypatch
) -> None:
    monkeypatch.setattr(module, "ask", lambda run, case, _: Prediction(case.case_id, _nerve_and_region(case)))
    session.rules = DecisionSettings(avoid_critical=True)
    predictions.predict(PredictionSettings())
    decided = session.decision
    predictions.choose_threshold(0.4)
    outlined = np.asarray(viewer.layers[shown.NETWORK_REGION].data) > 0
    assert outlined.sum() == (session.prediction.probabilities >= 0.4).sum()
    assert session.decision is decided
    qtbot.waitUntil(lambda: session.decision is not decided, timeout=3000)
    assert np.array_equal(np.asarray(viewer.layers[shown.NETWORK_REGION].data) > 0, small_case.masks()[0])


def test_a_rule_that_cannot_decide_says_so_and_leaves_no_region_behind(
    predictions, session, viewer, jobs, qtbot
) -> None:
    predictions.predict(PredictionSettings())
    predictions.choose_rules(DecisionSettings(rule="tuned"))
    qtbot.waitUntil(lambda: bool(jobs.failures), timeout=3000)
    assert "napari-rpdl tune" in jobs.failures[0]
    assert (session.decision, session.scores) == (None, None)
    assert not np.asarray(viewer.layers[shown.NETWORK_REGION].data).any()
    assert session.undecided == jobs.failures[0]
    predictions.choose_rules(DecisionSettings())
    qtbot.waitUntil(lambda: session.scores is not None, timeout=3000)
    assert session.scores.dice[0] == 1.0
    assert session.undecided == ""
    predictions.choose_rules(DecisionSettings(rule="tuned"))
    qtbot.waitUntil(lambda: bool(session.undecided), timeout=3000)
    session.prediction = None
    assert session.undecided == "", "of the next bone nothing is known"


def test_scores_that_come_late_do_not_come_back(predictions, session, jobs, monkeypatch) -> None:
    """The rule was changed to one that cannot decide while the last region was being scored."""
    predictions.predict(PredictionSettings())
    hear = []
    monkeypatch.setattr(jobs, "start", lambda name, events, heard, end=None: hear.append((list(events), heard)))
    predictions._settle()
    for events, heard in [*hear]:
        heard(events[0])
    (made,), heard = hear[-1]
    session.decision = session.scores = None
    heard(made)
    assert session.scores is None


def test_what_is_written_for_all_bones_obeys_the_rules(predictions, session, small_dataset, monkeypatch) -> None:
    monkeypatch.setattr(module, "ask", lambda run, case, _: Prediction(case.case_id, _nerve_and_region(case)))
    session.dataset, session.rules = small_dataset, DecisionSettings(avoid_critical=True)
    predictions.predict_all(PredictionSettings())
    mask = read_mask(session.run / "predictions" / "bone_1.nii.gz").voxels
    assert np.array_equal(mask, small_dataset.case("bone_1").masks()[0])


def test_several_runs_predict_together_and_their_spread_is_shown_on_demand(
    predictions, session, viewer, monkeypatch, tmp_path
) -> None:
    asked: list[tuple] = []

    def predict(runs, case, settings):
        asked.append(runs)
        members = tuple(np.full(case.grid.shape, p, np.float32) for p in (0.4, 0.8))
        return Prediction(case.case_id, (members[0] + members[1]) / 2, np.std(members, axis=0), members)

    monkeypatch.setattr(module, "ask", predict)
    monkeypatch.setattr("napari_rpdl.learning.runs.Run.open", lambda folder: SimpleNamespace(folder=folder))
    for name in ("second", "second", "third"):
        predictions.add_run(tmp_path / name)
    predictions.predict(PredictionSettings())
    assert asked == [(tmp_path, tmp_path / "second", tmp_path / "third")]
    assert shown.SPREAD not in viewer.layers
    predictions.show_spread(True)
    assert viewer.layers[shown.SPREAD].visible
    assert np.allclose(viewer.layers[shown.SPREAD].data, 0.2)
    predictions.show_spread(False)
    assert not viewer.layers[shown.SPREAD].visible
    session.run = tmp_path / "other"
    assert session.more_runs == ()


def test_a_surgeon_s_own_head_is_shown_and_decided_by(predictions, session, viewer, small_case, monkeypatch) -> None:
    heads = {name: 0.6 * mask.astype(np.float32) for name, mask in zip(SURGEONS, small_case.masks(), strict=True)}
    mean = np.mean(list(heads.values()), axis=0, dtype=np.float32)
    monkeypatch.setattr(module, "ask", lambda *_: Prediction("bone_1", mean, surgeons=heads))
    predictions.choose_head("surgeon_2")
    predictions.predict(PredictionSettings())
    assert session.scores.dice[1] == 1.0
    assert np.array_equal(viewer.layers[shown.PROBABILITY].data, heads["surgeon_2"])
    predictions.choose_head("surgeon_3")
    assert session.scores.dice[2] == 1.0
    predictions.choose_head("")
    assert np.array_equal(viewer.layers[shown.PROBABILITY].data, mean)


def test_how_far_answers_for_everyone_differ_is_not_shown_over_one_surgeon_s_head(
    predictions, session, viewer, small_case, monkeypatch
) -> None:
    mask = small_case.masks()[0].astype(np.float32)
    answer = Prediction("bone_1", 0.6 * mask, spread=0.25 * mask, surgeons={"surgeon_1": 0.8 * mask})
    monkeypatch.setattr(module, "ask", lambda *_: answer)
    predictions.predict(PredictionSettings())
    predictions.show_spread(True)
    assert viewer.layers[shown.SPREAD].visible
    predictions.choose_head("surgeon_1")
    assert not viewer.layers[shown.SPREAD].visible
    predictions.choose_head("")
    assert viewer.layers[shown.SPREAD].visible


def test_probabilities_fade_in_slices_and_the_border_stays(predictions, session, viewer, layers, monkeypatch) -> None:
    mask = session.case.masks()[0]
    spread = np.full(mask.shape, 0.25, np.float32)
    monkeypatch.setattr(module, "ask", lambda *_: Prediction("bone_1", 0.6 * mask.astype("f4"), spread=spread))
    layers.standpoint.set_3d(False)
    predictions.predict(PredictionSettings())
    predictions.fade(True)
    layer = viewer.layers[shown.PROBABILITY]
    assert layer.data.max() == pytest.approx(0.3), "half as strong where the answers differ by half of the most"
    predictions.choose_threshold(0.5)
    assert np.array_equal(np.asarray(viewer.layers[shown.NETWORK_REGION].data) > 0, mask)
    layers.standpoint.set_3d(True)
    assert layer.data.max() == pytest.approx(0.6), "in 3-D the border is drawn from the probabilities themselves"
    layers.standpoint.set_3d(False)
    predictions.fade(False)
    assert layer.data.max() == pytest.approx(0.6)


def test_every_bone_is_predicted_on_wish(predictions, session, layers, small_dataset) -> None:
    predictions.predict_on(True, PredictionSettings())
    assert session.prediction.case_id == "bone_1"
    for name in ("bone_2", "bone_3"):
        layers.show_case(small_dataset.case(name))
        session.case = small_dataset.case(name)
        assert session.prediction.case_id == name
    predictions.predict_on(False, PredictionSettings())
    session.case = small_dataset.case("bone_1")
    assert session.prediction.case_id == "bone_3"


def test_what_still_asks_can_be_cancelled_when_something_else_has_ended(predictions, session, jobs) -> None:
    jobs.busy.add("predictions")
    predictions.predict(PredictionSettings())
    assert session.predicting
    jobs.busy.clear()
    predictions.predict(PredictionSettings())
    assert not session.predicting


def test_a_cancelled_answer_is_not_shown(predictions, session, jobs, monkeypatch) -> None:
    def asked(*_: object) -> Prediction:
        assert session.predicting
        predictions.cancel()
        assert session.busy.startswith("Stopping")
        return Prediction("bone_1", np.zeros(session.case.grid.shape, np.float32))

    monkeypatch.setattr(module, "ask", asked)
    predictions.predict(PredictionSettings())
    assert (session.prediction, session.predicting, session.busy) == (None, False, "")
    assert jobs.cancelled == ["prediction", "predictions", "tuning"]
    predictions.cancel()
    assert session.busy == "", "nothing is asked that could stop"
