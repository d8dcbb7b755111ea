import shutil
from dataclasses import replace

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.experiments.folds import bones_without_judges, folds_of

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
    cases = small_dataset.folder / "cases"
    shutil.copytree(cases / "bone_2", cases / "other")
    shutil.copytree(cases / "bone_2", cases / "again")
    entries = (replace(first, bone="one"), second, replace(third, bone="one"))
    entries += (replace(second, case_id="other", bone="other"), replace(second, case_id="again", bone="again"))
    folds = folds_of(replace(small_dataset, entries=entries), tiny(), "repaired")
    assert [(fold.bones, fold.judged_cases) for fold in folds] == [
        (("one",), ("bone_1", "bone_3")),
        (("bone_2",), ("bone_2",)),
        (("other",), ("other",)),
        (("again",), ("again",)),
    ]


@pytest.fixture
def with_gaps(small_dataset):
    """Five bones: nobody drilled the third, the fourth has no structures, surgeon_1 drilled the second alone."""
    cases, template = small_dataset.folder / "cases", small_dataset.entries[0]
    for name in ("bone_4", "bone_5"):
        shutil.copytree(cases / "bone_1", cases / name)
    shutil.rmtree(cases / "bone_3" / "annotations")
    (cases / "bone_4" / "structures.nii.gz").unlink()
    for name in ("bone_1", "bone_5"):
        (cases / name / "annotations" / "surgeon_1.nii.gz").unlink()
    for name in ("surgeon_2", "surgeon_3"):
        (cases / "bone_2" / "annotations" / f"{name}.nii.gz").unlink()
    more = tuple(replace(template, case_id=name, bone=name) for name in ("bone_4", "bone_5"))
    return replace(small_dataset, entries=small_dataset.entries + more)


def test_nothing_is_held_out_that_nobody_could_be_judged_on(with_gaps, tiny):
    assert bones_without_judges(with_gaps) == ("bone_3", "bone_4")
    assert [fold.name for fold in folds_of(with_gaps, tiny(), "repaired")] == ["bone_1", "bone_2", "bone_5"]
    (first, *_) = folds_of(with_gaps, tiny("surgeons"), "paper")
    assert (first.surgeons, first.judged_cases) == (("surgeon_1",), ("bone_1", "bone_5"))


def test_a_surgeon_is_held_out_with_a_bone_that_he_drilled(with_gaps, tiny):
    pairs = {
        which: [fold.name for fold in folds_of(with_gaps, tiny("surgeons", pairs=which), "repaired")]
        for which in ("diagonal", "full")
    }
    assert pairs["diagonal"] == ["surgeon_2+bone_1", "surgeon_1+bone_2", "surgeon_3+bone_5"]
    assert pairs["full"] == [
        "surgeon_1+bone_2",
        *("surgeon_2+bone_1", "surgeon_2+bone_5"),
        *("surgeon_3+bone_1", "surgeon_3+bone_5"),
    ]


def test_a_surgeon_who_is_no_bones_turn_is_held_out_in_the_end(with_gaps, tiny):
    annotations = with_gaps.folder / "cases" / "bone_5" / "annotations"
    (annotations / "surgeon_3.nii.gz").unlink()
    folds = folds_of(with_gaps, tiny("surgeons"), "repaired")
    assert [fold.name for fold in folds][-1] == "surgeon_3+bone_1"
    assert {fold.surgeons[0] for fold in folds} == set(with_gaps.surgeons)


def test_bones_that_cannot_be_judged_are_not_enough(with_gaps, tiny):
    (with_gaps.folder / "cases" / "bone_5" / "structures.nii.gz").unlink()
    with pytest.raises(InputError, match=r"at least 3 bones .* has 2 with structures that somebody drilled"):
        folds_of(with_gaps, tiny(), "repaired")


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
