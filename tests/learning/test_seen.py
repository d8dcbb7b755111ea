"""Whether a training has seen a bone."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from napari_rpdl.learning.seen import has_seen

CASES = ("bone_1", "bone_1_again", "bone_3", "bone_9", "bone_new")


@pytest.fixture
def dataset():
    """The dataset of ``make_run``; two of its cases show the same bone."""
    bones = dict.fromkeys(CASES) | {case: case for case in CASES} | {"bone_1_again": "bone_1"}
    return SimpleNamespace(name="phantom nine", case_ids=CASES, bone_of=bones.__getitem__)


def test_bones_that_taught_or_watched_are_seen_and_held_out_or_new_ones_are_not(make_run, dataset, tmp_path) -> None:
    run = make_run(tmp_path / "run").folder
    assert {bone: has_seen([run], bone, dataset) for bone in ("bone_1", "bone_3", "bone_9", "bone_new")} == {
        "bone_1": True,
        "bone_3": True,
        "bone_9": False,
        "bone_new": False,
    }
    assert has_seen([run / "checkpoint_last.safetensors"], "bone_1", dataset)


def test_a_bone_of_the_same_name_in_another_dataset_is_another(make_run, small_dataset, tmp_path) -> None:
    run = make_run(tmp_path / "run").folder
    assert has_seen([run], "bone_1", replace(small_dataset, name="phantom nine")) is True
    assert has_seen([run], "bone_1", small_dataset) is False


def test_one_run_that_has_seen_it_is_enough_and_one_that_cannot_tell_leaves_it_open(
    make_run, dataset, tmp_path
) -> None:
    run, lone = make_run(tmp_path / "run").folder, tmp_path / "lone" / "checkpoint_best.safetensors"
    assert has_seen([lone], "bone_1", dataset) is None
    assert has_seen([run, lone], "bone_9", dataset) is None
    assert has_seen([lone, run], "bone_1", dataset) is True
