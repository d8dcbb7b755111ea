"""Cross-entropies: weighted (paper, Eq. 1) and soft."""

from typing import Literal

from torch import Tensor

from napari_rpdl.learning.losses.base import PatternLoss, Reduction, Weighted
from napari_rpdl.learning.losses.pattern_sums import PatternSums
from napari_rpdl.learning.losses.targets import PatternTargets


class WeightedCrossEntropyLoss(PatternLoss):
    """WCEL = -(1/N) Σ [w y log P + (1 - y) log(1 - P)] (paper, Eq. 1), per voxel, >= 0.

    Computed from logits z with log P = z - softplus(z) and log(1 - P) = -softplus(z), so
    that no probability has to be clipped. N counts the voxels of all bones, each bone
    once for each of its surgeons.

    With w = 1 it is the soft binary cross-entropy against the share of votes: the mean
    over the surgeons of y is what enters.
    """

    cross_entropy = True

    def __init__(
        self,
        foreground_weight: float = 1.0,
        total: Literal["mean", "sum"] = "mean",
        reduction: Reduction = "batch",
    ) -> None:
        """Choose the form.

        Args:
            foreground_weight: w; the paper takes background voxels to each foreground voxel.
            total: "sum" leaves out 1/N, as the published code does; values then reach millions.
            reduction: "bone" is the mean over the bones of each bone's own mean, so that
                bones count equally whatever the number of their surgeons.
        """
        super().__init__(reduction=reduction)
        self.foreground_weight = foreground_weight
        self.total = total

    def of_sums(self, sums: PatternSums, targets: PatternTargets) -> Tensor:
        """Return the loss."""
        drilled, surgeons, _ = Weighted.of(targets, sums.probability)
        rewarded = self.foreground_weight * drilled
        costs = ((rewarded + surgeons - drilled) * sums.softplus - rewarded * sums.logit).sum(1)
        voxels = surgeons[:, 0] * targets.grid_voxels
        if self.total == "sum":
            return costs.sum()
        return (costs / voxels).mean() if self.reduction == "bone" else costs.sum() / voxels.sum()
