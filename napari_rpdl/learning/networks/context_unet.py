"""The skeleton that Isensee17 and the published networks share: context modules down, localisation up."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn
from torch.nn import functional

from napari_rpdl.learning.networks.interface import Sizes

LEVELS = 5
HALVINGS = LEVELS - 1


class Pieces(ABC):
    """What a network of this skeleton is made of."""

    @abstractmethod
    def convolution(self, incoming: int, outgoing: int, kernel: int = 3, stride: int = 1) -> nn.Module:
        """Return a convolution with what follows it."""

    @abstractmethod
    def entrance(self, incoming: int, outgoing: int, stride: int) -> nn.Module:
        """Return what leads from one level down to the context module of the next; 3³ with ``stride``."""

    @abstractmethod
    def context(self, features: int) -> nn.Module:
        """Return a context module: two 3³ convolutions with dropout between them."""

    @abstractmethod
    def localisation(self, features: int) -> nn.Module:
        """Return what makes ``features`` of twice as many: a 3³ and a 1³ convolution."""


class ContextUNet(nn.Module):
    """From (B, in_channels, n, n, n) to logits (B, out_channels, n, n, n); n a multiple of 16, at least 32.

    Args:
        pieces: makes the parts.
        sizes: channels of the input and the logits.
        filters: features at the finest level, doubled at each of the four below.
        residual: add what enters a context module to what leaves it.
        segmentation_levels: the logits are the sum of 1³ convolutions at so many of the
            finest levels (deep supervision), the coarser ones up-sampled.
    """

    def __init__(
        self,
        pieces: Pieces,
        sizes: Sizes,
        filters: int,
        *,
        residual: bool,
        segmentation_levels: int,
    ) -> None:
        super().__init__()
        self.residual = residual
        widths = [filters * 2**level for level in range(LEVELS)]
        above = [sizes.in_channels, *widths]
        self.entrances = nn.ModuleList(
            pieces.entrance(above[level], width, stride=2 if level else 1) for level, width in enumerate(widths)
        )
        self.contexts = nn.ModuleList(pieces.context(width) for width in widths)
        rising = range(HALVINGS)
        self.risers = nn.ModuleList(pieces.convolution(widths[level + 1], widths[level]) for level in rising)
        self.localisations = nn.ModuleList(pieces.localisation(widths[level]) for level in rising)
        self.segmentations = nn.ModuleList(
            nn.Conv3d(widths[level], sizes.out_channels, 1) for level in range(segmentation_levels)
        )

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the logits."""
        skips = self._descend(inputs)
        features = skips.pop()
        logits: Tensor | None = None
        for level in reversed(range(HALVINGS)):
            raised = self.risers[level](_twice(features))
            features = self.localisations[level](torch.cat([skips[level], raised], 1))
            if level < len(self.segmentations):
                here = self.segmentations[level](features)
                logits = here if logits is None else here + _twice(logits)
        if logits is None:
            msg = "a network without segmentation levels"
            raise RuntimeError(msg)
        return logits

    def output_bias(self) -> nn.Parameter:
        """Return the bias that is added to every logit at the finest level."""
        return self.segmentations.get_parameter("0.bias")

    def _descend(self, inputs: Tensor) -> list[Tensor]:
        skips: list[Tensor] = []
        for enter, context in zip(self.entrances, self.contexts, strict=True):
            entered = enter(skips[-1] if skips else inputs)
            skips.append(entered + context(entered) if self.residual else context(entered))
        return skips


def _twice(features: Tensor) -> Tensor:
    """Repeat every voxel twice along each axis."""
    return functional.interpolate(features, scale_factor=2, mode="nearest")
