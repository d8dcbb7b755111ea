"""Cross-entropies against Eq. (1) over repeated inputs, and against PyTorch."""

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from napari_rpdl.learning.losses import PatternTargets
from napari_rpdl.learning.losses.cross_entropy import WeightedCrossEntropyLoss


def eq_1(rows, weight):
    costs = [-(weight * y * z.sigmoid().log() + (1 - y) * (1 - z.sigmoid()).log()) for _, z, y in rows]
    return torch.cat(costs)


@pytest.mark.parametrize("weight", [1.0, 23.485])
def test_wcel_is_eq_1_over_the_repeated_mini_batch(bones, assert_same, weight):
    ours = WeightedCrossEntropyLoss(weight)(bones.logits, bones.targets)
    assert_same(ours, eq_1(bones.rows(), weight).mean(), bones.logits)


def test_the_published_total_is_the_sum_over_voxels(bones, assert_same):
    ours = WeightedCrossEntropyLoss(23.485, "sum")(bones.logits, bones.targets)
    assert_same(ours, eq_1(bones.rows(), 23.485).sum(), bones.logits)


def test_by_bone_every_bone_counts_equally(bones, assert_same):
    each = [eq_1([row for row in bones.rows() if row[0] == bone], 3.0).mean() for bone in range(3)]
    ours = WeightedCrossEntropyLoss(3.0, reduction="bone")(bones.logits, bones.targets)
    assert_same(ours, torch.stack(each).mean(), bones.logits)


def test_weight_one_is_pytorchs_cross_entropy_of_the_vote_share(bones, assert_same):
    targets = PatternTargets.from_masks(bones.masks.bool())
    expected = binary_cross_entropy_with_logits(bones.logits, bones.masks.mean(1, keepdim=True))
    assert_same(WeightedCrossEntropyLoss()(bones.logits, targets), expected, bones.logits)


def test_it_stays_finite_where_a_sigmoid_saturates():
    logits = torch.tensor([-1e4, 1e4]).reshape(1, 1, 1, 1, 2).requires_grad_()
    targets = PatternTargets.from_masks(torch.tensor([True, False]).reshape(1, 1, 1, 1, 2))
    loss = WeightedCrossEntropyLoss(2.0)(logits, targets)
    loss.backward()
    assert loss.item() == pytest.approx((2 * 1e4 + 1e4) / 2)
    torch.testing.assert_close(logits.grad.flatten(), torch.tensor([-1.0, 0.5]))
