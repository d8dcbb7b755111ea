from dataclasses import replace

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.experiments.folds import folds_of

BONES = ["bone_1", "bone_2", "bone_3"]
SURGEONS = ["surgeon_1", "surgeon_2", "surgeon_3"]


@pytest.mark.parametrize("protocol", ["paper", "repaired"])
def test_experiment_1_leaves_every_bone_out_once(small_dataset, tiny, protocol):
    folds = folds_of(small_dataset, tiny(), protocol)
    assert [fold.name for fold in folds] == BONES
    assert [fold.judged_cases for fold in folds] == [(bone,) for bone in BONES]
    assert all(fold.surgeons == fold.judges == () for fold in folds)


def test_all_cases_of_a_bone_are_held_out_and_judged(small_dataset, tiny):
    first, second, third = small_dataset.entries
    entries = (replace(first, bone="one"), second, replace(third, bone="one"))
    entries += (replace(second, case_id="other", bone="other"),)
    folds = folds_of(replace(small_dataset, entries=entries), tiny(), "repaired")
    assert [(fold.bones, fold.judged_cases) for fold in folds] == [
        (("one",), ("bone_1", "bone_3")),
        (("bone_2",), ("bone_2",)),
        (("other",), ("other",)),
    ]


def test_experiment_2_of_the_paper_judges_by_what_was_learned(small_dataset, tiny):
    folds = folds_of(small_dataset, tiny("surgeons"), "paper")
    assert [fold.name for fold in folds] == SURGEONS
    assert folds[1].judges == ("surgeon_1", "surgeon_3")
    assert all(fold.bones == () and fold.judged_cases == tuple(BONES) for fold in folds)


@pytest.mark.parametrize(("surgeons", "pairs", "expected"), [(3, "full", 9), (3, "diagonal", 3), (2, "diagonal", 3)])
def test_experiment_2_repaired_holds_out_both(small_dataset, tiny, surgeons, pairs, expected):
    dataset = replace(small_dataset, surgeons=small_dataset.surgeons[:surgeons])
    folds = folds_of(dataset, tiny("surgeons", pairs=pairs), "repaired")
    assert len({fold.name for fold in folds}) == len(folds) == expected
    assert {fold.bones[0] for fold in folds} == set(BONES)
    assert {fold.surgeons[0] for fold in folds} == set(dataset.surgeons)
    assert all(fold.judges == fold.surgeons and fold.judged_cases == fold.bones for fold in folds)
    assert folds[0].name == "surgeon_1+bone_1"


def test_one_surgeon_is_not_enough(small_dataset, tiny):
    alone = replace(small_dataset, surgeons=("surgeon_1",))
    with pytest.raises(InputError, match="at least 2 surgeons"):
        folds_of(alone, tiny("surgeons"), "paper")


def test_two_bones_are_not_enough(small_dataset, tiny):
    with pytest.raises(InputError, match="at least 3 bones"):
        folds_of(replace(small_dataset, entries=small_dataset.entries[:2]), tiny(), "repaired")
