import pytest

from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.errors import InputError
from napari_rpdl.experiments.folds import folds_of
from napari_rpdl.experiments.leaks import check_no_leak
from napari_rpdl.learning.fingerprints import bone_fingerprint
from napari_rpdl.learning.runs import RunRecord


def record(**changes):
    """What a clean run says that holds out bone_1 and surgeon_1."""
    given = {
        "dataset_folder": "somewhere",
        "dataset_name": "small",
        "hold_out": ("bone_1",),
        "hold_out_surgeons": ("surgeon_1",),
        "training_cases": ("bone_2",),
        "validation_cases": ("bone_3",),
        "right_ears": True,
        "table": TEMPORAL_BONE,
        "surgeons": ("surgeon_2", "surgeon_3"),
    }
    return RunRecord(**{**given, **changes})


@pytest.fixture
def both(small_dataset, tiny):
    """The fold that holds out surgeon_1 and bone_1."""
    return folds_of(small_dataset, tiny("surgeons"), "repaired")[0]


def test_a_clean_run_passes(small_dataset, both, tiny):
    check_no_leak(record(), both, small_dataset, ("bone_3",))
    bones = folds_of(small_dataset, tiny(), "repaired")[0]
    check_no_leak(record(hold_out_surgeons=(), surgeons=small_dataset.surgeons), bones, small_dataset, ("bone_3",))


@pytest.mark.parametrize(
    ("changes", "tuned_on", "told"),
    [
        ({"training_cases": ("bone_1", "bone_2")}, (), "was trained on bone_1"),
        ({"validation_cases": ("bone_1",)}, (), "stopped and its epoch chosen by bone_1"),
        ({}, ("bone_3", "bone_1"), "threshold chosen on bone_1"),
        ({"surgeons": ("surgeon_1", "surgeon_2")}, (), "what surgeon_1 drilled"),
        ({"surgeons": ()}, (), "what surgeon_1 drilled"),
        ({"hold_out_surgeons": ()}, (), "what surgeon_1 drilled"),
        ({"validation_cases": ()}, (), "no bones of its own to watch"),
        ({"validation_cases": ("bone_2",)}, (), "learned from bone_2, which also watched"),
    ],
)
def test_every_leak_is_refused(small_dataset, both, changes, tuned_on, told):
    with pytest.raises(InputError, match=told):
        check_no_leak(record(**changes), both, small_dataset, tuned_on)


def test_a_repetition_of_the_held_out_bone_leaks(small_dataset, both):
    from dataclasses import replace

    again = replace(small_dataset.entries[0], case_id="bone_1_again")
    dataset = replace(small_dataset, entries=(*small_dataset.entries, again))
    with pytest.raises(InputError, match="was trained on bone_1_again"):
        check_no_leak(record(training_cases=("bone_1_again", "bone_2")), both, dataset)


def test_the_papers_second_experiment_may_be_judged_on_what_it_learned(small_dataset, tiny):
    fold = folds_of(small_dataset, tiny("surgeons"), "paper")[0]
    check_no_leak(record(training_cases=("bone_1", "bone_2", "bone_3"), validation_cases=()), fold, small_dataset)
    with pytest.raises(InputError, match="what surgeon_1 drilled"):
        check_no_leak(record(hold_out_surgeons=(), surgeons=small_dataset.surgeons), fold, small_dataset)


def test_the_held_out_bone_leaks_under_another_name(small_dataset, both):
    known = {name: bone_fingerprint(small_dataset.case(name)) for name in ("bone_2", "bone_3")}
    check_no_leak(record(bone_fingerprints=known), both, small_dataset, ("bone_3",))
    copied = {**known, "bone_2": bone_fingerprint(small_dataset.case("bone_1"))}
    with pytest.raises(InputError, match=r"bone_1 and bone_2 hold the same structures, .* they are one bone"):
        check_no_leak(record(bone_fingerprints=copied), both, small_dataset, ("bone_3",))
