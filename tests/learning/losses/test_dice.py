"""Dice losses against Eq. (2) over repeated inputs, and against MONAI."""

import pytest
import torch
from monai.losses import DiceLoss as MonaiDiceLoss

from napari_rpdl.learning.losses import PatternTargets
from napari_rpdl.learning.losses.dice import DiceLoss, SurgeonDiceLoss


@pytest.mark.parametrize("epsilon", [0.0, 1.0])
def test_dice_is_eq_2_over_the_repeated_mini_batch(bones, assert_same, epsilon):
    rows = [(z.sigmoid(), y) for _, z, y in bones.rows()]
    overlap = sum((p * y).sum() for p, y in rows)
    total = sum(y.sum() + p.sum() for p, y in rows)
    expected = 1 - (2 * overlap + epsilon) / (total + epsilon)
    assert_same(DiceLoss(epsilon)(bones.logits, bones.targets), expected, bones.logits)


def test_surgeon_dice_is_the_mean_over_surgeons_of_bones(bones, assert_same):
    costs = [1 - (2 * (z.sigmoid() * y).sum() + 1) / (y.sum() + z.sigmoid().sum() + 1) for _, z, y in bones.rows()]
    assert_same(SurgeonDiceLoss()(bones.logits, bones.targets), torch.stack(costs).mean(), bones.logits)


def test_surgeon_dice_by_bone_counts_bones_equally(bones, assert_same):
    costs = {bone: [] for bone in range(3)}
    for bone, z, y in bones.rows():
        p = z.sigmoid()
        costs[bone].append(1 - (2 * (p * y).sum() + 1) / (y.sum() + p.sum() + 1))
    expected = torch.stack([torch.stack(each).mean() for each in costs.values()]).mean()
    assert_same(SurgeonDiceLoss(reduction="bone")(bones.logits, bones.targets), expected, bones.logits)


@pytest.mark.parametrize("epsilon", [1e-5, 1.0])
def test_pooled_dice_agrees_with_monai(bones, assert_same, epsilon):
    monai = MonaiDiceLoss(sigmoid=True, batch=True, smooth_nr=epsilon, smooth_dr=epsilon)
    copies = torch.stack([z for _, z, _ in bones.rows()]).unsqueeze(1)
    expected = monai(copies, torch.stack([y for _, _, y in bones.rows()]).unsqueeze(1))
    assert_same(DiceLoss(epsilon)(bones.logits, bones.targets), expected, bones.logits)


@pytest.mark.parametrize("epsilon", [1e-5, 1.0])
def test_surgeon_dice_agrees_with_monai_on_a_channel_for_each_surgeon(bones, assert_same, epsilon):
    monai = MonaiDiceLoss(sigmoid=True, smooth_nr=epsilon, smooth_dr=epsilon)
    targets = PatternTargets.from_masks(bones.masks.bool())
    expected = monai(bones.logits.expand_as(bones.masks), bones.masks)
    assert_same(SurgeonDiceLoss(epsilon)(bones.logits, targets), expected, bones.logits)


def test_nothing_drilled_and_nothing_predicted_costs_nothing():
    targets = PatternTargets.from_masks(torch.zeros(1, 3, 2, 2, 2, dtype=torch.bool))
    logits = torch.full((1, 1, 2, 2, 2), -100.0)
    assert DiceLoss()(logits, targets).item() == pytest.approx(0, abs=1e-6)
    assert SurgeonDiceLoss()(logits, targets).item() == pytest.approx(0, abs=1e-6)
