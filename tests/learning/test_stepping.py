from types import SimpleNamespace

import pytest
import torch
from torch import nn

from napari_rpdl.events import Said
from napari_rpdl.learning.losses import make_loss
from napari_rpdl.learning.losses.cross_entropy import WeightedCrossEntropyLoss
from napari_rpdl.learning.networks import build_network
from napari_rpdl.learning.plan import Draw
from napari_rpdl.learning.sampling import Bones, make_batch, pack
from napari_rpdl.learning.stepping import Stepper
from napari_rpdl.settings import ComputationSettings, LossSettings, NetworkSettings, TrainingSettings

CPU = torch.device("cpu")
SETTINGS = TrainingSettings(grid=16, network=NetworkSettings(channels=(4, 8)))


@pytest.fixture
def batch(small_dataset):
    bones = Bones([pack(case, SETTINGS, True) for case in small_dataset], CPU)
    return make_batch(bones, [Draw(i) for i in (0, 1, 2, 0, 1)], small_dataset.table.codes, SETTINGS)


def stepper(batch, settings=SETTINGS, network=None, **computation):
    torch.manual_seed(0)
    network = network or build_network(settings.network, batch.inputs.shape[1])
    return Stepper(network.train(), make_loss(settings, 0.05), ComputationSettings(**computation), CPU)


def gradients(stepper, batch, *key):
    loss, share = stepper.step(batch, *(key or (0,)))
    return loss, share, [p.grad.clone() for p in stepper.network.parameters()]


@pytest.mark.parametrize("loss", ["rpdl", "rpdl-published", "wcel", "bce+surgeon-dice"])
@pytest.mark.parametrize("reduction", ["batch", "bone"])
@pytest.mark.parametrize("size", [1, 2])
def test_parts_give_the_gradient_of_the_whole(batch, loss, reduction, size):
    """The bones have different regions, so pooled losses really depend on all of them."""
    settings = SETTINGS.model_copy(update={"loss": loss, "loss_options": LossSettings(reduction=reduction)})
    whole, share, wanted = gradients(stepper(batch, settings), batch)
    parts, same_share, found = gradients(stepper(batch, settings, micro_batch=size), batch)
    torch.testing.assert_close(parts, whole)
    torch.testing.assert_close(same_share, share)
    largest = max(gradient.abs().max() for gradient in wanted)
    for ours, theirs in zip(found, wanted, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=float(largest) * 1e-5)


@pytest.mark.parametrize("size", [0, 2])
def test_another_loss_may_give_the_gradient(batch, size):
    settings = SETTINGS.model_copy(update={"loss": "rpdl-published"})
    value, _, _ = gradients(stepper(batch, settings), batch)
    _, _, wanted = gradients(stepper(batch, SETTINGS.model_copy(update={"loss": "bce"})), batch)
    ours = stepper(batch, settings, micro_batch=size)
    loss, _ = ours.step(batch, 0, follow=WeightedCrossEntropyLoss())
    torch.testing.assert_close(loss, value)
    for parameter, gradient in zip(ours.network.parameters(), wanted, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, rtol=1e-3, atol=1e-6)


class _Greedy(nn.Module):
    """Runs out of memory for more than ``most`` bones."""

    def __init__(self, network: nn.Module, most: int) -> None:
        super().__init__()
        self.network, self.most = network, most

    def forward(self, inputs):
        if len(inputs) > self.most:
            torch.empty(2**60, dtype=torch.uint8)
        return self.network(inputs)


def test_memory_that_runs_out_halves_the_parts_and_says_so(batch):
    network = build_network(SETTINGS.network, batch.inputs.shape[1])
    _, _, wanted = gradients(stepper(batch, network=network), batch)
    greedy = stepper(batch, network=_Greedy(network, 1))
    _, _, found = gradients(greedy, batch)
    largest = max(gradient.abs().max() for gradient in wanted)
    for ours, theirs in zip(found, wanted, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=float(largest) * 1e-5)
    said = list(greedy.news())
    assert [type(event) for event in said] == [Said, Said]
    assert "1 bone at a time" in said[-1].text
    greedy.step(batch, 0)
    assert list(greedy.news()) == [], "it has learned how much fits"


def test_memory_too_small_for_one_bone_is_an_error(batch):
    with pytest.raises(RuntimeError, match=r"not enough memory|can't allocate memory"):
        stepper(batch, network=_Greedy(build_network(SETTINGS.network, batch.inputs.shape[1]), 0)).step(batch, 0)


def test_parts_update_running_statistics_once():
    """A batch norm that saw each part once; the trial passes leave no trace."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv3d(1, 1, 1), nn.BatchNorm3d(1))
    in_parts = Stepper(network.train(), nn.Identity(), ComputationSettings(micro_batch=1), CPU)
    in_parts.loss = lambda logits, targets: logits.square().mean()
    in_parts.step(SimpleNamespace(inputs=torch.randn(3, 1, 4, 4, 4), targets=SimpleNamespace(bones=3)), 0)
    assert network[1].num_batches_tracked == 3


def test_dropout_is_a_function_of_the_key(batch):
    settings = SETTINGS.model_copy(update={"network": NetworkSettings(channels=(4, 8), dropout=0.5)})
    losses = [gradients(stepper(batch, settings), batch, *key)[0].item() for key in ((1, 2), (1, 2), (1, 3))]
    assert losses[0] == losses[1] != losses[2]


@pytest.mark.parametrize("computation", [{"precision": "bfloat16"}, {"channels_last": True}])
def test_other_arithmetic_gives_nearly_the_same(batch, computation):
    plain, _, _ = gradients(stepper(batch), batch)
    other, _, found = gradients(stepper(batch, **computation), batch)
    assert other.dtype == torch.float32
    torch.testing.assert_close(other, plain, rtol=0.02, atol=0.02)
    assert all(torch.isfinite(gradient).all() for gradient in found)


class _WithAuxiliary(nn.Module):
    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.extra = nn.Parameter(torch.ones(()))

    def forward(self, inputs):
        self._last = inputs.mean() * 0 + 3 * self.extra
        return self.network(inputs)

    def auxiliary_loss(self):
        return self._last


@pytest.mark.parametrize("size", [0, 2])
def test_an_auxiliary_loss_counts_once_per_batch(batch, size):
    network = _WithAuxiliary(build_network(SETTINGS.network, batch.inputs.shape[1]))
    stepper(batch, network=network, micro_batch=size).step(batch, 0)
    assert network.extra.grad.item() == pytest.approx(3)


@pytest.mark.parametrize(
    ("last", "result"),
    [(nn.Dropout3d(0.0), "the same"), (nn.Dropout3d(0.3), "another"), (nn.BatchNorm3d(1), "another")],
    ids=str,
)
def test_memory_that_runs_out_is_said_with_what_it_changes(batch, last, result):
    network = nn.Sequential(build_network(SETTINGS.network, batch.inputs.shape[1]), last)
    greedy = stepper(batch, network=_Greedy(network, 1))
    greedy.step(batch, 0)
    assert f"with {result} result" in [event.text for event in greedy.news()][-1]
