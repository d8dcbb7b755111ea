import pytest
import torch
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


def test_kernels_and_activation_are_the_paper_s():
    network = build_vnet_milletari16(NetworkSettings(), Sizes(1))
    assert any(isinstance(m, nn.PReLU) for m in network.modules())
    assert {m.kernel_size[0] for m in network.modules() if isinstance(m, nn.Conv3d)} == {1, 2, 5}


def test_its_parameters_are_those_of_its_layers(count):
    """Counted by hand: no biases where batch norm follows, but in the transposed convolutions; PReLU per feature."""

    def convolutions(width, number):
        return number * (125 * width * width + 3 * width)

    first = 125 * 16 + 3 * 16
    down = [(16, 32, 1), (32, 64, 2), (64, 128, 3), (128, 256, 2)]
    up = [(256, 256, 2), (256, 128, 2), (128, 64, 1), (64, 32, 1)]
    descent = sum(8 * above * width + 4 * width + convolutions(width, number) for above, width, number in down)
    ascent = sum(
        8 * below * (width // 2) + 4 * (width // 2) + width + convolutions(width, number) for below, width, number in up
    )
    body = first + descent + ascent
    assert count(build_vnet_milletari16(NetworkSettings(), Sizes(1))) == body + 32 + 1 == 45_593_537
    monai = build_vnet_milletari16(NetworkSettings(last_layer="monai"), Sizes(1))
    # MONAI 1.6.1 with PReLU, one channel in and out, as counted outside this project.
    assert count(monai) == body + 125 * 32 + 2 + 1 + 2 == 45_597_509


def test_the_paper_s_last_layer_weighs_the_features_of_each_voxel_alone():
    torch.manual_seed(0)
    network = build_vnet_milletari16(NetworkSettings(), Sizes(1, 3)).eval()
    seen = {}
    network.up_tr32.register_forward_hook(lambda _, __, given: seen.update(features=given))
    with torch.no_grad():
        logits = network(torch.randn(1, 1, 32, 32, 32))
    weights, bias = network.out_tr.weight.detach()[:, :, 0, 0, 0], network.out_tr.bias.detach()
    expected = torch.einsum("kc,bczyx->bkzyx", weights, seen["features"]) + bias[:, None, None, None]
    torch.testing.assert_close(logits, expected, rtol=1e-4, atol=1e-5)


def test_monai_s_last_layer_fixes_the_spread_of_its_one_channel():
    """Why it is not the default: whatever the features, batch norm gives what PReLU sees mean 0 and variance 1."""
    torch.manual_seed(0)
    network = build_vnet_milletari16(NetworkSettings(last_layer="monai"), Sizes(1)).train()
    seen = {}
    network.out_tr.conv_block.register_forward_hook(lambda _, __, given: seen.update(normed=given))
    with torch.no_grad():
        network(5 * torch.randn(1, 1, 32, 32, 32))
    assert seen["normed"].mean().item() == pytest.approx(0, abs=1e-4)
    assert seen["normed"].std().item() == pytest.approx(1, abs=1e-2)
