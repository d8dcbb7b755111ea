"""Networks, one file each, and how a setting names them."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from torch import nn

from napari_rpdl.errors import InputError
from napari_rpdl.learning.networks.interface import HasAuxiliaryLoss, Sizes
from napari_rpdl.learning.networks.isensee import build_isensee17
from napari_rpdl.learning.networks.isensee_published import build_isensee_published
from napari_rpdl.learning.networks.med3d import Med3D, build_med3d, check_med3d, med3d_halvings
from napari_rpdl.learning.networks.myronenko import build_myronenko18, check_myronenko18
from napari_rpdl.learning.networks.prior import expect_foreground, missed_foreground, move_bias
from napari_rpdl.learning.networks.resenc import build_resenc
from napari_rpdl.learning.networks.unet import build_unet
from napari_rpdl.learning.networks.unet_cicek import build_unet_cicek16
from napari_rpdl.learning.networks.unet_published import build_unet_published
from napari_rpdl.learning.networks.vnet_milletari import build_vnet_milletari16
from napari_rpdl.learning.networks.vnet_published import build_vnet_published
from napari_rpdl.settings import NetworkSettings


class Architecture(NamedTuple):
    """What is known of a network before it is built.

    Attributes:
        build: from settings and sizes to a network with fresh weights.
        halvings: how often it halves the grid, or a function of the settings; None where ``channels`` says it.
        check: raises an InputError for settings that it cannot be built with.
    """

    build: Callable[[NetworkSettings, Sizes], nn.Module]
    halvings: int | Callable[[NetworkSettings], int] | None
    check: Callable[[NetworkSettings], None] | None = None


NETWORKS: dict[str, Architecture] = {
    "unet": Architecture(build_unet, None),
    "resenc": Architecture(build_resenc, None),
    "unet-published": Architecture(build_unet_published, 4),
    "vnet-published": Architecture(build_vnet_published, 4),
    "isensee-published": Architecture(build_isensee_published, 4),
    "unet-cicek16": Architecture(build_unet_cicek16, 3),
    "vnet-milletari16": Architecture(build_vnet_milletari16, 4),
    "isensee17": Architecture(build_isensee17, 4),
    "myronenko18": Architecture(build_myronenko18, 4, check_myronenko18),
    "med3d": Architecture(build_med3d, med3d_halvings, check_med3d),
}


__all__ = [
    "NETWORKS",
    "HasAuxiliaryLoss",
    "build_network",
    "check_grid",
    "check_network",
    "expect_foreground",
    "load_pretrained",
    "missed_foreground",
    "move_bias",
]


def build_network(settings: NetworkSettings, in_channels: int, grid: int = 64, surgeons: int = 1) -> nn.Module:
    """Return a network from (B, in_channels, n, n, n) to logits, with fresh weights.

    Args:
        settings: which network.
        in_channels: what ``encoding.input_channels`` says.
        grid: n while training; myronenko18 depends on it.
        surgeons: how many there are in the dataset.

    Returns:
        A network whose logits are (B, 1, n, n, n), or (B, surgeons, n, n, n) with ``surgeon_heads``.

    Raises:
        InputError: the settings contradict each other.
    """
    outputs = surgeons if settings.surgeon_heads else 1
    return NETWORKS[settings.name].build(settings, Sizes(in_channels, outputs, grid))


def load_pretrained(network: nn.Module, settings: NetworkSettings) -> None:
    """Give a fresh network the weights that ``settings.weights`` names; without one, leave it as it is.

    Raises:
        InputError: the file cannot be read, or does not fit the network.
    """
    if settings.weights and isinstance(network, Med3D):
        network.load_medicalnet(Path(settings.weights))


def check_network(settings: NetworkSettings, grid: int) -> None:
    """Raise an InputError for what can be known to fail before a network is built; includes ``check_grid``."""
    check_grid(settings, grid)
    check = NETWORKS[settings.name].check
    if check is not None:
        check(settings)


def check_grid(settings: NetworkSettings, grid: int) -> None:
    """Raise an InputError if a cube of ``grid`` voxels cannot be halved as often as the network does.

    At least 2 voxels along each axis must be left at the coarsest level: instance
    normalisation has nothing to compare in a single voxel.
    """
    halvings, fewer = NETWORKS[settings.name].halvings, ""
    if callable(halvings):
        halvings = halvings(settings)
    elif halvings is None:
        halvings, fewer = len(settings.channels) - 1, ", or fewer channels"
    factor = 2**halvings
    if grid % factor or grid < 2 * factor:
        msg = (
            f"{settings.name} with {halvings + 1} levels needs a grid that is a multiple of {factor} "
            f"and at least {2 * factor}, got {grid}. Choose such a grid{fewer}."
        )
        raise InputError(msg)
