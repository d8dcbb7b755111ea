import pytest
from torch import nn

from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.learning.networks.vnet_milletari import build_vnet_milletari16
from napari_rpdl.settings import NetworkSettings


@pytest.mark.parametrize(("channels", "adapted"), [(1, False), (4, False), (14, True)])
def test_channels_that_do_not_divide_sixteen_are_mixed_to_sixteen(channels, adapted):
    network = build_vnet_milletari16(NetworkSettings(), Sizes(channels))
    first = next(m for m in network.modules() if isinstance(m, nn.Conv3d))
    assert first.in_channels == channels
    assert (first.kernel_size == (1, 1, 1)) == adapted


def test_kernels_activation_and_size_are_the_paper_s(count):
    network = build_vnet_milletari16(NetworkSettings(), Sizes(1))
    assert any(isinstance(m, nn.PReLU) for m in network.modules())
    assert {m.kernel_size[0] for m in network.modules() if isinstance(m, nn.Conv3d)} == {1, 2, 5}
    # MONAI 1.6.1 with PReLU, one channel in and out, as counted outside this project.
    assert count(network) == 45_597_509
