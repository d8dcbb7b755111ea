from torch import nn

from napari_rpdl.learning.networks.interface import HasAuxiliaryLoss, HasOutputBias, Sizes
from napari_rpdl.learning.networks.myronenko import build_myronenko18
from napari_rpdl.settings import NetworkSettings


def test_networks_say_what_they_offer():
    network = build_myronenko18(NetworkSettings(filters=8), Sizes(1, grid=32))
    assert isinstance(network, HasAuxiliaryLoss)
    assert isinstance(network, HasOutputBias)
    assert not isinstance(nn.Identity(), HasAuxiliaryLoss | HasOutputBias)


def test_a_network_is_built_for_one_map_at_the_default_grid():
    assert Sizes(14) == (14, 1, 64)
