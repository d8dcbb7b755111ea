"""Dice losses: against all surgeons at once, and the mean over the surgeons."""

from torch import Tensor

from napari_rpdl.learning.losses.base import PatternLoss, Reduction, Weighted
from napari_rpdl.learning.losses.pattern_sums import PatternSums
from napari_rpdl.learning.losses.targets import PatternTargets


class DiceLoss(PatternLoss):
    """DL = 1 - (2 Σ yP + ε) / (Σ y + Σ P + ε) (paper, Eq. 2), in [0, 1].

    The sums run over voxels, surgeons and (reduction "batch") bones, as if a bone were
    repeated for each of its surgeons. With ε > 0 an empty prediction of an empty target
    costs 0; the paper gives no ε, its published code 1.
    """

    def of_sums(self, sums: PatternSums, targets: PatternTargets) -> Tensor:
        """Return the loss."""
        predicted = sums.probability
        drilled, surgeons, voxels = Weighted.of(targets, predicted)
        overlap = (drilled * predicted).sum(1)
        total = (drilled * voxels).sum(1) + (surgeons * predicted).sum(1)
        return self.ratio(2 * overlap, total)


class SurgeonDiceLoss(PatternLoss):
    """Mean of 1 - (2 Σ y_k P + ε) / (Σ y_k + Σ P + ε), a Dice for each bone and surgeon, in [0, 1].

    It is 1 less the mean Dice that the paper reports of a prediction (Sec. V), with P in
    place of the thresholded mask. Reduction "batch": every surgeon of every bone counts
    as often as their weight says; "bone": every bone counts equally.
    """

    def of_sums(self, sums: PatternSums, targets: PatternTargets) -> Tensor:
        """Return the loss."""
        predicted = sums.probability
        members = targets.members.to(predicted)
        overlap = predicted @ members
        total = targets.voxels.to(predicted) @ members + predicted.sum(1, keepdim=True)
        costs = 1 - (2 * overlap + self.smoothing) / (total + self.smoothing)
        return mean_over_surgeons(costs, targets, self.reduction)


def mean_over_surgeons(costs: Tensor, targets: PatternTargets, reduction: Reduction) -> Tensor:
    """Return the weighted mean of what each surgeon of each bone costs, (B, K)."""
    weights = targets.weights.to(costs)
    if reduction == "bone":
        weights = weights / weights.sum(1, keepdim=True)
    return (weights * costs).sum() / weights.sum()
