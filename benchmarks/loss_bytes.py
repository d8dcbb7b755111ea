"""The loss on a GPU against the bytes it has to move; part of ``losses.py`` and ``gpu.py``.

The bound: with K <= 8 forward reads a logit and a byte of pattern for each voxel, backward reads
both again and writes a gradient, 14 bytes with float32 logits and 8 with bfloat16. How fast a GPU
moves bytes is measured in the same run by copying a large array. Caches are overwritten before
every round. Without a GPU the same rows are computed once, as a check, and no time is worth anything.
"""

from collections.abc import Callable
from statistics import median
from time import perf_counter

import torch
from torch import Tensor

from napari_rpdl.learning.losses import PatternTargets
from napari_rpdl.learning.losses.base import PatternLoss
from napari_rpdl.learning.losses.dice import SurgeonDiceLoss
from napari_rpdl.learning.losses.pattern_sums import _Sums, fused_engine, why_plain
from napari_rpdl.learning.losses.reward_penalty_dice import RewardPenaltyDiceLoss
from napari_rpdl.settings import RPMapSettings

CACHE_BYTES = 1 << 28
"""Written between rounds; larger than any GPU's cache."""


class Stopwatch:
    """Times work on a device, with cold caches."""

    def __init__(self, device: torch.device, rounds: int) -> None:
        self.device, self.rounds = device, rounds
        self._cache = torch.empty(CACHE_BYTES if device.type == "cuda" else 1, dtype=torch.uint8, device=device)

    def seconds(self, work: Callable[[], object]) -> float:
        """Return the median time of one round, after two that do not count."""
        times = [self._once(work) for _ in range(self.rounds + 2)]
        return median(times[2:])

    def _once(self, work: Callable[[], object]) -> float:
        self._cache.zero_()
        if self.device.type != "cuda":
            start = perf_counter()
            work()
            return perf_counter() - start
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        work()
        end.record()
        torch.cuda.synchronize()
        return begin.elapsed_time(end) / 1e3


def bandwidth(watch: Stopwatch, megabytes: int) -> float:
    """Return bytes per second of a copy, reading and writing counted."""
    source = torch.zeros(megabytes * 1_000_000, dtype=torch.uint8, device=watch.device)
    target = torch.empty_like(source)
    return 2 * source.numel() / watch.seconds(lambda: target.copy_(source))


def bones(device: torch.device, count: int, grid: int, surgeons: int = 7) -> PatternTargets:
    """Return balls of each surgeon's own radius, about 4 % drilled: analytic shapes, no phantom."""
    z, y, x = (torch.arange(grid, device=device) + 0.5,) * 3
    distance = ((z[:, None, None] / grid - 0.5) ** 2 + (y[:, None] / grid - 0.5) ** 2 + (x / grid - 0.5) ** 2).sqrt()
    masks = torch.stack([distance < 0.18 + 0.01 * surgeon for surgeon in range(surgeons)])
    return PatternTargets.from_masks(masks.expand(count, *masks.shape).contiguous())


def value_and_gradient(loss: PatternLoss, logits: Tensor, targets: PatternTargets) -> tuple[Tensor, Tensor]:
    """Run forward and backward once."""
    value = loss(logits, targets)
    (slope,) = torch.autograd.grad(value, logits)
    return value.detach(), slope


def ways(logits: Tensor, targets: PatternTargets) -> dict[str, tuple[Callable[[], object], bool]]:
    """Return what is timed, by name, and whether the bound is meant for it."""
    found: dict[str, tuple[Callable[[], object], bool]] = {}
    fused = fused_engine(logits.device)
    if fused is not None:
        patterns, z = targets.patterns, logits.detach()
        slopes = torch.rand_like(fused.add_up(z, patterns, len(targets.members), cross_entropy=False))

        def kernels() -> None:
            fused.add_up(z, patterns, len(targets.members), cross_entropy=False)
            fused.look_up(z, patterns, slopes, cross_entropy=False)

        found["**both kernels**"] = kernels, True
    for name, loss in (
        ("Eq. (3)", RewardPenaltyDiceLoss(RPMapSettings())),
        ("mean Dice per surgeon", SurgeonDiceLoss()),
    ):
        found[f"{name}, value and gradient"] = (lambda loss=loss: value_and_gradient(loss, logits, targets)), True
    found["sums in plain PyTorch, and their gradient"] = (lambda: plain(logits, targets)), False
    return found


def plain(logits: Tensor, targets: PatternTargets) -> None:
    """Run the engine that serves where the kernels do not."""
    sums = _Sums.apply(logits, targets, False)
    torch.autograd.grad(sums.sum(), logits)


def table(device: torch.device, count: int, grid: int, rounds: int) -> None:
    """Print time, bytes and their ratio to a copy for float32 and bfloat16 logits."""
    watch = Stopwatch(device, rounds)
    speed = bandwidth(watch, 1000 if device.type == "cuda" else 10)
    why = "run" if fused_engine(device) else why_plain(device) or "are for CUDA alone"
    print(
        f"\nCopy: {speed / 1e9:.0f} GB/s. Kernels: {why}. {count} bones of {grid}³, 7 annotators (analytic shapes).\n"
    )
    print("| logits | what | µs | bytes per voxel at least | µs at the speed of a copy | ratio |")
    print("|---|---|---:|---:|---:|---:|")
    targets = bones(device, count, grid)
    for dtype in (torch.float32, torch.bfloat16):
        logits = torch.randn(count, 1, grid, grid, grid, device=device, dtype=dtype).requires_grad_()
        for name, (work, bound) in ways(logits, targets).items():
            taken = watch.seconds(work)
            least = 3 * dtype.itemsize + 2
            ideal = logits.numel() * least / speed
            ratio = f"{least} | {1e6 * ideal:.0f} | {taken / ideal:.2f}" if bound else "– | – | –"
            print(f"| {str(dtype).removeprefix('torch.')} | {name} | {1e6 * taken:.0f} | {ratio} |", flush=True)
