"""A small residual-encoder U-net with instance norm."""

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.settings import NetworkSettings

SLOPE = 0.01
NORM = ("instance", {"affine": True})
ACTIVATION = ("leakyrelu", {"negative_slope": SLOPE, "inplace": True})


def build_resenc(settings: NetworkSettings, sizes: Sizes) -> nn.Module:
    """Return a U-net after nnU-Net's residual encoders (Isensee et al., arXiv:2404.09556), as small as wished."""
    return ResidualEncoderUNet(sizes, settings.channels, settings.dropout)


class ResidualEncoderUNet(nn.Module):
    """From (B, in_channels, n, n, n) to logits (B, out_channels, n, n, n), built of MONAI's nnU-Net blocks.

    The finest level has one residual block, each coarser one two, the first of which
    halves the grid. The way up is plain, as nnU-Net's: a 2³ transposed convolution and two
    3³ convolutions. MONAI's DynUNet has one block at every level and registers each
    twice, which a checkpoint without pickle cannot hold; hence this assembly.

    Args:
        sizes: channels of the input and the logits.
        channels: features from the finest to the coarsest level.
        dropout: share of features dropped after every convolution but the last.
    """

    def __init__(self, sizes: Sizes, channels: Sequence[int], dropout: float) -> None:
        from monai.networks.blocks import UnetResBlock, UnetUpBlock  # several seconds: only where a network is built

        super().__init__()
        common = {"norm_name": NORM, "act_name": ACTIVATION, "dropout": dropout or None}
        stages = [UnetResBlock(3, sizes.in_channels, channels[0], 3, 1, **common)]
        for above, width in pairwise(channels):
            stages.append(
                nn.Sequential(
                    UnetResBlock(3, above, width, 3, 2, **common), UnetResBlock(3, width, width, 3, 1, **common)
                )
            )
        self.down = nn.ModuleList(stages)
        self.up = nn.ModuleList(
            UnetUpBlock(3, below, width, 3, 1, 2, **common)
            for below, width in zip(reversed(channels[1:]), reversed(channels[:-1]), strict=True)
        )
        self.head = nn.Conv3d(channels[0], sizes.out_channels, 1)
        self.apply(_initialise)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the logits."""
        skips = [inputs]
        for down in self.down:
            skips.append(down(skips[-1]))
        features = skips.pop()
        for up, skip in zip(self.up, reversed(skips[1:]), strict=True):
            features = up(features, skip)
        logits: Tensor = self.head(features)
        return logits


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv3d | nn.ConvTranspose3d):
        nn.init.kaiming_normal_(module.weight, a=SLOPE)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
