"""Reward-penalty Dice loss, the paper's contribution: as printed, and as its published code computes it."""

import torch
from torch import Tensor

from napari_rpdl.learning.losses.base import PatternLoss, Reduction, Weighted, rewards
from napari_rpdl.learning.losses.pattern_sums import PatternSums
from napari_rpdl.learning.losses.targets import PatternTargets
from napari_rpdl.settings import RPMapSettings


class RewardPenaltyDiceLoss(PatternLoss):
    """RPDL = 1 - (2 Σ yPM + ε) / (Σ y|M| + Σ P|M| + ε) (paper, Eq. 3), in [0, 1].

    The sums run over voxels, surgeons and (reduction "batch") bones. All surgeons took
    part in M, so M < 0 only where y = 0: the loss is a Dice loss with the voxel weights
    |M|, and the sign of M has no effect on it.
    """

    def __init__(self, rpmap: RPMapSettings, smoothing: float = 1.0, reduction: Reduction = "batch") -> None:
        super().__init__(smoothing, reduction)
        self.rpmap = rpmap

    def of_sums(self, sums: PatternSums, targets: PatternTargets) -> Tensor:
        """Return the loss."""
        predicted = sums.probability
        drilled, surgeons, voxels = Weighted.of(targets, predicted)
        worth = rewards(targets, self.rpmap, predicted)
        size = worth.abs()
        overlap = (drilled * worth * predicted).sum(1)
        total = (drilled * size * voxels).sum(1) + (surgeons * size * predicted).sum(1)
        return self.ratio(2 * overlap, total)


class PublishedRewardPenaltyDiceLoss(PatternLoss):
    """1 - (2 Σ hP + ε) / (Σ |h| + Σ P + ε), what the paper's published code trains (``rp_dice``).

    h is the "heat map" of one surgeon: M where they drilled, the penalty (M < 0) where
    nobody did, 0 where only others did. Unlike Eq. (3) it rewards leaving out the
    background (h < 0 in the numerator), charges every predicted voxel 1 whatever its
    votes, and its denominator holds the whole background; it lies in [0, 2), is 1 for an
    empty prediction, and its useful range is a few hundredths (docs/losses.md).

    The map as released: RPMAP_VARIANTS["published-code-bones"].
    """

    def __init__(self, rpmap: RPMapSettings, smoothing: float = 1.0, reduction: Reduction = "batch") -> None:
        super().__init__(smoothing, reduction)
        self.rpmap = rpmap

    def of_sums(self, sums: PatternSums, targets: PatternTargets) -> Tensor:
        """Return the loss."""
        predicted = sums.probability
        drilled, surgeons, voxels = Weighted.of(targets, predicted)
        nobody = targets.pattern_votes == 0
        heat = torch.where(nobody, surgeons, drilled) * rewards(targets, self.rpmap, predicted)
        overlap = (heat * predicted).sum(1)
        total = (heat.abs() * voxels).sum(1) + (surgeons * predicted).sum(1)
        return self.ratio(2 * overlap, total)
