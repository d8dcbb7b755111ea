"""Each surgeon against a prediction of their own."""

from torch import Tensor

from napari_rpdl.errors import InputError
from napari_rpdl.learning.losses.base import PatternLoss, Reduction
from napari_rpdl.learning.losses.dice import mean_over_surgeons
from napari_rpdl.learning.losses.pattern_sums import PatternSums
from napari_rpdl.learning.losses.targets import PatternTargets


class SurgeonHeadsLoss(PatternLoss):
    """Mean over surgeons of (their head's Dice loss + λ its cross-entropy), for logits (B, K, z, y, x).

    Head k is compared with surgeon k alone; heads of surgeons who did not drill a bone
    learn nothing from it. The place of a surgeon in the targets must therefore be the
    same for all bones.
    """

    cross_entropy = True

    def __init__(
        self, cross_entropy_weight: float = 1.0, smoothing: float = 1.0, reduction: Reduction = "batch"
    ) -> None:
        super().__init__(smoothing, reduction)
        self.cross_entropy_weight = cross_entropy_weight

    def channel(self, sums: Tensor) -> Tensor:
        """Keep all channels."""
        return sums

    def of_sums(self, sums: PatternSums, targets: PatternTargets) -> Tensor:
        """Return the loss of the sums (B, K, P)."""
        members = targets.members.to(sums.probability).T
        heads, surgeons = sums.probability.shape[1], len(members)
        if heads != surgeons:
            msg = (
                f"Expected a prediction for each of {surgeons} surgeons, got {heads}. "
                "Build the network with surgeon_heads for this dataset, or choose another loss."
            )
            raise InputError(msg)
        overlap = (members * sums.probability).sum(2)
        total = targets.voxels.to(overlap) @ members.T + sums.probability.sum(2)
        dice = 1 - (2 * overlap + self.smoothing) / (total + self.smoothing)
        entropy = (sums.softplus - members * sums.logit).sum(2) / targets.grid_voxels
        return mean_over_surgeons(dice + self.cross_entropy_weight * entropy, targets, self.reduction)
