"""What turns a bone into probabilities."""

from typing import Annotated, Literal

from pydantic import Field

from napari_rpdl.settings.base import Settings


class NetworkSettings(Settings):
    """The network that turns a bone into the probability that surgeons drill."""

    name: Literal["unet"] = "unet"
    """Architecture."""
    channels: Annotated[tuple[int, ...], Field(min_length=2, max_length=7)] = (16, 32, 64, 128)
    """Feature channels from the finest to the coarsest level; one level halves the grid."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of features dropped while training; the paper uses 0.3."""
    encoding: Literal["one-hot", "ordinal"] = "one-hot"
    """How structures enter: a channel for each, or one channel code / 6.5 - 1 as in the paper."""
