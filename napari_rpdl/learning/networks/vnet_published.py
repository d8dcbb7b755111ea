"""The V-net as the paper's authors trained it."""

from torch import nn

from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.learning.networks.published import build_published
from napari_rpdl.settings import NetworkSettings


def build_vnet_published(settings: NetworkSettings, sizes: Sizes) -> nn.Module:
    """Return the published U-net with five residual sums added; 518 073 parameters at 4 filters.

    It has neither the 5³ kernels nor the PReLU of the V-net that the paper cites,
    which is "vnet-milletari16".
    """
    return build_published(settings, sizes, residual=True, segmentation_levels=1)
