"""A head for each surgeon against MONAI and PyTorch, channel by channel."""

import pytest
import torch
from monai.losses import DiceLoss as MonaiDiceLoss
from torch.nn.functional import binary_cross_entropy_with_logits

from napari_rpdl.errors import InputError
from napari_rpdl.learning.losses.surgeon_heads import SurgeonHeadsLoss


def heads_of(bones):
    factors = torch.linspace(-1, 1, bones.masks.shape[1], dtype=torch.float64)
    return (bones.logits * (factors + 0.1).reshape(1, -1, 1, 1, 1)).detach().requires_grad_()


def test_each_head_meets_its_own_surgeon(bones, assert_same):
    heads = heads_of(bones)
    monai = MonaiDiceLoss(sigmoid=True, smooth_nr=1.0, smooth_dr=1.0, reduction="none")
    dice = monai(heads, bones.masks).flatten(1)
    entropy = binary_cross_entropy_with_logits(heads, bones.masks, reduction="none").mean((2, 3, 4))
    expected = (dice + 0.5 * entropy)[bones.present].mean()
    assert_same(SurgeonHeadsLoss(0.5)(heads, bones.targets), expected, heads)


def test_heads_of_absent_surgeons_learn_nothing(make_bones):
    bones = make_bones(7)
    heads = heads_of(bones)
    (slope,) = torch.autograd.grad(SurgeonHeadsLoss()(heads, bones.targets), heads)
    assert not slope[1, -1].any()
    assert slope[0, -1].any()


def test_another_number_of_heads_is_refused(make_bones):
    bones = make_bones(2)
    with pytest.raises(InputError, match="each of 2 surgeons, got 1"):
        SurgeonHeadsLoss()(bones.logits, bones.targets)
