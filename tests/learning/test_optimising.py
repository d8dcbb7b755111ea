import pytest
import torch
from torch import nn

from napari_rpdl.learning.optimising import WeightAverage, clip, make_optimiser, set_learning_rate
from napari_rpdl.settings import OptimisationSettings, TrainingSettings


def test_weight_decay_of_adamw_is_apart_from_the_gradient():
    """Without a gradient AdamW shrinks a weight by rate times decay; Adam would normalise the pull to the rate."""
    weights = {}
    for name in ("adam", "adamw"):
        network = nn.Linear(1, 1, bias=False)
        nn.init.constant_(network.weight, 2.0)
        options = OptimisationSettings(optimiser=name, weight_decay=0.1)
        optimiser = make_optimiser(network, TrainingSettings(learning_rate=0.01, optimisation=options))
        network.weight.grad = torch.zeros_like(network.weight)
        optimiser.step()
        weights[name] = network.weight.item()
    assert weights["adamw"] == pytest.approx(2 * (1 - 0.01 * 0.1))
    assert weights["adam"] == pytest.approx(2 - 0.01, abs=1e-5)


def test_the_learning_rate_is_that_of_the_next_step():
    network = nn.Linear(1, 1)
    optimiser = make_optimiser(network, TrainingSettings())
    set_learning_rate(optimiser, 0.125)
    assert [group["lr"] for group in optimiser.param_groups] == [0.125]


@pytest.mark.parametrize(("limit", "length"), [(0, 5.0), (1, 1.0), (10, 5.0)])
def test_long_gradients_are_shortened(limit, length):
    network = nn.Linear(2, 1, bias=False)
    network.weight.grad = torch.tensor([[3.0, 4.0]])
    clip(network, OptimisationSettings(clipping=limit))
    assert network.weight.grad.norm().item() == pytest.approx(length, rel=1e-5)


def test_the_mean_follows_the_formula():
    network = nn.Sequential(nn.Linear(1, 1, bias=False), nn.BatchNorm1d(1, affine=False))
    average = WeightAverage(network, 0.5)
    expected = network[0].weight.item()
    for steps in range(1, 12):
        with torch.no_grad():
            network[0].weight.fill_(float(steps))
            network[1].running_mean.fill_(steps)
        average.update(network, steps)
        memory = min(0.5, (1 + steps) / (10 + steps))
        expected = memory * expected + (1 - memory) * steps
        assert average.network[0].weight.item() == pytest.approx(expected, rel=1e-5)
    assert average.network[1].running_mean.item() == 11
    assert not any(parameter.requires_grad for parameter in average.network.parameters())
