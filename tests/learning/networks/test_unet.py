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
