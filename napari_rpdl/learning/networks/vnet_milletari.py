"""The V-net of Milletari et al., 3DV 2016 (arXiv:1606.04797)."""

from torch import nn

from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.settings import NetworkSettings

FILTERS = 16
FINEST = 2 * FILTERS
"""Features at the finest level of the way up."""


def build_vnet_milletari16(settings: NetworkSettings, sizes: Sizes) -> nn.Module:
    """Return MONAI's V-net with PReLU: 16 to 256 features, 5³ kernels, 45.6 million parameters.

    MONAI adds batch normalisation, which the paper does not have. The paper (Sec. 2) ends in a 1³
    convolution; MONAI in a 5³ convolution to the number of outputs, batch norm, PReLU and a 1³
    convolution: with one output, every logit comes from one channel whose mean and spread over the
    batch are fixed. ``last_layer`` chooses. The first sum repeats the input until it has 16 channels;
    where their number does not divide 16 (one-hot structures), a 1³ convolution to 16 channels comes first.
    """
    from monai.networks.nets import VNet  # several seconds: only where a network is built

    fits = FILTERS % sizes.in_channels == 0
    network: nn.Module = VNet(
        spatial_dims=3,
        in_channels=sizes.in_channels if fits else FILTERS,
        out_channels=sizes.out_channels,
        act="prelu",
        dropout_prob_down=settings.dropout,
        dropout_prob_up=(settings.dropout, settings.dropout),
        dropout_dim=3,
    )
    if settings.last_layer == "original":
        network.out_tr = nn.Conv3d(FINEST, sizes.out_channels, 1)
    return network if fits else nn.Sequential(nn.Conv3d(sizes.in_channels, FILTERS, 1), network)
