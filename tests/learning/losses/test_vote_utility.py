"""Utilities by votes: their formulas voxel by voxel, and the losses that they contain."""

import pytest
import torch

from napari_rpdl.learning.losses import PatternTargets
from napari_rpdl.learning.losses.dice import DiceLoss
from napari_rpdl.learning.losses.reward_penalty_dice import PublishedRewardPenaltyDiceLoss, RewardPenaltyDiceLoss
from napari_rpdl.learning.losses.vote_utility import VoteUtilityDiceLoss, VoteUtilityLoss, by_votes
from napari_rpdl.settings import RPMAP_VARIANTS, RPMapSettings

WEIGHTS = [-0.7, -0.2, 0.1, 0.5, 0.4]


@pytest.fixture
def four(make_bones):
    """Bones which all four surgeons drilled."""
    bones = make_bones(4)
    return bones.logits, PatternTargets.from_masks(bones.masks.bool()), bones.masks.sum(1, keepdim=True)


def test_linear_utility_is_its_formula(four, assert_same):
    logits, targets, votes = four
    worth = torch.tensor(WEIGHTS, dtype=torch.float64)[votes.long()]
    expected = 1 - (4 * (worth * logits.sigmoid()).sum() + 1) / (4 * worth.clamp(min=0).sum() + 1)
    assert_same(VoteUtilityLoss(WEIGHTS)(logits, targets), expected, logits)


def test_linear_utility_is_0_where_worth_is_drilled(four):
    _, targets, votes = four
    best = torch.where(votes >= 2, 60.0, -60.0).double()
    assert VoteUtilityLoss(WEIGHTS)(best, targets).item() == pytest.approx(0, abs=1e-12)
    assert VoteUtilityLoss(WEIGHTS)(-best, targets).item() > 1


def test_dice_like_utility_is_its_formula(four, assert_same):
    logits, targets, votes = four
    worth, p = torch.tensor(WEIGHTS, dtype=torch.float64)[votes.long()], logits.sigmoid()
    expected = 1 - (8 * (worth * p).sum() + 1) / (4 * worth.abs().sum() + 4 * p.sum() + 1)
    assert_same(VoteUtilityDiceLoss(WEIGHTS)(logits, targets), expected, logits)


def test_shares_of_votes_make_the_dice_loss(bones, assert_same):
    for weights in ((), (0.0, 1.0), [c / 7 for c in range(8)]):
        ours = VoteUtilityDiceLoss(weights)(bones.logits, bones.targets)
        assert_same(ours, DiceLoss()(bones.logits, bones.targets), bones.logits)


def test_squared_shares_make_the_published_loss(make_bones):
    """h summed over the surgeons is c M_c, M_c = c/(K - 1), 0 for one vote, -K/(K - 1) for none."""
    bones = make_bones(7)
    targets = PatternTargets.from_masks(bones.masks.bool())
    weights = [-7 / 6, 0.0, *(c / 7 * c / 6 for c in range(2, 8))]
    theirs = PublishedRewardPenaltyDiceLoss(RPMAP_VARIANTS["published-code-bones"])
    torch.testing.assert_close(
        VoteUtilityDiceLoss(weights)(bones.logits, targets), theirs(bones.logits, targets), rtol=0, atol=1e-7
    )


def test_charges_of_the_map_make_the_papers_loss(make_bones, assert_same):
    """Eq. (3) voxel by voxel, and M_c = c/K, -1 for none, written as weights and charges."""
    bones = make_bones(7)
    targets = PatternTargets.from_masks(bones.masks.bool())
    share = bones.masks.double().mean(1, keepdim=True)
    rpmap, p, y = torch.where(share > 0, share, -1.0), bones.logits.sigmoid(), bones.masks.double()
    overlap, total = (y * p * rpmap).sum(), (y * rpmap.abs()).sum() + 7 * (p * rpmap.abs()).sum()
    expected = 1 - (2 * overlap + 1) / (total + 1)
    worths, charges = [(c / 7) ** 2 for c in range(8)], [1.0, *(c / 7 for c in range(1, 8))]
    assert_same(VoteUtilityDiceLoss(worths, costs=charges)(bones.logits, targets), expected, bones.logits)
    assert_same(RewardPenaltyDiceLoss(RPMapSettings())(bones.logits, targets), expected, bones.logits)


def test_bones_of_fewer_surgeons_take_the_weight_at_their_share(make_bones):
    bones = make_bones(2)
    worth = by_votes([-1.0, 0.0, 2.0], bones.targets, bones.logits)
    members = bones.targets.members.sum(1)
    assert worth[0, members == 1].tolist() == [0.0, 0.0]
    assert worth[1, bones.targets.members[:, 0] == 1].tolist() == [2.0, 2.0]
    assert worth[:, 0].tolist() == [-1.0] * 3
