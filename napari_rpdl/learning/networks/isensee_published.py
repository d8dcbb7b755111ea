"""Isensee17 as the paper's authors trained it."""

from torch import nn

from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.learning.networks.published import build_published
from napari_rpdl.settings import NetworkSettings


def build_isensee_published(settings: NetworkSettings, sizes: Sizes) -> nn.Module:
    """Return the published V-net with the logits of three levels summed; 518 099 parameters at 4 filters.

    Batch normalisation takes the place of the original's instance normalisation; the
    original is "isensee17".
    """
    return build_published(settings, sizes, residual=True, segmentation_levels=3)
