from pathlib import Path

import pytest
import torch
from torch import nn

from napari_rpdl.errors import InputError
from napari_rpdl.learning.networks import (
    NETWORKS,
    HasAuxiliaryLoss,
    build_network,
    check_grid,
    check_network,
    expect_foreground,
    load_pretrained,
)
from napari_rpdl.settings import NetworkSettings, TrainingSettings
from napari_rpdl.settings.effect import RULES

FACTORS = {
    "unet": 2, "resenc": 2, "unet-published": 16, "vnet-published": 16, "isensee-published": 16,
    "unet-cicek16": 8, "vnet-milletari16": 16, "isensee17": 16, "myronenko18": 16, "med3d": 32,
}  # fmt: skip
"""Of the networks below; as docs/networks.md says."""


PARAMETERS = {
    "unet": (486_001, 491_617),
    "resenc": (2_574_513, 2_580_337),
    "unet-published": (518_073, 519_477),
    "vnet-published": (518_073, 519_477),
    "isensee-published": (518_099, 519_503),
    "unet-cicek16": (19_072_769, 19_084_001),
    "vnet-milletari16": (45_593_537, 45_623_777),
    "isensee17": (9_462_115, 9_467_731),
    "myronenko18": (20_510_834, 20_522_495),
    "med3d": (67_673_233, 67_673_248),
}
"""With 1 and with 14 channels in, at 64 voxels. The tests of each network count the first by another way."""
DOCUMENT = Path(__file__).parents[3] / "docs" / "networks.md"


def small(name, **others):
    narrow = {} if name in ("vnet-milletari16", "med3d") else {"filters": 8}
    return NetworkSettings(name=name, channels=(4, 8), **narrow, **others)


def test_every_name_in_the_settings_is_a_network():
    assert set(NETWORKS) == set(FACTORS)
    assert {NetworkSettings(name=name).name for name in NETWORKS} == set(NETWORKS)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_has_as_many_parameters_as_the_document_says(name):
    with torch.device("meta"):  # no numbers, so it costs nothing
        networks = [build_network(NetworkSettings(name=name), channels) for channels in (1, 14)]
    counted = tuple(sum(p.numel() for p in network.parameters() if p.requires_grad) for network in networks)
    assert counted == PARAMETERS[name]
    rows = [row for row in DOCUMENT.read_text(encoding="utf-8").splitlines() if row.startswith(f"| `{name}`")]
    assert [f"{number:,}".replace(",", " ") in row for number, row in zip(counted, rows, strict=True)] == [True, True]


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_fits_the_bone_learns_everywhere_and_starts_at_the_foreground_s_share(name):
    """One pass forward and back through each network; they are too slow for a pass per claim."""
    torch.manual_seed(0)
    grid = max(2 * FACTORS[name], 16) if name != "med3d" else 32  # two bones are enough for batch norm at 1 voxel
    network = build_network(small(name), 3, grid)
    inputs = torch.randn(2, 3, grid, grid, grid)
    logits = network(inputs)
    assert logits.shape == (2, 1, grid, grid, grid)
    loss = logits.square().mean()
    if isinstance(network, HasAuxiliaryLoss):
        loss = loss + network.auxiliary_loss()
    loss.backward()
    assert [n for n, p in network.named_parameters() if p.grad is None or not p.grad.isfinite().all()] == []
    # A checkpoint without pickle cannot hold tensors that share memory.
    pointers = [tensor.data_ptr() for tensor in network.state_dict().values()]
    assert len(set(pointers)) == len(pointers)

    network.eval()
    with torch.no_grad():
        expect_foreground(network, 0.5)
        even = network(inputs[:1])
        expect_foreground(network, 0.04)
        rare = network(inputs[:1])
    torch.testing.assert_close(rare - even, torch.full_like(even, -3.1780538), atol=1e-4, rtol=0)


@pytest.mark.parametrize("name", [n for n in NETWORKS if n not in ("vnet-milletari16", "med3d")])
def test_any_documented_size_will_do_and_each_surgeon_may_have_a_head(name):
    factor = FACTORS[name]
    network = build_network(small(name, surgeon_heads=True), 2, 2 * factor, surgeons=7).eval()
    for grid in (2 * factor, 3 * factor):
        check_grid(small(name), grid)
        with torch.no_grad():
            assert network(torch.zeros(1, 2, grid, grid, grid)).shape == (1, 7, grid, grid, grid)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_grid_that_does_not_suit_a_network_is_refused_with_the_remedy(name):
    factor = FACTORS[name]
    for grid in (2 * factor + 1, factor):
        with pytest.raises(InputError, match=f"{name} with .* multiple of {factor} and at least {2 * factor}, got"):
            check_grid(small(name), grid)


@pytest.mark.parametrize(("grid", "levels"), [(20, 4), (8, 4), (63, 2)])
def test_a_grid_that_cannot_be_halved_is_refused_with_the_remedy(grid, levels):
    factor = 2 ** (levels - 1)
    with pytest.raises(InputError, match=f"multiple of {factor} and at least {2 * factor}, got {grid}.*fewer channels"):
        check_grid(NetworkSettings(channels=(4,) * levels), grid)


@pytest.mark.parametrize("name", ["unet", "resenc", "unet-published", "isensee17", "unet-cicek16", "myronenko18"])
def test_dropout_acts_only_while_training(name):
    torch.manual_seed(0)
    settings = small(name, dropout=0.5).model_copy(update={"vae": "off"})
    grid = 2 * FACTORS[name]
    network = build_network(settings, 1, grid)
    volume = torch.randn(2, 1, grid, grid, grid)
    with torch.no_grad():
        assert not torch.equal(network(volume), network(volume))
        network.eval()
        assert torch.equal(network(volume), network(volume))


@pytest.mark.parametrize(
    ("settings", "grid", "says"),
    [
        (NetworkSettings(name="med3d", weights="nowhere.pth"), 64, r"There is no file nowhere\.pth"),
        (NetworkSettings(name="myronenko18", filters=12), 64, "multiple of 8, got 12"),
        (NetworkSettings(name="med3d"), 32, "multiple of 32 and at least 64, got 32"),
    ],
)
def test_what_cannot_work_is_known_before_a_bone_is_read(settings, grid, says):
    with pytest.raises(InputError, match=says):
        check_network(settings, grid)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_setting_shapes_the_networks_for_which_it_is_said_to_count_and_no_others(name):
    others = {
        "channels": (4, 8), "filters": 8, "stride_padding": "symmetric", "vae": "off", "stages": "dilated",
        "last_layer": "monai",
    }  # fmt: skip
    training = TrainingSettings(network=NetworkSettings(name=name))

    def shape(**change):
        with torch.device("meta"):  # no numbers, so it costs nothing
            return str(build_network(training.network.model_copy(update=change), 1))

    usual = shape()
    for field, value in others.items():
        (counts,) = (rule.counts(training) for rule in RULES if f"network.{field}" in rule.fields)
        assert (shape(**{field: value}) != usual) == counts, field


@pytest.mark.parametrize("name", ["unet", "resenc", "unet-published", "isensee17", "unet-cicek16", "med3d"])
def test_a_single_bone_on_the_smallest_grid_is_enough_for_every_norm(name):
    """What leaves two voxels along each axis at the coarsest level, leaves batch norm eight values to compare."""
    torch.manual_seed(0)
    grid = 2 * FACTORS[name]
    check_grid(small(name), grid)
    assert network_trains(build_network(small(name), 1, grid), grid)


def network_trains(network: nn.Module, grid: int) -> bool:
    network.train()(torch.randn(1, 1, grid, grid, grid)).square().mean().backward()
    return all(parameter.grad.isfinite().all() for parameter in network.parameters())


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_is_fine_at_64_voxels(name):
    check_network(NetworkSettings(name=name), 64)


def test_without_a_file_a_network_keeps_its_fresh_weights():
    network = nn.Linear(1, 1)
    before = network.weight.clone()
    load_pretrained(network, NetworkSettings(name="med3d"))
    assert torch.equal(network.weight, before)
