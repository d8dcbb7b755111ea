import torch
from torch import nn

from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.learning.networks.unet_cicek import CicekUNet, build_unet_cicek16
from napari_rpdl.settings import NetworkSettings


def test_it_has_the_parameters_that_the_paper_counts(count):
    """19 069 955 with three input and three output channels, batch norm's scales and shifts left out."""
    network = CicekUNet(Sizes(3, 3), filters=32, dropout=0)
    norms = sum(count(m) for m in network.modules() if isinstance(m, nn.BatchNorm3d))
    assert count(network) - norms == 19_069_955


def test_it_has_the_documented_size(count):
    """The paper's number less two channels of the first and of the last convolution, and with batch norm's."""
    norms = 2 * sum((32, 64, 64, 128, 128, 256, 256, 512, 256, 256, 128, 128, 64, 64))
    expected = 19_069_955 - 2 * 27 * 32 - 2 * (64 + 1) + norms
    assert count(build_unet_cicek16(NetworkSettings(), Sizes(1))) == expected == 19_072_769


def test_features_double_before_each_pooling():
    network = build_unet_cicek16(NetworkSettings(), Sizes(1))
    widths = [m.out_channels for m in network.down.modules() if isinstance(m, nn.Conv3d)]
    assert widths == [32, 64, 64, 128, 128, 256, 256, 512]


def test_it_sees_four_levels():
    """A single voxel changes the logits as far away as the coarsest level reaches, and no further."""
    torch.manual_seed(0)
    network = build_unet_cicek16(NetworkSettings(filters=4), Sizes(1)).eval()
    empty = torch.zeros(1, 1, 8, 8, 96)
    touched = empty.clone()
    touched[..., 0] = 10
    with torch.no_grad():
        changed = (network(touched) - network(empty)).abs().amax((0, 1, 2, 3)) > 0
    reach = int(changed.nonzero().max())
    assert 36 <= reach <= 48
