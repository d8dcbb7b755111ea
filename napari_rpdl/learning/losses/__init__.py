"""Losses: how far a prediction is from what several surgeons drilled, and how a setting names them.

Every loss is called with logits (B, 1, z, y, x) and ``PatternTargets``; docs/losses.md
compares them.
"""

from collections.abc import Callable

from napari_rpdl.errors import InputError
from napari_rpdl.learning.losses.base import PatternLoss
from napari_rpdl.learning.losses.compound import CompoundLoss
from napari_rpdl.learning.losses.cross_entropy import WeightedCrossEntropyLoss
from napari_rpdl.learning.losses.dice import DiceLoss, SurgeonDiceLoss
from napari_rpdl.learning.losses.reward_penalty_dice import PublishedRewardPenaltyDiceLoss, RewardPenaltyDiceLoss
from napari_rpdl.learning.losses.surgeon_heads import SurgeonHeadsLoss
from napari_rpdl.learning.losses.targets import PatternTargets
from napari_rpdl.learning.losses.vote_utility import VoteUtilityDiceLoss, VoteUtilityLoss
from napari_rpdl.settings import TrainingSettings

__all__ = ["LOSSES", "PatternLoss", "PatternTargets", "make_loss", "make_start_loss"]


def _wcel(settings: TrainingSettings, foreground: float) -> PatternLoss:
    options = settings.loss_options
    weight = options.wcel_weight or (1 - foreground) / foreground
    return WeightedCrossEntropyLoss(weight, options.wcel_total, options.reduction)


def _with_bce(name: str) -> Callable[[TrainingSettings, float], PatternLoss]:
    def make(settings: TrainingSettings, foreground: float) -> PatternLoss:
        entropy = WeightedCrossEntropyLoss(reduction=settings.loss_options.reduction)
        region = LOSSES[name](settings, foreground)
        return CompoundLoss([(settings.loss_options.cross_entropy_weight, entropy), (1.0, region)])

    return make


LOSSES: dict[str, Callable[[TrainingSettings, float], PatternLoss]] = {
    "rpdl": lambda s, _: RewardPenaltyDiceLoss(s.rpmap, s.loss_options.smoothing, s.loss_options.reduction),
    "rpdl-published": lambda s, _: PublishedRewardPenaltyDiceLoss(
        s.rpmap, s.loss_options.smoothing, s.loss_options.reduction
    ),
    "dice": lambda s, _: DiceLoss(s.loss_options.smoothing, s.loss_options.reduction),
    "wcel": _wcel,
    "bce": lambda s, _: WeightedCrossEntropyLoss(reduction=s.loss_options.reduction),
    "surgeon-dice": lambda s, _: SurgeonDiceLoss(s.loss_options.smoothing, s.loss_options.reduction),
    "bce+surgeon-dice": _with_bce("surgeon-dice"),
    "bce+dice": _with_bce("dice"),
    "bce+rpdl": _with_bce("rpdl"),
    "vote-utility": lambda s, _: VoteUtilityLoss(
        s.loss_options.vote_weights, s.loss_options.smoothing, s.loss_options.reduction
    ),
    "vote-utility-dice": lambda s, _: VoteUtilityDiceLoss(
        s.loss_options.vote_weights, s.loss_options.smoothing, s.loss_options.reduction, s.loss_options.vote_costs
    ),
    "surgeon-heads": lambda s, _: SurgeonHeadsLoss(
        s.loss_options.cross_entropy_weight, s.loss_options.smoothing, s.loss_options.reduction
    ),
}
"""From the settings and the share of foreground voxels in the training set to the loss."""


def make_loss(settings: TrainingSettings, foreground: float) -> PatternLoss:
    """Return the loss that the settings name, for a training set with this share of foreground voxels.

    Raises:
        InputError: the training set is all foreground or all background.
    """
    if not 0 < foreground < 1:
        msg = "The training bones hold no drilled region (or nothing else). Check their annotations in the viewer."
        raise InputError(msg)
    return LOSSES[settings.loss](settings, foreground)


def make_start_loss(settings: TrainingSettings) -> PatternLoss | None:
    """Return what the first ``cross_entropy_steps`` steps follow; None where there are none.

    Raises:
        InputError: the loss has a prediction for each surgeon, which the soft cross-entropy has not.
    """
    if not settings.optimisation.cross_entropy_steps:
        return None
    if settings.loss == "surgeon-heads":
        msg = (
            "surgeon-heads holds a cross-entropy from its first step on, so there is nothing to start with. "
            "Set cross_entropy_steps to 0."
        )
        raise InputError(msg)
    return WeightedCrossEntropyLoss(reduction=settings.loss_options.reduction)
