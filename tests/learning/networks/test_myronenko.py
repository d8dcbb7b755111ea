from itertools import pairwise

import pytest
import torch
from monai.networks.nets import SegResNet
from torch.distributions import Normal, kl_divergence
from torch.nn import functional

from napari_rpdl.errors import InputError
from napari_rpdl.learning.networks.interface import Sizes
from napari_rpdl.learning.networks.myronenko import build_myronenko18
from napari_rpdl.settings import NetworkSettings

SIZES = Sizes(2, 1, 32)
VOLUME = torch.randn(2, 2, 32, 32, 32, generator=torch.Generator().manual_seed(0))


def built(**settings):
    torch.manual_seed(0)
    return build_myronenko18(NetworkSettings(name="myronenko18", filters=8, **settings), SIZES)


def test_its_parameters_are_those_of_the_paper_s_table(count):
    """Counted by hand for 64 voxels: 1, 2, 2, 4 blocks down, 1, 1, 1 up; only the last convolutions have a bias."""
    widths = (32, 64, 128, 256)

    def block(width):
        return 2 * (2 * width + 27 * width * width)  # group norm and 3³ convolution, twice

    down = 27 * 32 + sum(27 * a * w for a, w in pairwise(widths)) + sum(map(block, (32, *2 * (64, 128), *4 * (256,))))
    up = sum(2 * width * width + block(width) for width in widths[:3])
    last = 2 * 32 + 32 + 1
    latent = 4**3 * 16  # 16 features at a sixteenth of the grid
    narrow = 2 * 256 + 27 * 256 * 16 + 16 + latent * 256 + 256  # 128 means and 128 deviations
    branch = narrow + 128 * latent + latent + 16 * 256 + up + 32 + 1
    assert count(build_myronenko18(NetworkSettings(), Sizes(1))) == down + up + last + branch == 20_510_834


def test_the_auxiliary_loss_is_a_tenth_of_l2_and_of_kl():
    """Both terms computed again from what passes through the branch."""
    network = built()
    seen = {}
    network.branch.decode.register_forward_hook(lambda _, __, given: seen.update(image=given.detach()))
    network.branch.statistics.register_forward_hook(lambda _, __, given: seen.update(latents=given.detach()))
    network(VOLUME)
    mean, raw = seen["latents"][:, :128], seen["latents"][:, 128:]
    kl = 2 * kl_divergence(Normal(mean, functional.softplus(raw)), Normal(0.0, 1.0)).sum(1).mean() / 32**3
    l2 = (seen["image"] - VOLUME).square().mean()
    assert network.auxiliary_loss().item() == pytest.approx((0.1 * l2 + 0.1 * kl).item(), rel=1e-4)


def test_the_branch_teaches_the_encoder_but_not_the_decoder_of_the_segmentation():
    network = built()
    network(VOLUME)
    network.auxiliary_loss().backward()
    learned = {name for name, parameter in network.named_parameters() if parameter.grad is not None}
    assert any(name.startswith("segmentation.down_layers") for name in learned)
    assert not any(name.startswith(("segmentation.up", "segmentation.conv_final")) for name in learned)


@pytest.mark.parametrize("vae", ["original", "monai", "off"])
def test_there_is_an_auxiliary_loss_once_and_only_while_training(vae):
    network = built(vae=vae)
    network(VOLUME)
    assert (network.auxiliary_loss() is None) == (vae == "off")
    assert network.auxiliary_loss() is None
    network(VOLUME)
    network.eval()
    with torch.no_grad():
        assert network(VOLUME).shape == (2, 1, 32, 32, 32)
    assert network.auxiliary_loss() is None


def test_monai_s_branch_has_no_parameter_that_never_learns():
    network = built(vae="monai")
    (network(VOLUME).square().mean() + network.auxiliary_loss()).backward()
    assert [name for name, parameter in network.named_parameters() if parameter.grad is None] == []


def test_the_segmentation_is_monai_s(count):
    peer = SegResNet(3, 32, 1, 1, blocks_down=(1, 2, 2, 4), blocks_up=(1, 1, 1))
    network = build_myronenko18(NetworkSettings(vae="off"), Sizes(1))
    assert count(network) == count(peer)


def test_an_untrained_network_works_on_other_grids_when_it_does_not_learn():
    with torch.no_grad():
        assert built().eval()(torch.zeros(1, 2, 48, 48, 48)).shape == (1, 1, 48, 48, 48)


def test_settings_that_contradict_each_other_are_refused():
    with pytest.raises(InputError, match="multiple of 8, got 12"):
        build_myronenko18(NetworkSettings(filters=12), SIZES)
    with pytest.raises(InputError, match='encoding is "ordinal"'):
        built(reconstruction="cross-entropy", encoding="ordinal")


def test_one_hot_structures_may_be_reconstructed_by_cross_entropy():
    network = built(reconstruction="cross-entropy")
    one_hot = functional.one_hot((VOLUME[:, 0] > 0).long()).movedim(-1, 1).float()
    network(one_hot)
    # An untrained branch knows nothing of two classes: about log 2 nats.
    assert network.auxiliary_loss().item() == pytest.approx(0.1 * 0.69, rel=0.5)
