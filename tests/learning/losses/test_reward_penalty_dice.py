"""Eq. (3), Eq. (4) and the published code's loss, each surgeon and voxel by the formula."""

import pytest
import torch

from napari_rpdl.learning.losses import PatternTargets
from napari_rpdl.learning.losses.dice import DiceLoss
from napari_rpdl.learning.losses.reward_penalty_dice import PublishedRewardPenaltyDiceLoss, RewardPenaltyDiceLoss
from napari_rpdl.settings import RPMAP_VARIANTS, RPMapSettings

PAPER = RPMapSettings()


def paper_map(bones, bone):
    votes = bones.votes(bone)
    return torch.where(votes > 0, votes / bones.surgeons(bone), -1.0)


def eq_3(bones, epsilon):
    rows = [(z.sigmoid(), y, paper_map(bones, bone)) for bone, z, y in bones.rows()]
    overlap = sum((y * p * m).sum() for p, y, m in rows)
    total = sum((y * m.abs()).sum() + (p * m.abs()).sum() for p, y, m in rows)
    return 1 - (2 * overlap + epsilon) / (total + epsilon)


@pytest.mark.parametrize("epsilon", [0.0, 1.0])
def test_rpdl_is_eq_3_over_the_repeated_mini_batch(bones, assert_same, epsilon):
    # The map is a float32 array, so 3/7 is known to 6e-8.
    ours = RewardPenaltyDiceLoss(PAPER, epsilon)(bones.logits, bones.targets)
    theirs = eq_3(bones, epsilon)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)
    slopes = [torch.autograd.grad(loss, bones.logits, retain_graph=True)[0] for loss in (ours, theirs)]
    torch.testing.assert_close(*slopes, rtol=0, atol=1e-6)


@pytest.mark.parametrize("surgeons", [1, 2, 3, 7, 12])
@pytest.mark.parametrize("epsilon", [0.0, 1.0])
def test_the_gradient_is_eq_4_to_1e_12(make_bones, surgeons, epsilon):
    """Eq. (4), ε put back: [|M|(2A + ε) - 2yM(D + ε)] / (D + ε)², over all surgeons, times P(1 - P)."""
    bones = make_bones(surgeons)
    targets = PatternTargets.from_masks(bones.masks.bool())
    p, y = bones.logits.sigmoid().detach(), bones.masks
    votes = y.sum(1, keepdim=True)
    m = torch.where(votes > 0, votes / surgeons, -1.0)
    a, d = (y * p * m).sum(), (y * m.abs()).sum() + surgeons * (p * m.abs()).sum()
    eq_4 = (m.abs() * (2 * a + epsilon) - 2 * y * m * (d + epsilon)).sum(1, keepdim=True) / (d + epsilon) ** 2
    loss = RewardPenaltyDiceLoss(PAPER, epsilon)(bones.logits, targets)
    (slope,) = torch.autograd.grad(loss, bones.logits)
    torch.testing.assert_close(slope, eq_4 * p * (1 - p), rtol=0, atol=1e-12)


@pytest.mark.parametrize("surgeons", [1, 2, 4, 8])
def test_eq_3_is_the_dice_loss_weighted_by_the_size_of_the_map(make_bones, assert_same, surgeons):
    """Whoever drilled took part in M, so yM = y|M|: the sign of the map does nothing."""
    bones = make_bones(surgeons)
    y, p = bones.masks, bones.logits.sigmoid()
    votes = y.sum(1, keepdim=True)
    weight = torch.where(votes > 0, votes / surgeons, 1.0)
    dice = 1 - (2 * (weight * y * p).sum() + 1) / ((weight * y).sum() + (weight * p).sum() * surgeons + 1)
    ours = RewardPenaltyDiceLoss(PAPER)(bones.logits, PatternTargets.from_masks(y.bool()))
    assert_same(ours, dice, bones.logits)


def test_one_surgeon_makes_eq_3_a_dice_loss(make_bones, assert_same):
    bones = make_bones(1)
    ours = RewardPenaltyDiceLoss(PAPER)(bones.logits, bones.targets)
    assert_same(ours, DiceLoss()(bones.logits, bones.targets), bones.logits)


@pytest.mark.parametrize("epsilon", [0.0, 1.0])
def test_the_published_loss_is_rp_dice_of_the_heat_maps(bones, epsilon):
    """As released for bones: votes, 1 -> 0, background -K, all over K - 1, then rp_dice(h, P)."""
    rows = []
    for bone, z, y in bones.rows():
        surgeons, votes = bones.surgeons(bone), bones.votes(bone)
        heat = y * votes
        heat = torch.where(heat == 1, 0.0, heat)
        heat = torch.where(votes == 0, -float(surgeons), heat) / max(surgeons - 1, 1)
        rows.append((heat, z.sigmoid()))
    overlap = sum((h * p).sum() for h, p in rows)
    total = sum(h.abs().sum() + p.sum() for h, p in rows)
    theirs = 1 - (2 * overlap + epsilon) / (total + epsilon)
    loss = PublishedRewardPenaltyDiceLoss(RPMAP_VARIANTS["published-code-bones"], epsilon)
    ours = loss(bones.logits, bones.targets)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)
    slopes = [torch.autograd.grad(value, bones.logits, retain_graph=True)[0] for value in (ours, theirs)]
    torch.testing.assert_close(*slopes, rtol=0, atol=1e-6)


def test_the_published_loss_of_an_empty_prediction_is_one(make_bones):
    bones = make_bones(7)
    loss = PublishedRewardPenaltyDiceLoss(RPMAP_VARIANTS["published-code-bones"], 0.0)
    assert loss(torch.full_like(bones.logits, -60.0), bones.targets).item() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("loss", [RewardPenaltyDiceLoss(PAPER), PublishedRewardPenaltyDiceLoss(PAPER)])
def test_surgeons_whose_turn_it_is_not_still_belong_to_the_map(make_bones, loss):
    """One pass for each surgeon adds up to one pass for all: A and D are sums over surgeons."""
    bones = make_bones(4)
    masks, everybody = bones.masks.bool(), torch.ones(3, 4, dtype=torch.bool)
    turns = [PatternTargets.from_masks(masks, torch.eye(4)[k].repeat(3, 1), everybody) for k in range(4)]
    repeated = PatternTargets.from_masks(
        masks.repeat(4, 1, 1, 1, 1), torch.cat([turn.weights for turn in turns]), everybody.repeat(4, 1)
    )
    at_once = loss(bones.logits, PatternTargets.from_masks(masks))
    torch.testing.assert_close(loss(bones.logits.repeat(4, 1, 1, 1, 1), repeated), at_once)
