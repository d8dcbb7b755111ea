import numpy as np
import pytest
import torch

from napari_rpdl.learning.schedules import learning_rate
from napari_rpdl.settings import OptimisationSettings, TrainingSettings


def rates(settings, steps, plateau_rate=0.1):
    return [learning_rate(settings, plateau_rate, step, 4) for step in range(steps)]


def with_(**options):
    return TrainingSettings(learning_rate=0.1, epochs=5, optimisation=OptimisationSettings(**options))


def test_plateau_keeps_what_the_plateaus_have_left():
    assert rates(with_(), 20, 0.025) == [0.025] * 20


def test_cosine_is_that_of_pytorch():
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    theirs = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=20)
    expected = []
    for _ in range(20):
        expected.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        theirs.step()
    assert rates(with_(schedule="cosine"), 20) == pytest.approx(expected)


@pytest.mark.parametrize("schedule", ["plateau", "cosine"])
def test_warm_up_rises_step_by_step_and_meets_the_schedule(schedule):
    found = rates(with_(schedule=schedule, warm_up=2), 20)
    assert found[:8] == pytest.approx(0.1 * np.arange(1, 9) / 9)
    assert found[8] == pytest.approx(0.1)
    assert all(0 < rate <= 0.1 for rate in found)
