import torch

from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.learning.networks.published import build_published
from napari_rpdl.settings import NetworkSettings


def test_the_logits_are_the_sum_of_the_levels_nearest_neighbours_repeated():
    torch.manual_seed(0)
    network = build_published(NetworkSettings(), Sizes(1, 2), residual=True, segmentation_levels=3).eval()
    seen = {}
    for level, head in enumerate(network.segmentations):
        head.register_forward_hook(lambda _, __, given, level=level: seen.__setitem__(level, given))
    with torch.no_grad():
        logits = network(torch.randn(1, 1, 32, 32, 32))
    expected = sum(torch.kron(seen[level], torch.ones((1, 1) + (2**level,) * 3)) for level in range(3))
    torch.testing.assert_close(logits, expected)


def test_the_bias_of_the_finest_level_is_that_of_the_output():
    network = build_published(NetworkSettings(), Sizes(1), residual=False, segmentation_levels=3)
    assert network.output_bias() is network.segmentations[0].bias
