import re

import pytest

from napari_rpdl.learning.collapse import PATIENCE, CollapseWatch
from napari_rpdl.settings import LossSettings, OptimisationSettings, RPMapSettings, TrainingSettings


def said(shares, **changes):
    watch = CollapseWatch(TrainingSettings(**changes))
    return [event.text for share in shares if (event := watch.after(share)) is not None]


@pytest.mark.parametrize(
    ("share", "changes", "reason"),
    [
        (0.0, {"learning_rate": 1e-6}, "too low"),
        (0.0, {"optimisation": OptimisationSettings(prior_bias=False)}, "29 to 61 epochs"),
        (0.0, {"learning_rate": 0.5}, r"0.5\) is too high"),
        (0.0, {"loss": "rpdl"}, r"the penalty \(1\) outweighs"),
        (0.0, {"loss": "rpdl", "rpmap": RPMapSettings(worths=(-3, 1))}, "a worth below 0 in worths outweighs"),
        (0.0, {"loss": "vote-utility"}, "vote_weights below 0.* outweighs"),
        (0.0, {"loss": "vote-utility", "loss_options": LossSettings(vote_weights=(-5, 1))}, "vote_weights below 0"),
        (0.0, {"loss": "vote-utility", "loss_options": LossSettings(vote_weights=(0, 1))}, "too high. If"),
        (0.0, {"loss": "vote-utility-dice"}, "too high. If"),
        (0.0, {"loss": "dice"}, "too high. If"),
        (1e-6, {}, "hardly a voxel"),
        (1.0, {}, "every voxel.*hardly charges"),
        (1 - 1e-6, {}, "nearly every voxel"),
    ],
)
def test_a_collapse_is_said_once_with_the_likely_reason(share, changes, reason):
    (text,) = said([0.1] + [share] * (3 * PATIENCE), **changes)
    assert re.search(reason, text)


@pytest.mark.parametrize("cut", range(3 * PATIENCE))
def test_it_speaks_after_a_resume_as_if_nothing_had_happened(cut):
    shares = [0.1, *[0.0] * (PATIENCE + 2), 0.2, *[1.0] * PATIENCE]
    before, after = CollapseWatch(TrainingSettings()), CollapseWatch(TrainingSettings(), shares[:cut])
    heard = [before.after(share) for share in shares]
    assert [after.after(share) for share in shares[cut:]] == heard[cut:]


def test_epochs_of_which_nothing_is_known_start_the_count_anew():
    watch = CollapseWatch(TrainingSettings(), [0.0, 0.0, None])
    assert [watch.after(0.0) is None for _ in range(PATIENCE)] == [True] * (PATIENCE - 1) + [False]


def test_a_mask_that_comes_back_is_no_collapse():
    assert said(([0.0] * (PATIENCE - 1) + [0.01]) * 3) == []


def test_a_second_collapse_is_said_again():
    assert len(said(([0.0] * PATIENCE + [0.01]) * 2)) == 2


def test_empty_and_full_in_turn_is_neither():
    assert said([0.0, 1.0] * PATIENCE) == []
