"""The 3-D U-net of Çiçek et al., MICCAI 2016 (arXiv:1606.06650)."""

import torch
from torch import Tensor, nn

from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.settings import NetworkSettings

BASE = 32
HALVINGS = 3


def build_unet_cicek16(settings: NetworkSettings, sizes: Sizes) -> nn.Module:
    """Return the original 3-D U-net with padded convolutions; ``filters`` 0 is its 32."""
    return CicekUNet(sizes, settings.filters or BASE, settings.dropout)


class CicekUNet(nn.Module):
    """From (B, in_channels, n, n, n) to logits (B, out_channels, n, n, n); n a multiple of 8, at least 16.

    Four levels; at each two 3³ convolutions, each with batch norm and ReLU. The second of
    a level doubles the features before the 2³ max pooling, to avoid bottlenecks; the
    way up takes 2³ transposed convolutions that keep the features. With 32 filters, 3
    input and 3 output channels it has the 19 069 955 parameters of the paper, which does not
    count the scales and shifts of batch norm. Convolutions are padded, which the paper's
    are not, so that the logits cover the whole bone.

    Args:
        sizes: channels of the input and the logits.
        filters: features of the very first convolution.
        dropout: share of feature maps dropped between the two convolutions of the way down; 0 in the paper.
    """

    def __init__(self, sizes: Sizes, filters: int, dropout: float) -> None:
        super().__init__()
        widths = [filters * 2 ** (level + 1) for level in range(HALVINGS + 1)]
        above = [sizes.in_channels, *widths]
        self.down = nn.ModuleList(
            nn.Sequential(
                _convolution(above[level], width // 2), nn.Dropout3d(dropout), _convolution(width // 2, width)
            )
            for level, width in enumerate(widths)
        )
        self.pool = nn.MaxPool3d(2)
        below = widths[1:]
        self.raise_ = nn.ModuleList(nn.ConvTranspose3d(width, width, 2, 2, bias=False) for width in below)
        self.up = nn.ModuleList(
            nn.Sequential(_convolution(skip + width, skip), _convolution(skip, skip))
            for skip, width in zip(widths, below, strict=False)
        )
        self.head = nn.Conv3d(widths[0], sizes.out_channels, 1)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the logits."""
        skips: list[Tensor] = []
        for down in self.down:
            skips.append(down(self.pool(skips[-1]) if skips else inputs))
        features = skips.pop()
        for skip, rise, up in zip(reversed(skips), reversed(self.raise_), reversed(self.up), strict=True):
            features = up(torch.cat([skip, rise(features)], 1))
        logits: Tensor = self.head(features)
        return logits


def _convolution(incoming: int, outgoing: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv3d(incoming, outgoing, 3, padding=1), nn.BatchNorm3d(outgoing), nn.ReLU(inplace=True))
