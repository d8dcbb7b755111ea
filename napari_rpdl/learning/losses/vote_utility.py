"""Losses from what a voxel is worth by its number of votes: K + 1 free weights."""

from collections.abc import Sequence

import torch
from torch import Tensor

from napari_rpdl.learning.losses.base import PatternLoss, Reduction, Weighted
from napari_rpdl.learning.losses.pattern_sums import PatternSums
from napari_rpdl.learning.losses.targets import PatternTargets

HALF_OF_BEST_DICE = 0.4
"""D*/2 with the mean Dice D* of about 0.8 that the best single answer reaches with seven surgeons."""


class VoteUtilityLoss(PatternLoss):
    """1 - (Σ uP + ε) / (Σ max(u, 0) + ε), linear in P, with u = u_c by the votes c; >= 0.

    0 is reached by drilling exactly where u > 0. Dice, Eq. (3) and the published code's
    loss are ratios, none is of this form; but at the optimum R of such a ratio
    (2 Σ aP) / (Σ b + Σ dP) its minimiser is that of u = 2 a / d - R, up to a positive
    factor in each voxel: u = c/K - D*/2 leads to the Dice optimum D*.
    """

    def __init__(self, weights: Sequence[float] = (), smoothing: float = 1.0, reduction: Reduction = "batch") -> None:
        """Choose u.

        Args:
            weights: u_0 .. u_K. A bone with another number of surgeons takes what lies at
                its share of votes, between the two nearest weights. Empty: c/K - 0.4.
            smoothing: ε, in voxels of u = 1.
            reduction: "batch" pools all bones, "bone" is the mean over them.
        """
        super().__init__(smoothing, reduction)
        self.weights = tuple(weights) or (-HALF_OF_BEST_DICE, 1 - HALF_OF_BEST_DICE)

    def of_sums(self, sums: PatternSums, targets: PatternTargets) -> Tensor:
        """Return the loss."""
        _, surgeons, voxels = Weighted.of(targets, sums.probability)
        worth = surgeons * by_votes(self.weights, targets, sums.probability)
        gained = (worth * sums.probability).sum(1)
        best = (worth.clamp(min=0) * voxels).sum(1)
        return self.ratio(gained, best)


class VoteUtilityDiceLoss(PatternLoss):
    """1 - (2 Σ uP + ε) / (Σ |u| + Σ dP + ε), sums over voxels and surgeons, u and d by the votes c.

    Special cases, exactly, with the RPMap M: u_c = c/K, d = 1 is the Dice loss; u_c = (c/K) M_c
    for c > 0, u_0 = M_0, d = 1 the published code's; u_c = (c/K) M_c for all c, d = |M| Eq. (3).
    """

    def __init__(
        self,
        weights: Sequence[float] = (),
        smoothing: float = 1.0,
        reduction: Reduction = "batch",
        costs: Sequence[float] = (),
    ) -> None:
        """Choose u as of ``VoteUtilityLoss``, empty: c/K; and d likewise, 0 or more, empty: 1."""
        super().__init__(smoothing, reduction)
        self.weights = tuple(weights) or (0.0, 1.0)
        self.costs = tuple(costs) or (1.0, 1.0)

    def of_sums(self, sums: PatternSums, targets: PatternTargets) -> Tensor:
        """Return the loss."""
        predicted = sums.probability
        _, surgeons, voxels = Weighted.of(targets, predicted)
        worth, cost = (surgeons * by_votes(table, targets, predicted) for table in (self.weights, self.costs))
        total = (worth.abs() * voxels).sum(1) + (cost * predicted).sum(1)
        return self.ratio(2 * (worth * predicted).sum(1), total)


def by_votes(weights: Sequence[float], targets: PatternTargets, like: Tensor) -> Tensor:
    """Return the weight of each pattern of each bone by its share of votes, (B, P), linearly in between."""
    table = torch.tensor(weights, dtype=like.dtype, device=like.device)
    place = targets.pattern_votes.to(like) / targets.surgeons.to(like)[:, None] * (len(weights) - 1)
    lower = place.floor().clamp(max=len(weights) - 2).long()
    between = place - lower
    return torch.lerp(table[lower], table[lower + 1], between)
