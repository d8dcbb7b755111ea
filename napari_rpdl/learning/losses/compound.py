"""Several losses from the same pattern sums."""

from collections.abc import Sequence

import torch
from torch import Tensor

from napari_rpdl.learning.losses.base import PatternLoss
from napari_rpdl.learning.losses.pattern_sums import PatternSums
from napari_rpdl.learning.losses.targets import PatternTargets


class CompoundLoss(PatternLoss):
    """Σ λ_i L_i of single-prediction losses, in one pass over the logits."""

    def __init__(self, parts: Sequence[tuple[float, PatternLoss]]) -> None:
        super().__init__()
        self.parts = tuple(parts)
        self.cross_entropy = any(part.cross_entropy for _, part in parts)

    def of_sums(self, sums: PatternSums, targets: PatternTargets) -> Tensor:
        """Return the weighted sum of the parts."""
        return torch.stack([factor * part.of_sums(sums, targets) for factor, part in self.parts]).sum()
