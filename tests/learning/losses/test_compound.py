"""A compound is the weighted sum of its parts."""

import torch

from napari_rpdl.learning.losses.compound import CompoundLoss
from napari_rpdl.learning.losses.cross_entropy import WeightedCrossEntropyLoss
from napari_rpdl.learning.losses.dice import DiceLoss, SurgeonDiceLoss


def test_parts_add_up(bones, assert_same):
    parts = [(0.5, WeightedCrossEntropyLoss()), (2.0, SurgeonDiceLoss())]
    expected = sum(factor * part(bones.logits, bones.targets) for factor, part in parts)
    assert_same(CompoundLoss(parts)(bones.logits, bones.targets), expected, bones.logits)


def test_the_cross_entropy_is_summed_only_where_a_part_needs_it():
    assert not CompoundLoss([(1.0, DiceLoss())]).cross_entropy
    assert CompoundLoss([(1.0, DiceLoss()), (1.0, WeightedCrossEntropyLoss())]).cross_entropy


def test_parts_hold_no_weights_to_learn():
    assert not list(CompoundLoss([(1.0, DiceLoss())]).parameters())
    assert isinstance(CompoundLoss([(1.0, DiceLoss())]), torch.nn.Module)
