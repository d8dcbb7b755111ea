"""What all losses on vote patterns share."""

from abc import ABC, abstractmethod
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from napari_rpdl.consensus.rpmap import reward_table
from napari_rpdl.errors import InputError
from napari_rpdl.learning.losses.pattern_sums import PatternSums, pattern_sums
from napari_rpdl.learning.losses.targets import PatternTargets
from napari_rpdl.settings import RPMapSettings

Reduction = Literal["batch", "bone"]


class PatternLoss(nn.Module, ABC):
    """A loss that depends on the prediction only through its sums over vote patterns.

    Attributes:
        smoothing: ε of Dice-like ratios.
        reduction: "batch" adds up all bones before dividing, as the paper does ("N voxels
            in the mini-batch"): bones with larger regions count more. "bone" is the mean
            over the bones, each on its own.
        cross_entropy: whether ``of_sums`` reads the sums of softplus(z) and z.
    """

    cross_entropy: bool = False

    def __init__(self, smoothing: float = 1.0, reduction: Reduction = "batch") -> None:
        super().__init__()
        self.smoothing = smoothing
        self.reduction: Reduction = reduction

    def forward(self, logits: Tensor, targets: PatternTargets) -> Tensor:
        """Return the loss of logits (B, 1, z, y, x), a scalar, float32 or wider.

        Raises:
            InputError: the logits do not fit the targets.
        """
        sums = pattern_sums(logits, targets, cross_entropy=self.cross_entropy)
        loss = self.of_sums(PatternSums(*(self.channel(each) for each in sums)), targets)
        return loss.to(torch.promote_types(logits.dtype, torch.float32))

    def channel(self, sums: Tensor) -> Tensor:
        """Take the single channel of sums (B, 1, P): (B, P)."""
        if sums.shape[1] != 1:
            msg = (
                f"Expected one prediction for all surgeons, got {sums.shape[1]} channels. "
                "Train a network with surgeon heads with the loss surgeon-heads."
            )
            raise InputError(msg)
        return sums[:, 0]

    def ratio(self, gained: Tensor, possible: Tensor) -> Tensor:
        """Return 1 - (A + ε) / (D + ε) of A and D, each (B,), reduced."""
        if self.reduction == "batch":
            gained, possible = gained.sum(), possible.sum()
        return (1 - (gained + self.smoothing) / (possible + self.smoothing)).mean()

    @abstractmethod
    def of_sums(self, sums: PatternSums, targets: PatternTargets) -> Tensor:
        """Return the loss of the pattern sums, each (B, P) as ``channel`` returns them."""


class Weighted(NamedTuple):
    """The targets as numbers that multiply pattern sums.

    Attributes:
        drilled: (B, P); Σ_k w_bk y_kp, how often a voxel of the pattern counts as drilled.
        surgeons: (B, 1); Σ_k w_bk, how often the bone counts.
        voxels: (B, P); voxels of each pattern.
    """

    drilled: Tensor
    surgeons: Tensor
    voxels: Tensor

    @classmethod
    def of(cls, targets: PatternTargets, like: Tensor) -> "Weighted":
        """Return the numbers in the type of ``like``."""
        weights = targets.weights.to(like)
        return cls(weights @ targets.members.to(like).T, weights.sum(1, keepdim=True), targets.voxels.to(like))


def rewards(targets: PatternTargets, settings: RPMapSettings, like: Tensor) -> Tensor:
    """Return M, what a voxel of each pattern is worth in the RPMap of each bone, (B, P).

    The map of a bone counts its own surgeons, each once however often they count in the
    loss. docs/rpmap.md lists the variants.
    """
    votes = targets.pattern_votes
    largest = (votes * (targets.voxels > 0)).amax(1).tolist()
    tables = [
        torch.from_numpy(reward_table(int(surgeons), settings, int(most)))
        for surgeons, most in zip(targets.surgeons.tolist(), largest, strict=True)
    ]
    return torch.stack([table.to(like)[row.long()] for table, row in zip(tables, votes, strict=True)])
