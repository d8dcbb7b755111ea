"""The schedule against PyTorch's own (whose patience counts one epoch less)."""

import numpy as np
import pytest
import torch

from napari_rpdl.learning.progress import Progress
from napari_rpdl.settings import OptimisationSettings, TrainingSettings

SETTINGS = TrainingSettings(learning_rate=0.1, decay=0.5, decay_patience=3, stop_patience=7, epochs=100)


def follow(losses, settings=SETTINGS) -> list[Progress]:
    progress = [Progress.start(settings)]
    for loss in losses:
        progress.append(progress[-1].after(loss, settings))
    return progress[1:]


@pytest.mark.parametrize("seed", range(5))
def test_learning_rates_are_those_of_pytorch(seed):
    losses = np.abs(np.cumsum(np.random.default_rng(seed).normal(0, 1, 60))) + 0.5
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser, factor=0.5, patience=2, threshold=1e-4)
    rates = []
    for loss in losses:
        theirs.step(loss)
        rates.append(optimiser.param_groups[0]["lr"])
    assert [p.learning_rate for p in follow(losses)] == pytest.approx(rates)


def test_decays_after_ten_and_stops_after_twenty_by_default():
    settings = TrainingSettings()
    progress = follow([1.0] * 30, settings)
    rates = [p.learning_rate for p in progress]
    assert rates.index(pytest.approx(1e-4)) == 10
    assert [p.reason(settings) for p in progress].index("stopped early") == 20


def test_improvement_is_relative():
    """A loss of millions and one of millionths take the same course."""
    losses = [1, 0.9, 0.9 * (1 - 0.5e-4), 0.8, 0.8, 0.8, 0.8]
    courses = [
        [(p.learning_rate, p.best_epoch) for p in follow([loss * scale for loss in losses])] for scale in (1e6, 1, 1e-6)
    ]
    assert courses[0] == courses[1] == courses[2]
    assert [best for _, best in courses[0]] == [1, 2, 2, 4, 4, 4, 4]


def test_the_last_epoch_finishes():
    settings = SETTINGS.model_copy(update={"epochs": 2})
    assert [p.reason(settings) for p in follow([1.0, 0.5], settings)] == [None, "finished"]


def test_it_survives_a_file():
    progress = follow([3.0, 2.0, 2.5])[-1]
    assert Progress.model_validate_json(progress.model_dump_json()) == progress


ABSOLUTE = SETTINGS.model_copy(update={"optimisation": OptimisationSettings(plateau="absolute")})


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_an_absolute_threshold_decays_as_pytorch_does(scale):
    losses = (np.abs(np.cumsum(np.random.default_rng(1).normal(0, 1, 60))) + 0.5) * scale
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimiser, factor=0.5, patience=2, threshold=1e-4, threshold_mode="abs", eps=0
    )
    rates = []
    for loss in losses:
        theirs.step(loss)
        rates.append(optimiser.param_groups[0]["lr"])
    assert [p.learning_rate for p in follow(losses, ABSOLUTE)] == pytest.approx(rates)


def test_the_published_pathology():
    """Creeping by 1e-7 an epoch decays the rate for ever and never stops; the relative threshold stops."""
    losses = [0.9415 - 1e-7 * epoch for epoch in range(60)]
    published = follow(losses, ABSOLUTE)
    assert published[-1].learning_rate < 1e-5 * SETTINGS.learning_rate
    assert not any(p.should_stop(ABSOLUTE) for p in published)
    assert any(p.should_stop(SETTINGS) for p in follow(losses))
