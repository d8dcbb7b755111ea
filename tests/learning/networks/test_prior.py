"""How often an untrained network says "drilled", on phantom (synthetic) bones."""

import numpy as np
import pytest
import torch
from scipy.optimize import brentq
from scipy.special import expit
from torch import nn

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.sample import sample_dataset_folder
from napari_rpdl.learning.devices import seeded
from napari_rpdl.learning.networks import NETWORKS, build_network, expect_foreground, missed_foreground, move_bias
from napari_rpdl.learning.networks.prior import NEAR
from napari_rpdl.learning.plan import Draw
from napari_rpdl.learning.sampling import Bones, make_batch, pack
from napari_rpdl.settings import NetworkSettings, TrainingSettings
from napari_rpdl.settings.effect import PUBLISHED

SHARE = 0.04
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def inputs_of():
    """Give what a network sees of four phantom bones."""
    dataset = Dataset.open(sample_dataset_folder())
    cases = [dataset.case(case_id) for case_id in dataset.case_ids[:4]]

    def inputs(encoding: str, grid: int) -> torch.Tensor:
        settings = TrainingSettings(network=NetworkSettings(encoding=encoding), grid=grid)
        bones = Bones([pack(case, settings, True, dataset.surgeons) for case in cases], CPU)
        return make_batch(bones, [Draw(index) for index in range(len(cases))], dataset.table.codes, settings).inputs

    return inputs


def mean_probability(network: nn.Module, bones: torch.Tensor) -> torch.Tensor:
    with torch.no_grad(), seeded(CPU, 1):
        return network.train()(bones).sigmoid().mean((0, 2, 3, 4))


@pytest.mark.parametrize(
    ("name", "encoding"),
    [*((name, "one-hot") for name in NETWORKS), *((name, "ordinal") for name in ("unet", "isensee17", *PUBLISHED))],
)
def test_every_network_starts_at_the_share_of_drilled_voxels(name, encoding, inputs_of):
    bones = inputs_of(encoding, 64 if name == "med3d" else 32)
    with seeded(CPU, 2):
        network = build_network(NetworkSettings(name=name, encoding=encoding), bones.shape[1], bones.shape[-1])
    expect_foreground(network, SHARE)
    move_bias(network, missed_foreground(network, SHARE, bones[:2]))
    others = mean_probability(network, bones[2:])
    assert SHARE / (1.1 * NEAR) < others.item() < SHARE * 1.1 * NEAR


@pytest.mark.parametrize("name", ["isensee17", "isensee-published"])
def test_summed_heads_miss_it_without_a_look_at_bones(name, inputs_of):
    """So that the test above is one; with these weights both miss it by more than what counts as near."""
    bones = inputs_of("one-hot", 32)
    with seeded(CPU, 2):
        network = build_network(NetworkSettings(name=name), bones.shape[1], 32)
    expect_foreground(network, SHARE)
    assert not SHARE / NEAR < mean_probability(network, bones[:2]).item() < SHARE * NEAR


def test_each_surgeon_s_head_starts_there(inputs_of):
    bones = inputs_of("ordinal", 32)
    settings = NetworkSettings(name="isensee17", encoding="ordinal", surgeon_heads=True)
    with seeded(CPU, 2):
        network = build_network(settings, 1, 32, surgeons=3)
    expect_foreground(network, SHARE)
    missed = missed_foreground(network, SHARE, bones[:2])
    assert len(missed) == 3
    move_bias(network, missed)
    means = mean_probability(network, bones[:2])
    assert ((means > SHARE / NEAR) & (means < SHARE * NEAR)).all()


class Shifted(nn.Module):
    """Logits that are the input and a bias."""

    def __init__(self) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(2))
        self.norm = nn.BatchNorm3d(2, affine=False)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        self.norm(inputs)
        return inputs + self.bias[:, None, None, None]


def test_the_offset_is_the_root_that_scipy_finds():
    torch.manual_seed(0)
    inputs = torch.randn(2, 2, 6, 6, 6) * torch.tensor([0.1, 2.0]).view(1, 2, 1, 1, 1) + 1.0
    network = Shifted()
    expect_foreground(network, SHARE)
    logits = (inputs + network.bias.detach()[:, None, None, None]).double().numpy()
    roots = [brentq(lambda d, z=logits[:, c]: expit(z + d).mean() - SHARE, -20, 20) for c in range(2)]
    np.testing.assert_allclose(missed_foreground(network, SHARE, inputs), roots, rtol=1e-6)


def test_what_is_near_stays_bit_for_bit():
    network = Shifted()
    expect_foreground(network, SHARE)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    missed = missed_foreground(network, SHARE, torch.full((1, 2, 4, 4, 4), 0.9 * np.log(NEAR)))
    assert missed == [0.0, 0.0]
    move_bias(network, missed)
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items()), "statistics, too"
    far = missed_foreground(network, SHARE, torch.full((1, 2, 4, 4, 4), 2 * float(np.log(NEAR))))
    assert far == pytest.approx([-2 * np.log(NEAR)] * 2)


def test_no_number_is_left_for_the_training_to_report():
    assert missed_foreground(Shifted(), SHARE, torch.full((1, 2, 4, 4, 4), torch.nan)) == [0.0, 0.0]
