"""Reward-penalty Dice loss, the paper's contribution."""

from torch import Tensor, nn

from napari_rpdl.learning.losses.sums import votes_of


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
