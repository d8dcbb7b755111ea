"""The losses on vote shares and RPMaps, one tensor each.

The paper feeds a bone once for each of its K surgeons, so a mini-batch holds K
identical inputs with K targets. All sums of Eqs. (1)-(3) are linear in the target y, so
K targets of one bone only ever enter through their sum, the votes v = Σ_k y_k, and
through K itself. One pass of the network per bone then gives the same loss and the
same gradient, at a K-th of the work and memory.
"""

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor, nn
from torch.nn.functional import softplus

from napari_rpdl.errors import InputError


class Votes(NamedTuple):
    """The targets of a mini-batch, summed over surgeons.

    Attributes:
        drilled: (B, 1, z, y, x); Σ_k w_k y_k, the (weighted) number of surgeons who drilled here.
        surgeons: (B, 1, 1, 1, 1); Σ_k w_k, how often the bone counts.
    """

    drilled: Tensor
    surgeons: Tensor


def votes_of(targets: Tensor, weights: Tensor | None, like: Tensor) -> Votes:
    """Sum targets (B, K, z, y, x) with values in [0, 1] over the surgeons.

    Args:
        targets: what each surgeon drilled; any dtype.
        weights: (B, K), how often each target counts; None: once. A weight of 0 is a
            surgeon who did not drill this bone, so bones with different numbers of
            surgeons fit in one batch. A vote share c/K with the weight K counts as
            the K masks that it is the mean of.
        like: gives dtype and device.
    """
    if weights is None:
        weights = targets.new_ones(targets.shape[:2])
    weights = weights.to(like)[:, :, None, None, None]
    if targets.shape[1] == 1:
        return Votes(targets.to(like) * weights, weights)
    drilled = like.new_zeros((targets.shape[0], 1, *targets.shape[2:]))
    for k in range(targets.shape[1]):
        drilled.addcmul_(targets[:, k : k + 1].to(like), weights[:, k : k + 1])
    return Votes(drilled, weights.sum(1, keepdim=True))


def dice_loss(probabilities: Tensor, targets: Tensor, weights: Tensor | None = None, smooth: float = 1.0) -> Tensor:
    """Return DL = 1 - (2 Σ yP + ε) / (Σ y + Σ P + ε) (paper, Eq. 2).

    The sums run over all voxels, bones and surgeons of the mini-batch ("batch Dice"),
    as if each bone were repeated for each of its surgeons.

    Args:
        probabilities: (B, 1, z, y, x) in [0, 1].
        targets: (B, K, z, y, x) in [0, 1]; what each surgeon drilled.
        weights: (B, K), how often each target counts; see ``votes_of``.
        smooth: ε, in voxels. The paper gives no value, its published code 1. With ε > 0
            an empty prediction of an empty target costs 0.

    Returns:
        A scalar in [0, 1].
    """
    drilled, surgeons = votes_of(targets, weights, probabilities)
    overlap = (drilled * probabilities).sum()
    total = drilled.sum() + (surgeons * probabilities).sum()
    return 1 - (2 * overlap + smooth) / (total + smooth)


class DiceLoss(nn.Module):
    """``dice_loss`` of logits; takes an RPMap, which it does not need, so that all losses are called alike."""

    def __init__(self, smooth: float = 1.0) -> None:
        super().__init__()
        self.smooth = smooth

    def forward(
        self, logits: Tensor, targets: Tensor, rpmap: Tensor | None = None, weights: Tensor | None = None
    ) -> Tensor:
        """Return the loss of (B, 1, z, y, x) logits."""
        return dice_loss(logits.sigmoid(), targets, weights, self.smooth)


def reward_penalty_dice_loss(
    probabilities: Tensor, targets: Tensor, rpmap: Tensor, weights: Tensor | None = None, smooth: float = 1.0
) -> Tensor:
    """Return RPDL = 1 - (2 Σ yPM + ε) / (Σ y|M| + Σ P|M| + ε) (paper, Eq. 3).

    The sums run over all voxels, bones and surgeons of the mini-batch, as if each bone
    were repeated for each of its surgeons. With M = 1 everywhere it is the Dice loss.

    Args:
        probabilities: P, (B, 1, z, y, x) in [0, 1].
        targets: y, (B, K, z, y, x) in [0, 1]; what each surgeon drilled.
        rpmap: M, (B, 1, z, y, x): positive where surgeons drilled, negative where none did.
        weights: (B, K), how often each target counts; see ``votes_of``.
        smooth: ε, in voxels of |M| = 1. The paper gives no value, its published code 1.

    Returns:
        A scalar in [0, 1] if every y in it also contributed to M (then M >= 0 where y > 0);
        it can exceed 1 when a surgeon drilled where M is negative.
    """
    drilled, surgeons = votes_of(targets, weights, probabilities)
    size = rpmap.abs()
    overlap = (drilled * rpmap * probabilities).sum()
    total = (drilled * size).sum() + (surgeons * size * probabilities).sum()
    return 1 - (2 * overlap + smooth) / (total + smooth)


class RewardPenaltyDiceLoss(nn.Module):
    """``reward_penalty_dice_loss`` of logits."""

    def __init__(self, smooth: float = 1.0) -> None:
        super().__init__()
        self.smooth = smooth

    def forward(self, logits: Tensor, targets: Tensor, rpmap: Tensor, weights: Tensor | None = None) -> Tensor:
        """Return the loss of (B, 1, z, y, x) logits."""
        return reward_penalty_dice_loss(logits.sigmoid(), targets, rpmap, weights, self.smooth)


def weighted_cross_entropy_loss(
    logits: Tensor, targets: Tensor, foreground_weight: float, weights: Tensor | None = None
) -> Tensor:
    """Return WCEL = -(1/N) Σ [w y log P + (1 - y) log(1 - P)] (paper, Eq. 1).

    Computed from logits z, P = 1 / (1 + exp(-z)), with log P = -softplus(-z) and
    log(1 - P) = -softplus(z), so that no probability has to be clipped. N counts the
    voxels of all bones, each repeated for each of its surgeons.

    Args:
        logits: (B, 1, z, y, x).
        targets: (B, K, z, y, x) in [0, 1]; what each surgeon drilled.
        foreground_weight: w, background voxels to each foreground voxel of the training set.
        weights: (B, K), how often each target counts; see ``votes_of``.

    Returns:
        A scalar >= 0, per voxel.
    """
    drilled, surgeons = votes_of(targets, weights, logits)
    spared = surgeons - drilled
    voxels = surgeons.sum() * logits[0].numel()
    return (foreground_weight * (drilled * softplus(-logits)).sum() + (spared * softplus(logits)).sum()) / voxels


class WeightedCrossEntropyLoss(nn.Module):
    """``weighted_cross_entropy_loss``; takes an RPMap, which it does not need, so that all losses are called alike."""

    def __init__(self, foreground_weight: float) -> None:
        super().__init__()
        self.foreground_weight = foreground_weight

    def forward(
        self, logits: Tensor, targets: Tensor, rpmap: Tensor | None = None, weights: Tensor | None = None
    ) -> Tensor:
        """Return the loss of (B, 1, z, y, x) logits."""
        return weighted_cross_entropy_loss(logits, targets, self.foreground_weight, weights)


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
