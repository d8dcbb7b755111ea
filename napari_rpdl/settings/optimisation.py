"""How weights follow the gradient, and with what arithmetic."""

from typing import Annotated, Literal

from pydantic import Field

from napari_rpdl.settings.base import Settings


class OptimisationSettings(Settings):
    """How the weights follow the gradient."""

    optimiser: Literal["adam", "adamw"] = "adam"
    """Adam (paper), or AdamW, which keeps weight decay apart from the gradient."""
    weight_decay: Annotated[float, Field(ge=0, le=1)] = 0.0
    """How strongly weights are pulled towards zero; the paper uses 0."""
    schedule: Literal["plateau", "cosine"] = "plateau"
    """The learning rate decays when the watched loss stalls (paper), or falls along a cosine to 0 at the last epoch."""
    warm_up: Annotated[int, Field(ge=0, le=1000)] = 0
    """Epochs in which the learning rate first rises, step by step; the paper uses 0."""
    plateau: Literal["relative", "absolute"] = "relative"
    """What improves the loss: a ten-thousandth of its best value, or 0.0001 in its own units (published code)."""
    clipping: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    """A gradient longer than this is shortened to it; 0 leaves every gradient as it is."""
    weight_average: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Memory of a running mean of the weights (e.g. 0.99), which then watches, is kept and predicts; 0: no mean."""
    cross_entropy_steps: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Steps at the start that follow soft cross-entropy, whose gradient does not vanish, instead of the loss."""
    prior_bias: bool = True
    """The untrained network already expects the training set's share of drilled voxels; published code: no."""


class ComputationSettings(Settings):
    """With what arithmetic, and how much at a time; what is learned stays the same but for rounding.

    The exception: batch norm and dropout see parts of a batch as batches of their own.
    """

    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """Arithmetic of the network; auto takes bfloat16 on a CUDA GPU that has it, else float32. Losses are float32."""
    channels_last: bool = False
    """Keep the channels of a voxel together in memory; some GPUs are faster so."""
    compiled: bool = False
    """Let torch.compile rewrite the network: the first step takes much longer, later ones may be faster."""
    micro_batch: Annotated[int, Field(ge=0, le=1024)] = 0
    """Bones that pass the network at once; 0: the whole batch, and half as many as often as memory runs out."""
    patience_s: Annotated[float, Field(ge=1, le=86400)] = 600.0
    """Seconds that processes which torchrun started wait for each other before the training ends."""
