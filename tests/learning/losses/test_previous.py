"""Each loss against the paper's formula, summed voxel by voxel over repeated inputs, in float64."""

import math

import pytest
import torch

from napari_rpdl.errors import InputError
from napari_rpdl.learning.losses.previous import (
    LOSSES,
    DiceLoss,
    RewardPenaltyDiceLoss,
    dice_loss,
    make_loss,
    reward_penalty_dice_loss,
    weighted_cross_entropy_loss,
)

BONES, SURGEONS, SIZE = 3, 4, 5


@pytest.fixture
def logits() -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(BONES, 1, SIZE, SIZE, SIZE, generator=generator, dtype=torch.float64)


@pytest.fixture
def targets() -> torch.Tensor:
    generator = torch.Generator().manual_seed(2)
    return (torch.rand(BONES, SURGEONS, SIZE, SIZE, SIZE, generator=generator) < 0.3).double()


@pytest.fixture
def rpmap(targets: torch.Tensor) -> torch.Tensor:
    votes = targets.sum(1, keepdim=True)
    return torch.where(votes > 0, votes / SURGEONS, -1.0)


def repeated(bones: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor | None = None):
    """Yield (P or M, y, voxel) as the paper lists them: a bone once for each of its surgeons."""
    for b in range(targets.shape[0]):
        for k in range(targets.shape[1]):
            if weights is None or weights[b, k]:
                yield from zip(bones[b].flatten().tolist(), targets[b, k].flatten().tolist(), strict=True)


def by_hand_dice(p, y, epsilon, weights=None):
    pairs = list(repeated(p, y, weights))
    overlap = sum(pn * yn for pn, yn in pairs)
    return 1 - (2 * overlap + epsilon) / (sum(yn for _, yn in pairs) + sum(pn for pn, _ in pairs) + epsilon)


def by_hand_rpdl(p, y, m, epsilon, weights=None):
    rows = [(pn, yn, mn) for (pn, yn), (mn, _) in zip(repeated(p, y, weights), repeated(m, y, weights), strict=True)]
    overlap = sum(pn * yn * mn for pn, yn, mn in rows)
    total = sum(yn * abs(mn) for _, yn, mn in rows) + sum(pn * abs(mn) for pn, _, mn in rows)
    return 1 - (2 * overlap + epsilon) / (total + epsilon)


def by_hand_wcel(p, y, w, weights=None):
    pairs = list(repeated(p, y, weights))
    return -sum(w * yn * math.log(pn) + (1 - yn) * math.log(1 - pn) for pn, yn in pairs) / len(pairs)


SOME = torch.tensor([[1.0, 1, 1, 1], [1, 0, 1, 0], [0, 1, 1, 1]])


@pytest.mark.parametrize("weights", [None, SOME])
@pytest.mark.parametrize("epsilon", [0.0, 1.0])
def test_dice_is_eq_2_over_the_repeated_mini_batch(logits, targets, weights, epsilon):
    ours = dice_loss(logits.sigmoid(), targets, weights, epsilon)
    assert ours.item() == pytest.approx(by_hand_dice(logits.sigmoid(), targets, epsilon, weights), abs=1e-12)


@pytest.mark.parametrize("weights", [None, SOME])
@pytest.mark.parametrize("epsilon", [0.0, 1.0])
def test_rpdl_is_eq_3_over_the_repeated_mini_batch(logits, targets, rpmap, weights, epsilon):
    ours = reward_penalty_dice_loss(logits.sigmoid(), targets, rpmap, weights, epsilon)
    by_hand = by_hand_rpdl(logits.sigmoid(), targets, rpmap, epsilon, weights)
    assert ours.item() == pytest.approx(by_hand, abs=1e-12)


@pytest.mark.parametrize("weights", [None, SOME])
def test_wcel_is_eq_1_over_the_repeated_mini_batch(logits, targets, weights):
    ours = weighted_cross_entropy_loss(logits, targets, 23.485, weights)
    assert ours.item() == pytest.approx(by_hand_wcel(logits.sigmoid(), targets, 23.485, weights), abs=1e-11)


def test_wcel_agrees_with_pytorch(logits, targets):
    w = torch.tensor(7.0, dtype=torch.float64)
    theirs = torch.nn.functional.binary_cross_entropy_with_logits(logits.expand_as(targets), targets, pos_weight=w)
    torch.testing.assert_close(weighted_cross_entropy_loss(logits, targets, 7.0), theirs)


def test_wcel_stays_finite_where_a_sigmoid_saturates():
    logits = torch.tensor([-1e4, 1e4]).reshape(1, 1, 1, 1, 2).requires_grad_()
    loss = weighted_cross_entropy_loss(logits, torch.tensor([1.0, 0.0]).reshape(1, 1, 1, 1, 2), 2.0)
    loss.backward()
    assert loss.item() == pytest.approx((2 * 1e4 + 1e4) / 2)
    assert torch.isfinite(logits.grad).all()


@pytest.mark.parametrize("epsilon", [0.0, 1.0])
def test_gradient_of_rpdl_is_eq_4(logits, targets, rpmap, epsilon):
    """Eq. (4) with ε put back: [|M_i|(2A + ε) - 2 y_i M_i (D + ε)] / (D + ε)², summed over surgeons."""
    p = logits.sigmoid().detach().requires_grad_()
    reward_penalty_dice_loss(p, targets, rpmap, smooth=epsilon).backward()
    m, q = rpmap.expand_as(targets), p.detach().expand_as(targets)
    a = (targets * q * m).sum()
    d = (targets * m.abs()).sum() + (q * m.abs()).sum()
    eq_4 = (m.abs() * (2 * a + epsilon) - 2 * targets * m * (d + epsilon)) / (d + epsilon) ** 2
    torch.testing.assert_close(p.grad, eq_4.sum(1, keepdim=True), rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_are_right(name, logits, targets, rpmap):
    loss = make_loss(name, 0.1)
    corner = logits[..., :2, :2, :2].clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda z: loss(z, targets[..., :2, :2, :2], rpmap[..., :2, :2, :2], SOME), corner)


def test_rpdl_with_a_map_of_ones_is_dice(logits, targets):
    ones = torch.ones_like(logits)
    torch.testing.assert_close(
        reward_penalty_dice_loss(logits.sigmoid(), targets, ones), dice_loss(logits.sigmoid(), targets)
    )


@pytest.mark.parametrize("epsilon", [1e-5, 1.0])
def test_dice_agrees_with_monai(logits, targets, epsilon):
    from monai.losses import DiceLoss as TheirDiceLoss

    theirs = TheirDiceLoss(batch=True, smooth_nr=epsilon, smooth_dr=epsilon)
    repeated_bones = logits.sigmoid().expand_as(targets).reshape(-1, 1, SIZE, SIZE, SIZE)
    expected = theirs(repeated_bones, targets.reshape(-1, 1, SIZE, SIZE, SIZE))
    torch.testing.assert_close(dice_loss(logits.sigmoid(), targets, smooth=epsilon), expected)


@pytest.mark.parametrize("name", LOSSES)
def test_a_vote_share_with_its_weight_counts_as_its_masks(name, logits, targets, rpmap):
    loss = make_loss(name, 0.1)
    share, surgeons = targets.mean(1, keepdim=True), torch.full((BONES, 1), float(SURGEONS))
    torch.testing.assert_close(loss(logits, share, rpmap, surgeons), loss(logits, targets, rpmap))


@pytest.mark.parametrize("name", LOSSES)
def test_bones_with_fewer_surgeons_share_a_batch(name, logits, targets, rpmap):
    """A weight of 0 takes a surgeon out, whatever the target holds there."""
    loss = make_loss(name, 0.1)
    changed = targets.clone()
    changed[1, 1] = 1 - changed[1, 1]
    torch.testing.assert_close(loss(logits, changed, rpmap, SOME), loss(logits, targets, rpmap, SOME))


def test_empty_prediction_of_an_empty_target_costs_nothing():
    zeros = torch.zeros(1, 1, 2, 2, 2)
    assert dice_loss(zeros, zeros).item() == 0
    assert reward_penalty_dice_loss(zeros, zeros, -torch.ones_like(zeros)).item() == 0


def test_boolean_targets_are_taken(logits, targets, rpmap):
    torch.testing.assert_close(
        reward_penalty_dice_loss(logits.sigmoid(), targets.bool(), rpmap),
        reward_penalty_dice_loss(logits.sigmoid(), targets, rpmap),
    )


def test_modules_take_the_sigmoid(logits, targets, rpmap):
    torch.testing.assert_close(DiceLoss()(logits, targets), dice_loss(logits.sigmoid(), targets))
    torch.testing.assert_close(
        RewardPenaltyDiceLoss()(logits, targets, rpmap), reward_penalty_dice_loss(logits.sigmoid(), targets, rpmap)
    )


def test_wcel_weight_is_background_to_foreground(logits, targets):
    """The paper's example: 49 to 1 where 2 % are foreground."""
    expected = weighted_cross_entropy_loss(logits, targets, 49.0)
    torch.testing.assert_close(make_loss("wcel", 0.02)(logits, targets), expected)


@pytest.mark.parametrize("foreground", [0.0, 1.0])
def test_a_training_set_without_a_border_is_refused(foreground):
    with pytest.raises(InputError, match="no drilled region"):
        make_loss("wcel", foreground)


def test_unknown_loss_is_refused():
    with pytest.raises(InputError, match="rpdl, dice, wcel"):
        make_loss("iou", 0.1)
