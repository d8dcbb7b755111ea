from collections import Counter
from itertools import pairwise

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.review.planning import plan_study
from napari_rpdl.review.scale import find_scale
from napari_rpdl.settings.review import StudySettings

RATING, PAIRS = find_scale("global-rating"), find_scale("pairwise-preference")


def shown(plan, grader="ada"):
    return [(plan.key.row(code), p) for p in plan.study.plan_of(grader).presentations for code in p.tiles]


def test_every_candidate_is_shown_once_and_the_drawn_ones_twice(plan, candidates):
    for grader in ("ada", "ben"):
        times = Counter(row.candidate for row, _ in shown(plan, grader))
        assert set(times) == set(candidates())
        assert sorted(times.values()) == [1] * 10 + [2] * 2


def test_repeats_come_later_under_another_code_and_on_different_bones(plan):
    at = {row.code: p.index for row, p in shown(plan)}
    repeats = [row for row in plan.key.rows if row.repeat_of]
    assert all(at[row.code] - at[row.repeat_of] > 3 for row in repeats)
    assert len({row.candidate.bone for row in repeats}) == len(repeats) == 2


@pytest.mark.parametrize("grader", ["ada", "ben"])
def test_no_bone_follows_itself(plan, grader):
    bones = [p.bone for p in plan.study.plan_of(grader).presentations]
    assert plan.same_bone_neighbours == 0
    assert all(a != b for a, b in pairwise(bones))


def test_graders_have_different_orders_and_another_grader_changes_nothing_of_the_seed(plan):
    ada, ben = ([p.tiles for p in plan.study.plan_of(name).presentations] for name in ("ada", "ben"))
    assert ada != ben
    assert sorted(ada) == sorted(ben)


def test_the_same_seed_gives_the_same_study_and_another_one_other_codes(candidates):
    plans = [plan_study(candidates(), ["ada"], RATING, StudySettings(seed=seed, minimum_gap=2)) for seed in (0, 0, 1)]
    assert plans[0] == plans[1]
    assert plans[0].study.study_id != plans[2].study.study_id
    of = [{row.candidate: row.code for row in plan.key.rows if not row.repeat_of} for plan in plans]
    assert of[0] != of[2]


def test_without_a_seed_nobody_can_plan_the_same_study_again(candidates):
    plans = [plan_study(candidates(), ["ada"], RATING, StudySettings(minimum_gap=2)) for _ in range(2)]
    assert plans[0].study.study_id != plans[1].study.study_id
    assert plans[0].key.settings.seed is not None


def test_codes_of_repeats_cannot_be_told_by_their_number(candidates):
    numbers = []
    for seed in range(40):
        key = plan_study(candidates(), ["ada"], RATING, StudySettings(seed=seed, minimum_gap=1)).key
        assert sorted(int(row.code[2:]) for row in key.rows) == list(range(1, 15))
        numbers += [int(row.code[2:]) for row in key.rows if row.repeat_of]
    assert min(numbers) < 4 < 10 < max(numbers)


def test_what_graders_open_names_neither_source_nor_method_nor_seed(plan):
    text = plan.study.model_dump_json().replace(RATING.model_dump_json(), "")
    for word in ("surgeon", "rpdl", "dice", "bone_1", "seed", "repeat"):
        assert word not in text


def test_calibration_comes_first_in_one_order_and_has_no_repeats(candidates):
    plan = plan_study(candidates(bones=4), ["ada", "ben"], RATING, StudySettings(minimum_gap=2), ["bone_2"])
    for grader in ("ada", "ben"):
        first = [row.candidate for row, p in shown(plan, grader) if p.phase == "calibration"]
        assert {candidate.case_id for candidate in first} == {"bone_2"}
        assert [p.phase for p in plan.study.plan_of(grader).presentations[:4]] == ["calibration"] * 4
    orders = [[p.bone for p in plan.study.plan_of(name).presentations[:4]] for name in ("ada", "ben")]
    assert orders[0] == orders[1]
    assert not [row for row in plan.key.rows if row.repeat_of and row.candidate.case_id == "bone_2"]
    assert plan.reach.bones == 3


def test_preferences_pair_different_methods_of_one_bone_at_random_places(candidates):
    plan = plan_study(candidates(), ["ada"], PAIRS, StudySettings(minimum_gap=2, repeats=0, seed=0))
    pairs = [tuple(plan.key.row(code) for code in p.tiles) for p in plan.study.graders[0].presentations]
    assert len(pairs) == 3 * 5
    assert all(a.bone_code == b.bone_code and a.candidate.method != b.candidate.method for a, b in pairs)
    lefts = Counter(a.candidate.method for a, b in pairs if {a.candidate.method, b.candidate.method} >= {"rpdl"})
    assert len(lefts) > 1
    fewer = plan_study(candidates(), ["ada"], PAIRS, StudySettings(minimum_gap=1, repeats=0, pairs_per_bone=2))
    assert len(fewer.study.graders[0].presentations) == 6


def test_a_repeated_pair_has_two_new_codes(candidates):
    plan = plan_study(candidates(), ["ada"], PAIRS, StudySettings(minimum_gap=2, repeats=0.1))
    aliases = [row for row in plan.key.rows if row.repeat_of]
    assert len(aliases) == 4


def test_the_expected_time_is_that_of_published_forms(candidates):
    form = find_scale("cm-end-product-provisional")
    plan = plan_study(candidates(9, 7, ("wcel", "dice", "rpdl")), ["ada"], form)
    assert len(plan.study.graders[0].presentations) == 90 + 14
    hours = [minutes / 60 for minutes in plan.minutes]
    assert hours == pytest.approx([1.2, 3.1], abs=0.06)
    assert plan.reach.wilcoxon == 2 / 2**9


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"graders": []}, "at least one grader"),
        ({"graders": ["ada", "Ada"]}, "every grader once"),
        ({"graders": ["../ada"]}, "grader's pseudonym"),
        ({"candidates": []}, "at least one drilled region"),
        ({"calibration_cases": ["bone_7"]}, "bone_7"),
        ({"calibration_cases": ["bone_1", "bone_2", "bone_3"]}, "Nothing is left"),
        ({"settings": StudySettings(minimum_gap=50)}, "too few"),
    ],
)
def test_what_cannot_be_planned_is_told(candidates, change, says):
    arguments = {"candidates": candidates(), "graders": ["ada"], "scale": RATING, **change}
    with pytest.raises(InputError, match=says):
        plan_study(**arguments)


def test_a_candidate_takes_part_once(candidates):
    with pytest.raises(InputError, match="takes part twice"):
        plan_study(candidates() * 2, ["ada"], RATING)
