import json

import numpy as np
import pytest

from napari_rpdl.consensus.constraints import CRITICAL
from napari_rpdl.consensus.overlap import dice
from napari_rpdl.errors import InputError
from napari_rpdl.learning.decision import decide
from napari_rpdl.learning.prediction import Prediction
from napari_rpdl.settings import DecisionSettings


def rule(name, **constraints) -> DecisionSettings:
    return DecisionSettings(rule=name, **constraints)


@pytest.fixture
def probabilities(small_case):
    """A ball that fades out, so that every threshold cuts another region."""
    z, y, x = np.indices(small_case.grid.shape)
    distance = np.sqrt((z - 8) ** 2 + (y - 6.4) ** 2 + (x - 11) ** 2)
    return np.clip(1.2 - distance / 8, 0, 1).astype(np.float32)


@pytest.fixture
def members(probabilities):
    return tuple(np.roll(probabilities, shift, axis=1) for shift in (-2, 0, 2))


def test_the_paper_cuts_at_one_half(probabilities, small_case):
    decision = decide(Prediction("bone_1", probabilities), small_case)
    np.testing.assert_array_equal(decision.mask, probabilities >= 0.5)
    assert decision.removed == {}


def test_a_tuned_threshold_replaces_the_given_one(probabilities, small_case):
    decision = decide(Prediction("bone_1", probabilities, tuned=0.2), small_case, rule("tuned"), threshold=0.9)
    np.testing.assert_array_equal(decision.mask, probabilities >= 0.2)
    assert decision.threshold == 0.2


def test_the_dice_optimal_region_is_a_threshold_at_half_its_dice(probabilities, small_case):
    decision = decide(Prediction("bone_1", probabilities), small_case, rule("dice-optimal"))
    assert decision.threshold < 0.5
    np.testing.assert_array_equal(decision.mask, probabilities > decision.expected_dice / 2)


def test_minimum_bayes_risk_agrees_best_with_the_members(members, small_case):
    prediction = Prediction("bone_1", np.mean(members, axis=0), members=members)
    decision = decide(prediction, small_case, rule("mbr"))
    regions = [member >= 0.5 for member in members]
    agreement = np.mean([dice(decision.mask, region) for region in regions])
    assert decision.expected_dice == pytest.approx(agreement)
    for other in [*regions, prediction.mask(0.3), prediction.mask(0.5)]:
        assert agreement >= np.mean([dice(other, region) for region in regions])


def test_minimum_bayes_risk_asks_the_surgeons_where_each_has_a_head(members, small_case):
    surgeons = dict(zip(("anna", "ben", "cleo"), members, strict=True))
    heads = decide(Prediction("bone_1", members[0], surgeons=surgeons), small_case, rule("mbr"))
    runs = decide(Prediction("bone_1", members[0], members=members), small_case, rule("mbr"))
    np.testing.assert_array_equal(heads.mask, runs.mask)


@pytest.mark.parametrize(("name", "remedy"), [("tuned", "napari-rpdl tune RUN"), ("mbr", "--ensemble")])
def test_a_rule_that_lacks_something_says_what(probabilities, small_case, name, remedy):
    with pytest.raises(InputError, match=remedy):
        decide(Prediction("bone_1", probabilities), small_case, rule(name))


@pytest.mark.parametrize(
    ("of", "what"), [("runs", "65 runs.*fewer runs"), ("surgeons", "65 surgeon heads.*another rule")]
)
def test_more_members_than_can_be_weighed_are_named_for_what_they_are(small_case, probabilities, of, what):
    answers = (probabilities,) * 65
    prediction = Prediction("bone_1", probabilities, members=answers)
    if of == "surgeons":
        prediction = Prediction("bone_1", probabilities, surgeons={f"s{k}": one for k, one in enumerate(answers)})
    with pytest.raises(InputError, match=f"at most 64 answers.*{what}"):
        decide(prediction, small_case, rule("mbr"))


def test_constraints_hold_after_every_rule_and_are_recorded(probabilities, members, small_case):
    prediction = Prediction("bone_1", probabilities, members=members, tuned=0.1)
    nerve = np.isin(small_case.labels(), small_case.table.codes_of("critical"))
    for name in ("threshold", "tuned", "dice-optimal", "mbr"):
        free = decide(prediction, small_case, rule(name))
        held = decide(prediction, small_case, rule(name, avoid_critical=True))
        assert not (held.mask & nerve).any()
        assert held.removed == {CRITICAL: (free.mask & nerve).sum()}
        assert json.loads(json.dumps(held.record()))["drilled_voxels"] == held.mask.sum()
