"""Weighted cross-entropy loss."""

from torch import Tensor, nn
from torch.nn.functional import softplus

from napari_rpdl.learning.losses.sums import votes_of


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
