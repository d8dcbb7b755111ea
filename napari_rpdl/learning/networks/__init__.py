"""Networks, one file each, and how a setting names them."""

import math
from collections.abc import Callable

from torch import nn

from napari_rpdl.errors import InputError
from napari_rpdl.learning.networks.unet import build_unet
from napari_rpdl.settings import NetworkSettings

NETWORKS: dict[str, Callable[[NetworkSettings, int], nn.Module]] = {"unet": build_unet}


def build_network(settings: NetworkSettings, in_channels: int) -> nn.Module:
    """Return a network from (B, in_channels, n, n, n) to logits (B, 1, n, n, n), with fresh weights."""
    return NETWORKS[settings.name](settings, in_channels)


def expect_foreground(network: nn.Module, share: float) -> None:
    """Set the last layer's bias so that an untrained network says "drilled" with about this probability.

    Starting at the log-odds of the training set spares the many steps in which a
    network would only learn that most voxels are not drilled.
    """
    *_, bias = (parameter for name, parameter in network.named_parameters() if name.endswith("bias"))
    nn.init.constant_(bias, math.log(share / (1 - share)))


def check_grid(settings: NetworkSettings, grid: int) -> None:
    """Raise an InputError if a cube of ``grid`` voxels cannot be halved as often as the network does.

    At least 2 voxels along each axis must be left at the coarsest level: instance
    normalisation has nothing to compare in a single voxel.
    """
    halvings = len(settings.channels) - 1
    factor = 2**halvings
    if grid % factor or grid < 2 * factor:
        msg = (
            f"A network of {halvings + 1} levels needs a grid that is a multiple of {factor} "
            f"and at least {2 * factor}, got {grid}. Choose such a grid, or fewer channels."
        )
        raise InputError(msg)
