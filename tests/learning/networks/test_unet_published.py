from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.learning.networks.unet_published import build_unet_published
from napari_rpdl.settings import NetworkSettings


def test_it_has_the_parameters_of_the_authors_network(count):
    assert count(build_unet_published(NetworkSettings(), Sizes(1))) == 518_073


def test_running_statistics_come_on_top(count):
    """519 177 numbers in the authors' file: two statistics for each feature that is normalised."""
    network = build_unet_published(NetworkSettings(), Sizes(1))
    statistics = sum(b.numel() for name, b in network.named_buffers() if name.endswith(("mean", "var")))
    assert count(network) + statistics == 519_177
