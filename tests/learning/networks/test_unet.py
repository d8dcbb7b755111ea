from itertools import pairwise

from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.learning.networks.unet import build_unet
from napari_rpdl.settings import NetworkSettings


def test_no_convolution_works_on_the_full_grid():
    """What makes it fast: every convolution that reads full-size features has stride 2."""
    network = build_unet(NetworkSettings(channels=(4, 8, 16)), Sizes(3))
    first, *_ = (m for m in network.modules() if type(m).__name__ == "Conv3d")
    assert first.stride == (2, 2, 2)


def test_its_parameters_are_those_of_its_layers(count):
    """Down 3 -> 4, bottom 4 -> 8, up 12 -> 1 (transposed); each with bias, norms with scale and shift."""
    convolutions = (27 * 3 * 4 + 4) + (27 * 4 * 8 + 8) + (27 * 12 * 1 + 1)
    assert count(build_unet(NetworkSettings(channels=(4, 8)), Sizes(3))) == convolutions + 2 * (4 + 8)


def test_it_has_the_documented_size(count):
    """Four levels, one channel in and out; on the way up, a transposed convolution takes the skip and what is below."""
    down = sum(27 * above * width + 3 * width for above, width in pairwise((1, 16, 32, 64, 128)))
    up = sum(27 * incoming * width + 3 * width for incoming, width in ((64 + 128, 32), (32 + 32, 16)))
    last = 27 * (16 + 16) * 1 + 1  # neither norm nor activation
    assert count(build_unet(NetworkSettings(), Sizes(1))) == down + up + last == 486_001
