"""The U-net as the paper's authors trained it."""

from torch import nn

from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.learning.networks.published import build_published
from napari_rpdl.settings import NetworkSettings


def build_unet_published(settings: NetworkSettings, sizes: Sizes) -> nn.Module:
    """Return Isensee17 without its residual sums and without deep supervision; 518 073 parameters at 4 filters.

    The released code calls it U-net; the 3-D U-net that the paper cites is "unet-cicek16".
    """
    return build_published(settings, sizes, residual=False, segmentation_levels=1)
