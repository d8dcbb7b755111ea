import numpy as np
import pytest

from napari_rpdl.consensus.agreement import dice
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.baseline import baseline_mask, best_threshold, dice_by_threshold, mean_vote_map


def test_every_bone_counts_the_same(row, case_of):
    cases = [case_of([row(0, 1)], "one"), case_of([row(1), row(1, 2), row(1), row(1)], "four")]
    np.testing.assert_allclose(mean_vote_map(cases, (1, 1, 8))[0, 0, :4], [0.5, 1, 0.125, 0])


def test_the_other_ear_is_mirrored(row, case_of):
    cases = [case_of([row(0)], "left", side="left"), case_of([row(0)], "right", side="right")]
    assert mean_vote_map(cases, (1, 1, 8), "right")[0, 0, [0, 7]].tolist() == [0.5, 0.5]
    assert mean_vote_map(cases, (1, 1, 8), None)[0, 0, [0, 7]].tolist() == [1, 0]
    unknown = case_of([row(0)], "unknown")
    assert mean_vote_map([unknown], (1, 1, 8), "right")[0, 0, 0] == 1


def test_other_grids_are_resampled(case_of):
    mask = np.zeros((4, 4, 4), bool)
    mask[:2] = True
    expected = np.zeros((2, 2, 2))
    expected[0] = 1
    np.testing.assert_allclose(mean_vote_map([case_of([mask])], (2, 2, 2)), expected)


def test_dice_of_every_threshold(case_of):
    random = np.random.default_rng(0)
    mean_map = random.random((4, 5, 6), np.float32)
    mean_map[0] = np.float32(0.25)
    masks = [random.random((4, 5, 6)) < 0.3 for _ in range(3)] + [np.zeros((4, 5, 6), bool)]
    scores = dice_by_threshold(mean_map, case_of(masks))
    for percent in range(1, 101):
        predicted = mean_map >= np.float32(percent / 100)
        assert scores[percent - 1] == pytest.approx(np.mean([dice(predicted, mask) for mask in masks]))


def test_the_threshold_is_chosen_on_bones_that_were_not_averaged(row, case_of):
    """Each bone has one common voxel and one of its own; what only one bone has does not help another."""
    cases = [case_of([row(0, 1 + k), row(0)], f"bone_{k}") for k in range(4)]
    # Left out: the others' own voxels have share 1/6; from 0.17 to 1 only the common one remains.
    assert best_threshold(cases) == 0.59
    target = case_of([row(7)], "target")
    np.testing.assert_array_equal(baseline_mask(cases, target), row(0))


def test_bones_that_nobody_drilled_have_no_say(row, case_of):
    drilled = [case_of([row(0, 1 + k), row(0)], f"bone_{k}") for k in range(2)]
    undrilled = [case_of([row(), row()], f"empty_{k}") for k in range(4)]
    # Left out: the common voxel has share 1/5. Above, nothing is drilled, which four of the six would like best.
    assert 0.1 < best_threshold([*drilled, *undrilled]) <= 0.2
    assert best_threshold(undrilled) > 0


def test_repetitions_are_left_out_together(row, case_of):
    """Three repetitions of one bone would vote for each other's voxels if they judged each other."""
    others = [case_of([row(0)], f"bone_{k}") for k in (2, 3)]
    together = [case_of([row(0, 1, 2, 3)], f"again_{k}", bone="bone_1") for k in range(3)]
    apart = [case_of([row(0, 1, 2, 3)], f"again_{k}") for k in range(3)]
    # Judged by the two other bones alone, repetitions like any threshold; those bones like > 3/4.
    assert best_threshold([*together, *others]) == 0.88
    # Judged by each other (share 2/4), they win over the two.
    assert best_threshold([*apart, *others]) <= 0.5


def test_one_training_bone_is_its_own_judge(row, case_of):
    only = case_of([row(0, 1), row(0, 1), row(0)])
    # From 0.01 to 0.66 both voxels are drilled, which is best; the middle of these is taken.
    assert best_threshold([only]) == 0.34
    np.testing.assert_array_equal(baseline_mask([only], case_of([row(5)], "target")), row(0, 1))


def test_the_answer_lies_on_the_targets_grid_and_side(case_of):
    mask = np.zeros((4, 4, 4), bool)
    mask[..., 0] = True
    training = [case_of([mask, mask], f"bone_{k}", side="left") for k in range(2)]
    target = case_of([np.zeros((8, 8, 8), bool)], "target", side="right")
    answer = baseline_mask(training, target)
    assert answer.shape == (8, 8, 8)
    assert answer[..., 7].all()
    assert not answer[..., :6].any()


def test_no_training_bone_is_refused(row, case_of):
    with pytest.raises(InputError, match="at least one bone"):
        baseline_mask([], case_of([row(0)]))
    with pytest.raises(InputError, match="at least one bone"):
        mean_vote_map([], (1, 1, 8))
