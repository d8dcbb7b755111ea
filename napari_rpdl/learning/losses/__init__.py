"""The three losses that the paper compares, and how a setting names them."""

from collections.abc import Callable

from torch import nn

from napari_rpdl.errors import InputError
from napari_rpdl.learning.losses.dice import DiceLoss
from napari_rpdl.learning.losses.reward_penalty_dice import RewardPenaltyDiceLoss
from napari_rpdl.learning.losses.weighted_cross_entropy import WeightedCrossEntropyLoss

LOSSES: dict[str, Callable[[float], nn.Module]] = {
    "rpdl": lambda foreground: RewardPenaltyDiceLoss(),
    "dice": lambda foreground: DiceLoss(),
    "wcel": lambda foreground: WeightedCrossEntropyLoss((1 - foreground) / foreground),
}
"""From the share of foreground voxels in the training set to the loss.

All are called with (logits, targets, rpmap, weights).
"""


def make_loss(name: str, foreground: float) -> nn.Module:
    """Return the loss called ``name`` for a training set with this share of foreground voxels.

    Raises:
        InputError: no such loss, or the training set is all foreground or all background.
    """
    if name not in LOSSES:
        msg = f"Expected one of the losses {', '.join(LOSSES)}, got {name!r}."
        raise InputError(msg)
    if not 0 < foreground < 1:
        msg = "The training bones hold no drilled region (or nothing else). Check their annotations in the viewer."
        raise InputError(msg)
    return LOSSES[name](foreground)
