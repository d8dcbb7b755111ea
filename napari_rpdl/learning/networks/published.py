"""The network that the paper's authors trained three variants of.

Their released code differs from the papers it cites; these are its facts. Five levels
with base, 2 base, ... 16 base features. Going down, a 3³ convolution (stride 2 below
the finest level) and a context module: two 3³ convolutions with spatial dropout between
them. Going up, nearest-neighbour up-sampling with a 3³ convolution, concatenation with
the context, and localisation: a 3³ and a 1³ convolution. Each convolution has a bias
and is followed by batch normalisation (Keras' epsilon 1e-3 and momentum 0.99) and a
leaky ReLU (Keras' slope 0.3). Weights start Glorot uniform, biases at zero.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from napari_rpdl.learning.networks.context_unet import ContextUNet, Pieces
from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.settings import NetworkSettings

BASE = 4
SLOPE = 0.3
EPSILON = 1e-3
MOMENTUM = 0.01
"""PyTorch's momentum is the weight of the new value: 1 minus Keras'."""


def build_published(
    settings: NetworkSettings, sizes: Sizes, *, residual: bool, segmentation_levels: int
) -> ContextUNet:
    """Return a published network.

    Args:
        settings: ``filters`` at the finest level (0: 4), ``dropout`` and ``stride_padding`` count.
        sizes: channels of the input and the logits.
        residual: add what enters a context module to what leaves it.
        segmentation_levels: how many of the finest levels contribute to the logits.
    """
    network = ContextUNet(
        _PublishedPieces(settings),
        sizes,
        settings.filters or BASE,
        residual=residual,
        segmentation_levels=segmentation_levels,
    )
    network.apply(_initialise)
    return network


class TensorFlowStride(nn.Module):
    """Pad (B, C, z, y, x) with zeros as TensorFlow's "same" does for a 3³ convolution of stride 2 on an even grid.

    All padding lies behind the last voxel; PyTorch's ``padding=1`` puts the padding that counts
    before the first one, which moves the features of each level by half a voxel of that level.
    """

    def forward(self, features: Tensor) -> Tensor:
        """Return the padded features, one voxel more along each axis."""
        return functional.pad(features, (0, 1, 0, 1, 0, 1))


@dataclass(frozen=True)
class _PublishedPieces(Pieces):
    """Convolution, batch norm, leaky ReLU, in this order everywhere."""

    settings: NetworkSettings

    def convolution(self, incoming: int, outgoing: int, kernel: int = 3, stride: int = 1) -> nn.Module:
        tensorflow = stride == 2 and self.settings.stride_padding == "tensorflow"
        return nn.Sequential(
            *([TensorFlowStride()] if tensorflow else []),
            nn.Conv3d(incoming, outgoing, kernel, stride, padding=0 if tensorflow else kernel // 2),
            nn.BatchNorm3d(outgoing, eps=EPSILON, momentum=MOMENTUM),
            nn.LeakyReLU(SLOPE, inplace=True),
        )

    def entrance(self, incoming: int, outgoing: int, stride: int) -> nn.Module:
        return self.convolution(incoming, outgoing, stride=stride)

    def context(self, features: int) -> nn.Module:
        return nn.Sequential(
            self.convolution(features, features),
            nn.Dropout3d(self.settings.dropout),
            self.convolution(features, features),
        )

    def localisation(self, features: int) -> nn.Module:
        return nn.Sequential(self.convolution(2 * features, features), self.convolution(features, features, kernel=1))


@torch.no_grad()
def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv3d) and module.bias is not None:
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
