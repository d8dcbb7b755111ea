import torch
from torch import nn

from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.learning.networks.isensee import build_isensee17
from napari_rpdl.settings import NetworkSettings

WIDTHS = (16, 32, 64, 128, 256)


def test_its_parameters_are_those_of_the_paper_s_layers(count):
    """Convolutions without bias where a norm with scale and shift follows, counted by hand."""
    entrances = sum(27 * above * width for above, width in zip((1, *WIDTHS), WIDTHS, strict=False))
    contexts = sum(2 * 27 * w * w + 2 * 2 * w for w in WIDTHS)
    risers = sum(27 * 2 * w * w + 2 * w for w in WIDTHS[:4])
    localisations = sum(27 * (2 * w) ** 2 + 2 * 2 * w + 2 * w * w + 2 * w for w in WIDTHS[:4])
    segmentations = sum(w + 1 for w in WIDTHS[:3])
    expected = entrances + contexts + risers + localisations + segmentations
    assert count(build_isensee17(NetworkSettings(), Sizes(1))) == expected == 9_462_115


def test_norm_and_slope_are_the_paper_s():
    network = build_isensee17(NetworkSettings(filters=4, dropout=0.3), Sizes(1))
    assert {m.negative_slope for m in network.modules() if isinstance(m, nn.LeakyReLU)} == {0.01}
    assert [m.p for m in network.modules() if isinstance(m, nn.Dropout3d)] == [0.3] * 5
    assert not any(isinstance(m, nn.BatchNorm3d) for m in network.modules())


def test_context_modules_activate_before_they_convolve():
    """Pre-activation (He et al. 2016): nothing stands between a convolution and the sum; dropout lies in the middle."""
    network = build_isensee17(NetworkSettings(filters=4), Sizes(1))
    activation = [nn.InstanceNorm3d, nn.LeakyReLU]
    expected = [*activation, nn.Conv3d, nn.Dropout3d, *activation, nn.Conv3d]
    assert all([type(part) for part in context] == expected for context in network.contexts)
    assert all(isinstance(entrance, nn.Conv3d) for entrance in network.entrances)


def test_a_context_module_does_not_change_what_the_sum_adds():
    context = build_isensee17(NetworkSettings(filters=4), Sizes(1)).contexts[0]
    entered = torch.randn(1, 4, 4, 4, 4)
    before = entered.clone()
    context(entered)
    assert torch.equal(entered, before)
