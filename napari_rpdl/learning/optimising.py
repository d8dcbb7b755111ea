"""Optimiser, gradient clipping and the running mean of the weights."""

from collections.abc import Callable
from copy import deepcopy

import torch
from torch import Tensor, nn

from napari_rpdl.settings import OptimisationSettings, TrainingSettings

OPTIMISERS: dict[str, Callable[..., torch.optim.Optimizer]] = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
"""Both keep the same state: a step count and two moments for each parameter."""


def make_optimiser(network: nn.Module, settings: TrainingSettings) -> torch.optim.Optimizer:
    """Return the optimiser of the network's trainable parameters."""
    kind = OPTIMISERS[settings.optimisation.optimiser]
    return kind(network.parameters(), lr=settings.learning_rate, weight_decay=settings.optimisation.weight_decay)


def set_learning_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """Let the next step use ``rate``."""
    for group in optimiser.param_groups:
        group["lr"] = rate


def clip(network: nn.Module, settings: OptimisationSettings) -> None:
    """Shorten the gradient of all parameters together to the Euclidean length ``clipping``."""
    if settings.clipping > 0:
        nn.utils.clip_grad_norm_(network.parameters(), settings.clipping)


class WeightAverage:
    """A running mean of a network's weights, in a second network.

    Each step: mean ← m · mean + (1 - m) · weights, with m = min(memory, (1 + t) / (10 + t))
    after t steps, so that the first weights, which are random, are soon forgotten (as
    TensorFlow's ExponentialMovingAverage with ``num_updates``). Buffers (the statistics
    of batch norm, already running means) are copied.

    Attributes:
        network: the second network, which is never trained itself.
    """

    def __init__(self, network: nn.Module, memory: float) -> None:
        self.network = deepcopy(network).requires_grad_(False)
        self._memory = memory

    @torch.no_grad()
    def update(self, network: nn.Module, steps: int) -> None:
        """Take the weights after ``steps`` optimiser steps into the mean."""
        memory = min(self._memory, (1 + steps) / (10 + steps))
        pairs: list[tuple[Tensor, Tensor]] = list(zip(self.network.parameters(), network.parameters(), strict=True))
        for mean, weight in pairs:
            mean.lerp_(weight, 1 - memory)
        for kept, buffer in zip(self.network.buffers(), network.buffers(), strict=True):
            kept.copy_(buffer)
