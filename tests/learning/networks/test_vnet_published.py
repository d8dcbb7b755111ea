import torch

from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.learning.networks.unet_published import build_unet_published
from napari_rpdl.learning.networks.vnet_published import build_vnet_published
from napari_rpdl.settings import NetworkSettings


def test_it_has_the_parameters_of_the_authors_network(count):
    assert count(build_vnet_published(NetworkSettings(), Sizes(1))) == 518_073


def test_it_is_the_published_u_net_with_five_sums():
    torch.manual_seed(0)
    network = build_vnet_published(NetworkSettings(), Sizes(1)).eval()
    plain = build_unet_published(NetworkSettings(), Sizes(1)).eval()
    plain.load_state_dict(network.state_dict())
    volume = torch.randn(1, 1, 32, 32, 32)
    with torch.no_grad():
        assert not torch.allclose(network(volume), plain(volume), atol=1e-3)
        for context in network.contexts:
            context.register_forward_hook(lambda _, taken, given: given - taken[0])
        torch.testing.assert_close(network(volume), plain(volume), atol=1e-4, rtol=1e-4)
