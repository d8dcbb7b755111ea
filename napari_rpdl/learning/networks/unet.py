"""The U-net."""

from torch import nn

from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.settings import NetworkSettings

SLOPE = 0.01
"""Of the leaky ReLU for negative inputs."""


def build_unet(settings: NetworkSettings, sizes: Sizes) -> nn.Module:
    """Return MONAI's U-net with strided convolutions, instance norm and leaky ReLU.

    The first convolution already halves the grid and the last one doubles it, so that
    no layer works on the full grid: at 64 voxels a step costs a tenth of what a U-net
    with a full-resolution level costs on a CPU, and drilled regions are smooth.
    PyTorch has a slow path for convolutions of a single bone with few channels (less than about
    20000 / (depth * height)) on a CPU; these sizes stay clear of it.
    """
    from monai.networks.nets import UNet  # several seconds: only where a network is built

    network: nn.Module = UNet(
        spatial_dims=3,
        in_channels=sizes.in_channels,
        out_channels=sizes.out_channels,
        channels=settings.channels,
        strides=(2,) * (len(settings.channels) - 1),
        num_res_units=0,
        act=("leakyrelu", {"negative_slope": SLOPE, "inplace": True}),
        norm=("instance", {"affine": True}),
        dropout=settings.dropout,
    )
    return network
