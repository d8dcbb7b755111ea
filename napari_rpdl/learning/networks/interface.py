"""What all networks have in common."""

from typing import NamedTuple, Protocol, runtime_checkable

from torch import Tensor, nn


class Sizes(NamedTuple):
    """What a network is built for.

    Attributes:
        in_channels: of the input (B, in_channels, n, n, n).
        out_channels: of the logits (B, out_channels, n, n, n).
        grid: n while training. Other n work, too, as each network documents.
    """

    in_channels: int
    out_channels: int = 1
    grid: int = 64


@runtime_checkable
class HasAuxiliaryLoss(Protocol):
    """A network that asks for more than that its logits are right."""

    def auxiliary_loss(self) -> Tensor | None:
        """Return what training adds to the loss of the last batch, once; None after a pass that was no training."""


@runtime_checkable
class HasOutputBias(Protocol):
    """A network whose last bias is not the one that is added to its logits."""

    def output_bias(self) -> nn.Parameter:
        """Return the bias that is added to every logit."""
