"""What a loss is beside its name."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from napari_rpdl.settings.base import Settings
from napari_rpdl.settings.worths import Worths

LossName = Literal[
    "rpdl",
    "rpdl-published",
    "dice",
    "wcel",
    "bce",
    "surgeon-dice",
    "bce+surgeon-dice",
    "bce+dice",
    "bce+rpdl",
    "vote-utility",
    "vote-utility-dice",
    "surgeon-heads",
]
"""The losses of docs/losses.md."""


class LossSettings(Settings):
    """The finer points of the loss; each concerns the losses that it names."""

    reduction: Literal["batch", "bone"] = "batch"
    """Sum over all bones of a batch before dividing (paper), or take the mean over bones, each on its own."""
    smoothing: Annotated[float, Field(gt=0, le=1e6)] = 1.0
    """Added to both sides of Dice-like ratios, in voxels; the paper gives no value, its published code 1."""
    wcel_weight: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    """Weight of drilled voxels in wcel; 0: background to foreground of the training bones. Published code: 23.485."""
    wcel_total: Literal["mean", "sum"] = "mean"
    """Cross-entropy per voxel (paper), or added up over all voxels (published code)."""
    cross_entropy_weight: Annotated[float, Field(ge=0, le=1000)] = 1.0
    """Factor of the cross-entropy in compound losses (bce+...) and surgeon-heads."""
    vote_weights: Worths = ()
    """Worth of a voxel with 0, 1, ... K votes in vote-utility losses; empty: share of votes (linear form: less 0.4)."""
    vote_costs: Worths = ()
    """Charge for predicting a voxel with 0, 1, ... K votes in vote-utility-dice; empty: 1 (Dice); |M| suits Eq. (3)."""

    @field_validator("vote_costs")
    @classmethod
    def _predicting_too_much_costs(cls, costs: Worths) -> Worths:
        if costs and (min(costs) < 0 or max(costs) <= 0):
            msg = "Expected charges of 0 or more, one above 0, or predicting everything would be best"
            raise ValueError(msg)
        return costs

    @field_validator("vote_weights")
    @classmethod
    def _something_is_worth_drilling(cls, weights: Worths) -> Worths:
        if weights and max(weights) <= 0:
            msg = "Expected a weight above 0, or drilling nothing would be best"
            raise ValueError(msg)
        return weights
