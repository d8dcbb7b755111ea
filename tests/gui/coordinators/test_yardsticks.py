"""What a row of the scores speaks of is shown with the prediction."""

import numpy as np
import pytest

from napari_rpdl.evaluation.baseline import baseline_mask
from napari_rpdl.evaluation.scoring import score
from napari_rpdl.gui import layers as shown
from napari_rpdl.gui.coordinators import yardsticks as module
from napari_rpdl.gui.coordinators.cases import CaseCoordinator
from napari_rpdl.gui.coordinators.yardsticks import YardstickCoordinator
from napari_rpdl.learning.decision import Decision
from napari_rpdl.learning.prediction import Prediction


@pytest.fixture
def cases(session, layers, jobs, small_dataset) -> CaseCoordinator:
    made = CaseCoordinator(session, layers, jobs)
    made.open_dataset(small_dataset.folder)
    return made


@pytest.fixture
def yardsticks(session, layers, jobs, cases) -> YardstickCoordinator:
    """The network says what the second surgeon did."""
    made = YardstickCoordinator(session, layers, jobs, cases.choose_surgeons)
    decide(session)
    return made


def decide(session) -> None:
    mask = session.case.masks()[1]
    session.decision = Decision(mask, "threshold", 0.5, None, {})
    session.scores = score(mask, session.case)


def test_oracle_and_baseline_are_made_of_a_scored_bone(yardsticks, session, small_dataset) -> None:
    assert [found.kind for found in session.yardsticks] == ["oracle", "baseline"]
    others = [small_dataset.case("bone_2"), small_dataset.case("bone_3")]
    assert np.array_equal(session.yardsticks[1].mask, baseline_mask(others, session.case))


def test_the_baseline_follows_the_run_whose_answer_is_scored(
    yardsticks, session, small_dataset, make_run, tmp_path, jobs
) -> None:
    """A network is to beat the mean of the bones that it learned from itself, whatever run is chosen next."""
    first = session.yardsticks[0]
    learned = make_run(tmp_path / "run").record.model_copy(update={"validation_cases": ()})  # from bones 1 and 2
    (tmp_path / "run" / "run.json").write_text(learned.model_dump_json())
    session.prediction = Prediction("bone_1", np.zeros(1), runs=(tmp_path / "run",))
    session.run = tmp_path / "chosen since"
    session.scores = None
    decide(session)
    assert [found.kind for found in session.yardsticks] == ["oracle", "baseline"]
    assert session.yardsticks[0] is first, "the oracle is of the bone alone"
    assert np.array_equal(session.yardsticks[1].mask, baseline_mask([small_dataset.case("bone_2")], session.case))
    made = jobs.names.count("yardsticks")
    session.scores = None
    decide(session)
    assert jobs.names.count("yardsticks") == made


def test_a_surgeon_is_shown_with_where_the_network_differs(yardsticks, cases, session, viewer) -> None:
    yardsticks.hold_against("surgeon_3")
    assert session.surgeons == ("surgeon_3",)
    network, other = session.decision.mask, session.case.masks()[2]
    found = np.asarray(viewer.layers[shown.DIFFERENCES].data)
    counts = [int((found == code).sum()) for code in (1, 2, 3)]
    assert counts == [int(part.sum()) for part in (network & other, network & ~other, other & ~network)]
    cases.choose_surgeons(("surgeon_1",))
    assert session.held_against == ""
    assert not viewer.layers[shown.DIFFERENCES].visible


def test_the_oracle_is_shown_until_it_is_let_go(yardsticks, cases, session, viewer) -> None:
    yardsticks.hold_against("oracle")
    assert session.surgeons == ()
    assert viewer.layers[shown.YARDSTICK].visible
    outline = next(layer for layer in viewer.layers if layer.name == "Oracle")
    assert np.array_equal(np.asarray(outline.data) > 0, session.yardsticks[0].mask)
    yardsticks.hold_against("")
    assert not viewer.layers[shown.YARDSTICK].visible


def test_the_choice_comes_along_to_the_next_bone(yardsticks, cases, session, viewer) -> None:
    yardsticks.hold_against("baseline")
    cases.step(1)
    assert (session.yardsticks, session.held_against) == ((), "baseline")
    assert not viewer.layers[shown.YARDSTICK].visible
    decide(session)
    assert viewer.layers[shown.YARDSTICK].visible
    assert session.yardsticks[1].scores.case_id == "bone_2"


def test_a_dataset_too_large_for_the_memory_has_no_baseline(session, layers, jobs, cases, monkeypatch) -> None:
    monkeypatch.setattr(module, "_MOST_BYTES", 1000)
    YardstickCoordinator(session, layers, jobs, cases.choose_surgeons)
    decide(session)
    assert [found.kind for found in session.yardsticks] == ["oracle"]
