import pytest
import torch

from napari_rpdl.errors import InputError
from napari_rpdl.learning.networks import build_network, check_grid, expect_foreground
from napari_rpdl.settings import NetworkSettings


@pytest.mark.parametrize("channels", [(4, 8), (4, 8, 8), (4, 4, 8, 8)])
def test_logits_have_the_grid_of_the_input(channels):
    settings = NetworkSettings(channels=channels)
    grid = 2 * 2 ** (len(channels) - 1)
    check_grid(settings, grid)
    network = build_network(settings, 3)
    assert network(torch.zeros(2, 3, grid, grid, grid)).shape == (2, 1, grid, grid, grid)


@pytest.mark.parametrize(("grid", "levels"), [(20, 4), (8, 4), (63, 2)])
def test_a_grid_that_cannot_be_halved_is_refused_with_the_remedy(grid, levels):
    factor = 2 ** (levels - 1)
    with pytest.raises(InputError, match=f"multiple of {factor} and at least {2 * factor}, got {grid}"):
        check_grid(NetworkSettings(channels=(4,) * levels), grid)


def test_an_untrained_network_expects_the_foreground_of_the_training_set():
    torch.manual_seed(0)
    network = build_network(NetworkSettings(channels=(8, 16, 16)), 4)
    expect_foreground(network, 0.04)
    probability = network(torch.randn(2, 4, 16, 16, 16)).sigmoid().median().item()
    assert probability == pytest.approx(0.04, abs=0.02)


def test_dropout_acts_only_while_training():
    torch.manual_seed(0)
    network = build_network(NetworkSettings(channels=(4, 8), dropout=0.5), 1)
    volume = torch.randn(1, 1, 8, 8, 8)
    assert not torch.equal(network(volume), network(volume))
    network.eval()
    assert torch.equal(network(volume), network(volume))
