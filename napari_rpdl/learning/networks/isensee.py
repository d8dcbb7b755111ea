"""Isensee17, the network of Isensee et al., BraTS 2017 (arXiv:1802.10508)."""

from dataclasses import dataclass

from torch import nn

from napari_rpdl.learning.networks.context_unet import ContextUNet, Pieces
from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.settings import NetworkSettings

BASE = 16
SLOPE = 0.01


def build_isensee17(settings: NetworkSettings, sizes: Sizes) -> nn.Module:
    """Return the original: 16 filters, instance norm, pre-activation residual context modules, three summed levels."""
    network = ContextUNet(
        _OriginalPieces(settings.dropout),
        sizes,
        settings.filters or BASE,
        residual=True,
        segmentation_levels=3,
    )
    network.apply(_initialise)
    return network


@dataclass(frozen=True)
class _OriginalPieces(Pieces):
    """Convolution, instance norm, leaky ReLU of slope 0.01; the other way round in context modules."""

    dropout: float

    def convolution(self, incoming: int, outgoing: int, kernel: int = 3, stride: int = 1) -> nn.Module:
        return nn.Sequential(_convolution(incoming, outgoing, kernel, stride), *_activation(outgoing))

    def entrance(self, incoming: int, outgoing: int, stride: int) -> nn.Module:
        # Bare: the context module and the sum take its raw output (pre-activation).
        return _convolution(incoming, outgoing, 3, stride)

    def context(self, features: int) -> nn.Module:
        return nn.Sequential(
            *_activation(features),
            _convolution(features, features),
            nn.Dropout3d(self.dropout),
            *_activation(features),
            _convolution(features, features),
        )

    def localisation(self, features: int) -> nn.Module:
        wide = 2 * features
        return nn.Sequential(self.convolution(wide, wide), self.convolution(wide, features, kernel=1))


def _convolution(incoming: int, outgoing: int, kernel: int = 3, stride: int = 1) -> nn.Conv3d:
    return nn.Conv3d(incoming, outgoing, kernel, stride, padding=kernel // 2, bias=False)


def _activation(features: int) -> tuple[nn.Module, nn.Module]:
    # Not in place: the first one of a context module would change what the sum adds.
    return nn.InstanceNorm3d(features, affine=True), nn.LeakyReLU(SLOPE)


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv3d):
        nn.init.kaiming_normal_(module.weight, a=SLOPE)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
