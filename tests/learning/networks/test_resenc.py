from itertools import pairwise

import torch
from torch import nn

from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.learning.networks.resenc import build_resenc
from napari_rpdl.settings import NetworkSettings

SETTINGS = NetworkSettings(channels=(4, 8, 12))


def test_its_parameters_are_those_of_its_blocks(count):
    """Counted by hand: no biases but the head's; norms with scale and shift; 1³ shortcuts where widths change."""

    def residual(above, width):
        shortcut = above * width + 2 * width if above != width else 0
        return 27 * above * width + 27 * width * width + 2 * 2 * width + shortcut

    def up(below, width):
        return 8 * below * width + 27 * 2 * width * width + 27 * width * width + 2 * 2 * width

    blocks = residual(2, 4) + residual(4, 8) + residual(8, 8) + residual(8, 12) + residual(12, 12)
    assert count(build_resenc(SETTINGS, Sizes(2, 3))) == blocks + up(12, 8) + up(8, 4) + (4 * 3 + 3)


def test_it_has_the_documented_size(count):
    """By the same blocks, for the usual channels, one channel in and one out."""
    widths = (16, 32, 64, 128)

    def residual(above, width):
        return 27 * width * (above + width) + 4 * width + (above * width + 2 * width if above != width else 0)

    down = residual(1, 16) + sum(residual(a, w) + residual(w, w) for a, w in pairwise(widths))
    up = sum(8 * b * w + 27 * 3 * w * w + 4 * w for w, b in pairwise(widths))
    assert count(build_resenc(NetworkSettings(), Sizes(1))) == down + up + 16 + 1 == 2_574_513


def test_the_encoder_is_residual_and_every_norm_is_of_the_instance():
    network = build_resenc(SETTINGS, Sizes(2))
    norms = [m for m in network.modules() if isinstance(m, nn.InstanceNorm3d)]
    assert norms
    assert all(norm.affine for norm in norms)
    second = network.down[1][1]
    with torch.no_grad():
        for name, weight in second.named_parameters():
            if name.startswith("conv"):
                weight.zero_()
        features = torch.rand(1, 8, 4, 4, 4)
        torch.testing.assert_close(second(features), features)  # only the shortcut is left
