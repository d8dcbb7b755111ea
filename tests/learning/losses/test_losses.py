"""From settings to a loss."""

from typing import get_args

import pytest
import torch

from napari_rpdl.errors import InputError
from napari_rpdl.learning.losses import LOSSES, PatternTargets, make_loss
from napari_rpdl.learning.losses.cross_entropy import WeightedCrossEntropyLoss
from napari_rpdl.learning.losses.dice import DiceLoss, SurgeonDiceLoss
from napari_rpdl.settings import LossName, LossSettings, TrainingSettings
from napari_rpdl.settings.effect import RULES


def test_every_name_in_the_settings_has_a_loss():
    assert list(LOSSES) == list(get_args(LossName))


def test_wcel_weight_is_background_to_foreground(make_bones):
    """The paper's example: 49 to 1 where 2 % are foreground."""
    bones = make_bones(7)
    ours = make_loss(TrainingSettings(loss="wcel"), 0.02)(bones.logits, bones.targets)
    torch.testing.assert_close(ours, WeightedCrossEntropyLoss(49.0)(bones.logits, bones.targets))


def test_wcel_as_published(make_bones):
    bones = make_bones(7)
    options = LossSettings(wcel_weight=23.485, wcel_total="sum")
    ours = make_loss(TrainingSettings(loss="wcel", loss_options=options), 0.5)(bones.logits, bones.targets)
    torch.testing.assert_close(ours, WeightedCrossEntropyLoss(23.485, "sum")(bones.logits, bones.targets))


def test_options_reach_the_loss(make_bones):
    bones = make_bones(7)
    options = LossSettings(reduction="bone", smoothing=3)
    ours = make_loss(TrainingSettings(loss="dice", loss_options=options), 0.1)(bones.logits, bones.targets)
    torch.testing.assert_close(ours, DiceLoss(3, "bone")(bones.logits, bones.targets))


def test_a_compound_is_cross_entropy_and_region(make_bones):
    bones = make_bones(7)
    options = LossSettings(cross_entropy_weight=0.25)
    ours = make_loss(TrainingSettings(loss="bce+surgeon-dice", loss_options=options), 0.1)
    expected = [loss(bones.logits, bones.targets) for loss in (WeightedCrossEntropyLoss(), SurgeonDiceLoss())]
    torch.testing.assert_close(ours(bones.logits, bones.targets), 0.25 * expected[0] + expected[1])


@pytest.mark.parametrize("name", LOSSES)
def test_an_option_changes_the_losses_for_which_it_is_said_to_count_and_no_others(name, make_bones):
    bones = make_bones(7)
    others = {
        "loss_options.reduction": "bone",
        "loss_options.smoothing": 50.0,
        "loss_options.wcel_weight": 3.0,
        "loss_options.wcel_total": "sum",
        "loss_options.cross_entropy_weight": 2.0,
        "loss_options.vote_weights": (-1.0, 0.1, 1.0),
        "loss_options.vote_costs": (1.0, 0.1, 1.0),
        "rpmap.penalty": 2.0,
        "rpmap.normalisation": "largest",
        "rpmap.single_votes": "zero",
    }
    logits = bones.logits.expand(-1, 7 if name == "surgeon-heads" else 1, -1, -1, -1)
    for field, value in others.items():
        group, _, option = field.partition(".")
        usual = TrainingSettings(loss=name)
        changed = TrainingSettings.model_validate(usual.model_dump() | {group: {option: value}})
        losses = [make_loss(settings, 0.1)(logits, bones.targets).item() for settings in (usual, changed)]
        (counts,) = (rule.counts(usual) for rule in RULES if field in rule.fields)
        assert (losses[0] != pytest.approx(losses[1], rel=1e-9)) == counts, field


def test_a_sum_over_all_voxels_does_not_ask_whose_they_are(make_bones):
    bones = make_bones(7)
    both = [LossSettings(wcel_total="sum", reduction=reduction) for reduction in ("batch", "bone")]
    losses = [make_loss(TrainingSettings(loss="wcel", loss_options=each), 0.1) for each in both]
    assert losses[0](bones.logits, bones.targets) == losses[1](bones.logits, bones.targets)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU")
def test_a_gpu_gives_the_same_loss_and_gradient(bones):
    masks, weights, surgeons = bones.masks.bool(), bones.present.float(), bones.masks.shape[1]
    for name in LOSSES:
        loss = make_loss(TrainingSettings(loss=name), 0.1)
        heads = surgeons if name == "surgeon-heads" else 1
        results = []
        for device in ("cpu", "cuda"):
            targets = PatternTargets.from_masks(masks.to(device), weights.to(device))
            logits = bones.logits.detach().expand(-1, heads, -1, -1, -1).to(device).requires_grad_()
            value = loss(logits, targets)
            results.append((value.cpu(), torch.autograd.grad(value, logits)[0].cpu()))
        torch.testing.assert_close(*results, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("foreground", [0.0, 1.0])
def test_a_training_set_without_a_border_is_refused(foreground):
    with pytest.raises(InputError, match="no drilled region"):
        make_loss(TrainingSettings(loss="wcel"), foreground)
