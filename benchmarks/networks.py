"""How long each network takes for a batch of two bones, forward and backward.

Run with ``python benchmarks/networks.py``; some five minutes on one core and 6 GB of
memory. On a CPU one thread computes and its own time is counted, so that a busy machine
does not blur the figures; ``python benchmarks/networks.py cuda`` counts the time on the clock. Every network is as
its name makes it (14 one-hot channels in, one map out); the best of up to
four rounds is printed, of fewer where one takes long.
"""

import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter, process_time

import torch
from torch import nn

from napari_rpdl.errors import InputError
from napari_rpdl.learning.networks import NETWORKS, HasAuxiliaryLoss, build_network, check_grid
from napari_rpdl.settings import NetworkSettings

CHANNELS = 14
BATCH = 2
GRIDS = (32, 64)
ROUNDS = 4
ENOUGH_S = 12.0
"""A network that has taken so long is not asked for another round."""


@dataclass(frozen=True)
class Timing:
    """Milliseconds of the best round."""

    forward: float
    backward: float


def clock(device: torch.device) -> Callable[[], float]:
    """Return what tells the time in seconds once all work is done."""
    if device.type == "cpu":
        return process_time

    def synchronised() -> float:
        torch.cuda.synchronize()
        return perf_counter()

    return synchronised


def time_network(network: nn.Module, grid: int, device: torch.device) -> Timing:
    """Return how long one step takes without the optimiser's part."""
    now = clock(device)
    began = now()
    inputs = torch.randn(BATCH, CHANNELS, grid, grid, grid, device=device)
    forward, backward = [], []
    while len(forward) < ROUNDS and now() - began < ENOUGH_S:
        network.zero_grad()
        start = now()
        loss = network(inputs).square().mean()
        extra = network.auxiliary_loss() if isinstance(network, HasAuxiliaryLoss) else None
        middle = now()
        torch.autograd.backward(loss if extra is None else loss + extra)
        forward.append(middle - start)
        backward.append(now() - middle)
    return Timing(1000 * min(forward), 1000 * min(backward))


def cells(name: str, grid: int, device: torch.device) -> str:
    """Return two cells of the table; dashes where the network needs a larger grid."""
    settings = NetworkSettings(name=name)
    try:
        check_grid(settings, grid)
    except InputError:
        return "– | –"
    torch.manual_seed(0)
    timing = time_network(build_network(settings, CHANNELS, grid).to(device), grid, device)
    return f"{timing.forward:.0f} | {timing.backward:.0f}"


def main() -> None:
    """Print where this runs, then the table."""
    device = torch.device(sys.argv[1] if len(sys.argv) > 1 else "cpu")
    torch.set_num_threads(1)
    where = torch.cuda.get_device_name() if device.type == "cuda" else f"1 thread of {os.cpu_count()} cores"
    print(f"{platform.machine()}, {where}, Python {platform.python_version()}, PyTorch {torch.__version__}\n")
    columns = " | ".join(f"{grid}³ forward | {grid}³ backward" for grid in GRIDS)
    print(f"| network | parameters | {columns} |\n|---|---:|{'---:|' * 2 * len(GRIDS)}")
    for name in NETWORKS:
        count = sum(p.numel() for p in build_network(NetworkSettings(name=name), CHANNELS).parameters())
        timings = " | ".join(cells(name, grid, device) for grid in GRIDS)
        print(f"| `{name}` | {count:_} | {timings} |".replace("_", " "), flush=True)


if __name__ == "__main__":
    main()
