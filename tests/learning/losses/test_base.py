"""What the losses share, against the consensus below torch and against hand calculation."""

from pathlib import Path

import numpy as np
import pytest
import torch

from napari_rpdl.consensus.rpmap import rpmap_of
from napari_rpdl.errors import InputError
from napari_rpdl.learning.losses import LOSSES, PatternTargets, make_loss
from napari_rpdl.learning.losses.base import rewards
from napari_rpdl.learning.losses.dice import DiceLoss, SurgeonDiceLoss
from napari_rpdl.settings import RPMAP_VARIANTS, RPMapSettings, TrainingSettings

SINGLE = [name for name in LOSSES if name != "surgeon-heads"]


@pytest.mark.parametrize("settings", [*RPMAP_VARIANTS.values(), RPMapSettings(normalisation="largest", penalty=3)])
def test_rewards_are_the_rpmap_of_the_bone(bones, settings):
    worth = rewards(bones.targets, settings, bones.logits)
    for bone, present in enumerate(bones.present):
        masks = [mask for mask, here in zip(bones.masks[bone].bool().numpy(), present, strict=True) if here]
        each = worth[bone].numpy()[bones.targets.patterns[bone].numpy()]
        np.testing.assert_allclose(each, rpmap_of(masks, settings), rtol=1e-6)


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize("reduction", ["batch", "bone"])
def test_one_bone_is_reduced_alike(make_bones, name, reduction):
    bones = make_bones(7)
    first = PatternTargets.from_masks(bones.masks[:1].bool())
    options = TrainingSettings().loss_options.model_copy(update={"reduction": reduction})
    ours = make_loss(TrainingSettings(loss=name, loss_options=options), 0.1)(bones.logits[:1], first)
    torch.testing.assert_close(ours, make_loss(TrainingSettings(loss=name), 0.1)(bones.logits[:1], first))


@pytest.mark.parametrize("name", SINGLE)
def test_the_reduction_by_bone_is_the_mean_over_bones(bones, name):
    options = TrainingSettings().loss_options.model_copy(update={"reduction": "bone"})
    loss = make_loss(TrainingSettings(loss=name, loss_options=options), 0.1)
    alone = [
        loss(
            bones.logits[b : b + 1],
            PatternTargets.from_masks(bones.masks[b : b + 1].bool(), bones.present[b : b + 1].float()),
        )
        for b in range(3)
    ]
    torch.testing.assert_close(loss(bones.logits, bones.targets), torch.stack(alone).mean())


@pytest.mark.parametrize("name", SINGLE)
def test_what_absent_surgeons_drilled_is_ignored(make_bones, name):
    bones = make_bones(7)
    changed = bones.masks.bool()
    changed[1, -1] = ~changed[1, -1]
    other = PatternTargets.from_masks(changed, bones.present.float())
    loss = make_loss(TrainingSettings(loss=name), 0.1)
    torch.testing.assert_close(loss(bones.logits, other), loss(bones.logits, bones.targets))


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_agree_with_finite_differences(name):
    random = torch.Generator().manual_seed(3)
    masks = torch.rand(2, 3, 2, 3, 2, generator=random) < 0.4
    targets = PatternTargets.from_masks(masks, torch.tensor([[1.0, 1, 1], [1, 0, 2]]))
    heads = 3 if name == "surgeon-heads" else 1
    logits = torch.randn(2, heads, 2, 3, 2, generator=random, dtype=torch.float64, requires_grad=True)
    loss = make_loss(TrainingSettings(loss=name), 0.1)
    assert torch.autograd.gradcheck(lambda z: loss(z, targets), logits)


@pytest.mark.parametrize("name", SINGLE)
def test_a_weight_of_two_is_the_bone_twice(make_bones, name):
    """Multiplicities, as the published code's 216 variants have them, need no copies."""
    bones = make_bones(7)
    masks = bones.masks.bool()
    weights = torch.ones(3, 7)
    weights[0] = 2
    once = PatternTargets.from_masks(masks, weights)
    twice = PatternTargets.from_masks(torch.cat([masks[:1], masks]))
    loss = make_loss(TrainingSettings(loss=name), 0.1)
    torch.testing.assert_close(loss(bones.logits, once), loss(torch.cat([bones.logits[:1], bones.logits]), twice))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_loss_is_a_float32_scalar(make_bones, dtype):
    bones = make_bones(2)
    loss = DiceLoss()(bones.logits.detach().to(dtype), bones.targets)
    assert loss.dtype == torch.float32
    assert loss.shape == ()


def test_several_heads_are_refused(make_bones):
    bones = make_bones(2)
    with pytest.raises(InputError, match="surgeon-heads"):
        DiceLoss()(bones.logits.expand(-1, 2, -1, -1, -1), bones.targets)


def test_the_loss_of_the_manual_runs(make_bones, assert_same):
    """With equal weights of both errors, a Tversky loss is a Dice loss with twice the smoothing."""
    manual = (Path(__file__).parents[3] / "docs" / "losses.md").read_text()
    example = manual.split("```python")[1].split("```")[0].replace("0.3", "0.5").replace("0.7", "0.5")
    bones = make_bones(7)
    names = {"logits": bones.logits, "masks": bones.masks.bool(), "PatternTargets": PatternTargets}
    exec(example, names)
    expected = SurgeonDiceLoss(2.0)(bones.logits, PatternTargets.from_masks(bones.masks.bool()))
    assert_same(names["loss"], expected, bones.logits)
