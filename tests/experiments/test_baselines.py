from collections import defaultdict

import numpy as np
import pytest

from napari_rpdl.consensus.agreement import dice, measure_agreement
from napari_rpdl.consensus.oracle import exact_oracle
from napari_rpdl.evaluation.baseline import baseline_mask
from napari_rpdl.experiments.baselines import baseline_rows
from napari_rpdl.experiments.folds import folds_of


def values_of(dataset, settings, protocol):
    """(method, metric, rpmap) -> (fold, case, surgeon) -> value."""
    found = defaultdict(dict)
    for fold in folds_of(dataset, settings, protocol):
        for row in baseline_rows(dataset, fold, thorough=False):
            assert row.decision == "none"
            found[row.method, row.metric, row.rpmap][row.fold, row.case_id, row.surgeon] = row.value
    return found


def jaccard(one, other):
    return 1 - (one & other).sum() / (one | other).sum()


def mean(values):
    return np.mean(list(values.values()))


def test_surgeons_as_in_the_papers_second_experiment(small_dataset, tiny):
    found = values_of(small_dataset, tiny("surgeons"), "paper")
    agreement = measure_agreement(small_dataset)
    assert mean(found["surgeons", "dice", ""]) == pytest.approx(agreement.dice_mean, abs=1e-12)
    assert mean(found["surgeons", "rpd", "training"]) == pytest.approx(agreement.rpd_mean, abs=1e-7)
    assert all(surgeon != fold for fold, _, surgeon in found["surgeons", "dice", ""])


def test_surgeons_in_the_first_experiment_are_each_others_predictions(small_dataset, tiny):
    found = values_of(small_dataset, tiny(), "repaired")
    case = small_dataset.case("bone_2")
    one, two, three = case.masks()
    expected = (dice(one, two) + dice(three, two)) / 2
    assert found["surgeons", "dice", ""]["bone_2", "bone_2", "surgeon_2"] == pytest.approx(expected, abs=1e-12)
    assert set(found) >= {("surgeons", "rpd", "others"), ("surgeons", "rpd", "test")}


def test_no_surgeon_is_a_judge_of_himself(small_dataset, tiny):
    found = values_of(small_dataset, tiny(), "repaired")
    case = small_dataset.case("bone_2")
    shares, apart = [], []
    for name in case.surgeons:
        mask, others = case.annotation(name).mask, case.masks(*(other for other in case.surgeons if other != name))
        shares.append(np.mean([dice(mask, other) for other in others]) / exact_oracle(others).dice)
        # 2 E d(prediction, judge) - E d(judge, judge'), half of whose pairs are a judge with himself
        apart.append(2 * np.mean([jaccard(mask, other) for other in others]) - jaccard(*others) / 2)
    of_bone = ("bone_2", "bone_2", "")
    assert found["surgeons", "fraction_of_oracle", ""][of_bone] == pytest.approx(np.mean(shares), abs=1e-12)
    assert found["surgeons", "energy_distance", ""][of_bone] == pytest.approx(np.mean(apart), abs=1e-12)
    assert found["surgeons", "volume_ratio", ""][of_bone] == pytest.approx(1)


def test_the_mean_vote_map_is_that_of_the_other_bones(small_dataset, tiny):
    found = values_of(small_dataset, tiny(), "paper")
    case = small_dataset.case("bone_3")
    mask = baseline_mask([small_dataset.case("bone_1"), small_dataset.case("bone_2")], case)
    for surgeon in case.surgeons:
        expected = dice(mask, case.annotation(surgeon).mask)
        assert found["mean-vote-map", "dice", ""]["bone_3", "bone_3", surgeon] == expected


def test_the_mean_vote_map_knows_no_held_out_surgeon(small_dataset, tiny):
    found = values_of(small_dataset, tiny("surgeons"), "repaired")
    case = small_dataset.case("bone_3")
    training = [small_dataset.case(name).without(["surgeon_3"]) for name in ("bone_1", "bone_2")]
    expected = dice(baseline_mask(training, case), case.annotation("surgeon_3").mask)
    assert found["mean-vote-map", "dice", ""]["surgeon_3+bone_3", "bone_3", "surgeon_3"] == expected


def test_the_oracle_is_the_best_there_is(small_dataset, tiny):
    found = values_of(small_dataset, tiny(), "paper")
    assert all(value == pytest.approx(1) for value in found["oracle", "fraction_of_oracle", ""].values())
    case = small_dataset.case("bone_1")
    of_case = [value for (_, name, _), value in found["oracle", "dice", ""].items() if name == "bone_1"]
    assert np.mean(of_case) == pytest.approx(exact_oracle(case.masks()).dice, abs=1e-12)


def test_the_oracle_for_a_held_out_surgeon_is_that_of_the_others(small_dataset, tiny):
    found = values_of(small_dataset, tiny("surgeons"), "repaired")
    case = small_dataset.case("bone_2")
    others = exact_oracle(case.masks("surgeon_1", "surgeon_3")).mask
    expected = dice(others, case.annotation("surgeon_2").mask)
    assert found["oracle", "dice", ""]["surgeon_2+bone_2", "bone_2", "surgeon_2"] == expected
