"""Dice loss."""

from torch import Tensor, nn

from napari_rpdl.learning.losses.sums import votes_of


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
