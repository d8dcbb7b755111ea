"""The oracle bounds every region; the baseline knows nothing of the bone itself."""

from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.consensus.oracle import best_mean_dice
from napari_rpdl.consensus.patterns import count_patterns
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.baseline import baseline_mask
from napari_rpdl.evaluation.scoring import score
from napari_rpdl.evaluation.yardsticks import baseline, oracle


def test_no_surgeon_and_no_vote_threshold_beats_the_oracle(small_case) -> None:
    best = oracle(small_case)
    assert best.scores.dice_mean == pytest.approx(best_mean_dice(count_patterns(small_case.masks())))
    assert best.scores.fraction_of_oracle == pytest.approx(1)
    votes = np.sum(small_case.masks(), axis=0)
    rivals = [*small_case.masks(), *(votes >= least for least in (1, 2, 3))]
    assert all(score(rival, small_case).dice_mean <= best.scores.dice_mean + 1e-12 for rival in rivals)


def test_the_baseline_averages_the_other_bones_only(small_dataset) -> None:
    cases = list(small_dataset)
    found = baseline(cases, cases[0])
    assert found.bones == ("bone_2", "bone_3")
    assert np.array_equal(found.mask, baseline_mask(cases[1:], cases[0]))
    repetition = replace(cases[1], bone="bone_1")
    undrilled = replace(cases[1], annotations=())
    assert baseline([repetition, undrilled, cases[2]], cases[0]).bones == ("bone_3",)


def test_without_another_bone_there_is_no_baseline(small_case) -> None:
    with pytest.raises(InputError, match="no other bone"):
        baseline([small_case], small_case)
