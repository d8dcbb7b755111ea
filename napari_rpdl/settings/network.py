"""What turns a bone into probabilities."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from napari_rpdl.settings.base import Settings

Encoding = Literal[
    "one-hot",
    "ordinal",
    "distances",
    "ct",
    "one-hot+distances",
    "one-hot+ct",
    "one-hot+distances+ct",
    "ordinal+distances",
    "ordinal+ct",
    "ordinal+distances+ct",
    "distances+ct",
]
"""Every combination of what a network can see, except both ways to show the structures at once."""

NetworkName = Literal[
    "unet",
    "resenc",
    "unet-published",
    "vnet-published",
    "isensee-published",
    "unet-cicek16",
    "vnet-milletari16",
    "isensee17",
    "myronenko18",
    "med3d",
]


class NetworkSettings(Settings):
    """The network that turns a bone into the probability that surgeons drill."""

    name: NetworkName = "unet"
    """Architecture: fast U-net, residual-encoder U-net, the three that the paper trained, or the original papers'."""
    channels: Annotated[tuple[Annotated[int, Field(ge=1, le=2048)], ...], Field(min_length=2, max_length=7)] = (
        16,
        32,
        64,
        128,
    )
    """Feature channels from the finest to the coarsest level of unet and resenc; one level halves the grid."""
    filters: Annotated[int, Field(ge=0, le=128)] = 0
    """Feature channels at the finest level of the other networks; 0 takes their authors' number."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of features dropped while training; the paper uses 0.3."""
    encoding: Encoding = "one-hot"
    """What enters: one channel per structure, or one channel code / 6.5 - 1 (paper); distances to critical ones; CT."""
    distance_limit: Annotated[float, Field(gt=0, le=1000)] = 10.0
    """Distances to critical structures are cut off here, where they count as 1."""
    distance_unit: Literal["voxels", "mm"] = "voxels"
    """Unit of the distance limit: voxels of the network's grid, or millimetres where the voxel size is known."""
    surgeon_heads: bool = False
    """Give each surgeon a probability map of their own instead of one for all."""
    stride_padding: Literal["tensorflow", "symmetric"] = "tensorflow"
    """Where strided convolutions of published networks pad: behind the bone as TensorFlow did, or on both sides."""
    vae: Literal["original", "monai", "off"] = "original"
    """The autoencoder branch of myronenko18: as in its paper, as MONAI has it, or none."""
    reconstruction: Literal["squared-error", "cross-entropy"] = "squared-error"
    """How the autoencoder branch is judged; cross-entropy suits one-hot structures only."""
    stages: Literal["strided", "dilated"] = "strided"
    """The last two stages of med3d: strided (MONAI; lighter), or dilated (MedicalNet; an eighth of the grid)."""
    last_layer: Literal["original", "monai"] = "original"
    """How vnet-milletari16 ends: one 1x1x1 convolution (paper), or MONAI's 5x5x5, batch norm, PReLU and 1x1x1."""
    weights: Annotated[str, Field(max_length=4096)] = ""
    """File with MedicalNet weights (a plain state dict) that med3d starts from; none where empty."""

    @model_validator(mode="before")
    @classmethod
    def _as_it_was_written(cls, given: Any) -> Any:  # noqa: ANN401 - whatever a file holds
        return as_written(given)


def as_written(given: Any) -> Any:  # noqa: ANN401 - whatever a file holds
    """Return the settings of a network in a file with what they meant when they were written.

    Files that the program writes hold every field. Where one lacks ``last_layer``, it is older than that
    choice, and its V-net ends as MONAI's.
    """
    older = isinstance(given, Mapping) and "weights" in given and "last_layer" not in given
    return {**given, "last_layer": "monai"} if older and given.get("name") == "vnet-milletari16" else given
