"""How long losses and their gradients take, beside other ways to do the same work.

Run with ``python benchmarks/losses.py``; about a minute and 2 GB of memory. One thread.
All ways run in turn, round after round, each twice, of which the second run counts: what
ran before then has left its traces in caches and memory. Printed are the shortest and the
median processor time of the rounds; a busy machine lengthens the median. A way is
compared only with ways of the same value: value and gradient are printed beside it.

Peak bytes are what PyTorch allocates at most at one time during forward and backward,
beyond the logits and the targets, by its own profiler.

nnU-Net's loss is its own where nnunetv2 is installed (``pip install --no-deps nnunetv2`` is enough for it), else
written here after its published formula; segmentation_models_pytorch takes part only where it is installed.

Where there is a CUDA GPU, its time is compared with the bytes that it has to move, too.
"""

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np
import torch
from monai.losses import DiceLoss as MonaiDiceLoss
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.learning.losses import PatternLoss, PatternTargets
from napari_rpdl.learning.losses.cross_entropy import WeightedCrossEntropyLoss
from napari_rpdl.learning.losses.dice import DiceLoss, SurgeonDiceLoss
from napari_rpdl.learning.losses.reward_penalty_dice import RewardPenaltyDiceLoss
from napari_rpdl.settings import RPMapSettings

import loss_bytes  # isort: skip  # beside this file

ROUNDS = 15
SAMPLE = Path(__file__).parents[1] / "sample_data"

Loss = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Way:
    """One way to compute a loss of logits.

    Attributes:
        name: what the table calls it.
        loss: from logits (B, 1, z, y, x).
        same_as: ways of one value share this word.
    """

    name: str
    loss: Loss
    same_as: str


def nnunet_dice(probabilities: Tensor, targets: Tensor, axes: list[int]) -> Tensor:
    """Return 1 less nnU-Net's memory-efficient soft Dice (its published formula, smooth 1)."""
    if find_spec("nnunetv2"):
        from nnunetv2.training.loss.dice import MemoryEfficientSoftDiceLoss  # type: ignore[import-not-found]  # optional

        theirs: nn.Module = MemoryEfficientSoftDiceLoss(batch_dice=0 in axes, do_bg=True, smooth=1.0, ddp=False)
        value: Tensor = 1 + theirs(probabilities, targets)
        return value
    with torch.no_grad():
        drilled = targets.sum(axes)
    overlap, predicted = (probabilities * targets).sum(axes), probabilities.sum(axes)
    return 1 - ((2 * overlap + 1) / torch.clip(drilled + predicted + 1, 1e-8)).mean()


def repeated_rpdl(masks: Tensor, rpmaps: Tensor) -> Loss:
    """Return Eq. (3) with every bone repeated for each surgeon: targets (B K, 1, z, y, x), maps alike."""
    surgeons = masks.shape[1]
    targets, maps = masks.flatten(0, 1).unsqueeze(1).float(), rpmaps.repeat_interleave(surgeons, 0)

    def loss(logits: Tensor) -> Tensor:
        predicted = logits.repeat_interleave(surgeons, 0).sigmoid()
        size = maps.abs()
        overlap, total = (targets * predicted * maps).sum(), (targets * size).sum() + (predicted * size).sum()
        return 1 - (2 * overlap + 1) / (total + 1)

    return loss


def seven_annotators(masks: Tensor) -> list[Way]:
    """Return the ways for masks (B, K, z, y, x), bool."""
    surgeons, targets, drilled = masks.shape[1], PatternTargets.from_masks(masks), masks.float()
    votes = drilled.sum(1, keepdim=True)
    maps = torch.where(votes > 0, votes / surgeons, -1.0)
    monai = MonaiDiceLoss(sigmoid=True, smooth_nr=1.0, smooth_dr=1.0)
    share = nn.BCEWithLogitsLoss()
    ways = [
        Way("Eq. (3), input repeated 7 times", repeated_rpdl(masks, maps), "Eq. (3)"),
        Way("**ours: Eq. (3)**", with_targets(RewardPenaltyDiceLoss(RPMapSettings()), targets), "Eq. (3)"),
        Way("MONAI DiceLoss, 7 channels", lambda z: monai(z.expand_as(drilled), drilled), "mean Dice"),
        Way(
            "nnU-Net memory-efficient soft Dice, 7 channels",
            lambda z: nnunet_dice(z.expand_as(masks).sigmoid(), masks, [2, 3, 4]),
            "mean Dice",
        ),
        Way("**ours: mean Dice per surgeon**", with_targets(SurgeonDiceLoss(), targets), "mean Dice"),
        Way("BCEWithLogitsLoss, 7 channels", lambda z: share(z.expand_as(drilled), drilled), "cross-entropy"),
        Way("**ours: soft cross-entropy**", with_targets(WeightedCrossEntropyLoss(), targets), "cross-entropy"),
    ]
    return ways + smp_way("multilabel", drilled.split(1), "mean Dice")


def one_annotator(masks: Tensor) -> list[Way]:
    """Return the ways for masks (B, 1, z, y, x), bool."""
    targets, drilled = PatternTargets.from_masks(masks), masks.float()
    monai = MonaiDiceLoss(sigmoid=True, batch=True, smooth_nr=1.0, smooth_dr=1.0)
    ways = [
        Way("MONAI DiceLoss", lambda z: monai(z, drilled), "Dice"),
        Way(
            "nnU-Net memory-efficient soft Dice",
            lambda z: nnunet_dice(z.sigmoid(), masks, [0, 2, 3, 4]),
            "Dice",
        ),
        Way("**ours: Dice**", with_targets(DiceLoss(), targets), "Dice"),
    ]
    return ways + smp_way("binary", (drilled,), "Dice")


def with_targets(loss: PatternLoss, targets: PatternTargets) -> Loss:
    """Return the loss of the logits alone."""
    return lambda logits: loss(logits, targets)


def smp_way(mode: str, batches: Sequence[Tensor], same_as: str) -> list[Way]:
    """Return segmentation_models_pytorch's loss where it is installed: the mean over ``batches``, for it pools each."""
    if not find_spec("segmentation_models_pytorch"):
        return []
    from segmentation_models_pytorch.losses import DiceLoss as SmpDiceLoss  # type: ignore[import-not-found]  # optional

    theirs = SmpDiceLoss(mode, from_logits=True, smooth=0.5)  # of half the sums: 1 of the whole

    def loss(logits: Tensor) -> Tensor:
        parts = logits.split([len(drilled) for drilled in batches])
        pairs = zip(parts, batches, strict=True)
        return torch.stack([theirs(part.expand_as(drilled), drilled) for part, drilled in pairs]).mean()

    return [Way(f"smp DiceLoss ({mode})", loss, same_as)]


def value_and_gradient(way: Way, logits: Tensor) -> tuple[float, Tensor]:
    """Run forward and backward once."""
    leaf = logits.clone().requires_grad_()
    value = way.loss(leaf)
    value.backward()  # type: ignore[no-untyped-call]  # torch
    assert leaf.grad is not None
    return value.item(), leaf.grad


Times = dict[str, list[float]]


def milliseconds(ways: list[Way], logits: Tensor) -> Times:
    """Return the processor times of forward and backward of each way, one for each round."""
    times: Times = {way.name: [] for way in ways}
    leaf = logits.clone().requires_grad_()
    for _ in range(ROUNDS):
        for way in ways:
            way.loss(leaf).backward()  # type: ignore[no-untyped-call]  # torch
            leaf.grad = None
            start = process_time()
            way.loss(leaf).backward()  # type: ignore[no-untyped-call]  # torch
            times[way.name].append(1000 * (process_time() - start))
    return times


def peak_bytes(way: Way, logits: Tensor) -> int:
    """Return how much more memory PyTorch holds at most during forward and backward than before."""
    leaf = logits.clone().requires_grad_()
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as record:
        way.loss(leaf).backward()  # type: ignore[no-untyped-call]  # torch
    results = record.profiler.kineto_results
    events = sorted((e.start_ns(), e.nbytes()) for e in results.events() if e.name() == "[memory]")
    return int(np.cumsum([size for _, size in events]).max())


def report(title: str, ways: list[Way], logits: Tensor) -> Times:
    """Print one table; return the times."""
    times = milliseconds(ways, logits)
    print(f"\n{title}: {logits.numel():,} voxels, {ROUNDS} rounds\n")
    print("| way | ms, best | median | ns per voxel, best | peak MB | value | gradient differs by |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    first: dict[str, Tensor] = {}
    for way in ways:
        value, gradient = value_and_gradient(way, logits)
        reference = first.setdefault(way.same_as, gradient)
        apart = float((gradient - reference).abs().max() / reference.abs().max())
        best, middle = min(times[way.name]), median(times[way.name])
        ns = 1e6 * best / logits.numel()
        megabytes = peak_bytes(way, logits) / 1e6
        row = f"{best:.2f} | {middle:.2f} | {ns:.2f} | {megabytes:.1f} | {value:.7f} | {apart:.0e}"
        print(f"| {way.name} | {row} |")
    return times


def preparation(masks: Tensor) -> None:
    """Print how long it takes to read packed masks, which augmentation makes anew for every batch."""
    surgeons, packed = masks.shape[1], np.packbits(masks.numpy(), axis=1)

    def unpacked() -> Tensor:
        return torch.from_numpy(np.unpackbits(packed, axis=1, count=surgeons)).float()

    def patterns() -> PatternTargets:
        return PatternTargets.from_packed(torch.from_numpy(packed), surgeons)

    print("\nReading the packed masks of a batch, best and median:")
    for name, read in {"ours (PatternTargets)": patterns, "others (float masks)": unpacked}.items():
        taken = []
        for _ in range(ROUNDS):
            start = process_time()
            read()
            taken.append(1000 * (process_time() - start))
        print(f"- {name}: {min(taken):.2f} ms, {median(taken):.2f} ms")


def bar(times: Times, ours: str, theirs: str, most: float | None = None) -> None:
    """Print how many times as long ours takes."""
    best = min(times[ours]) / min(times[theirs])
    middle = median(a / b for a, b in zip(times[ours], times[theirs], strict=True))
    asked = f"; at most {most:.3f} asked for" if most else ""
    print(f"- {ours.strip('*')} / {theirs}: {best:.3f} (best), {middle:.3f} (median){asked}")


def logits_of(masks: Tensor) -> Tensor:
    """Return logits as of a network that has begun to learn: noise around the share of votes."""
    noise = torch.randn(len(masks), 1, *masks.shape[2:], generator=torch.Generator().manual_seed(0))
    return noise + 4 * masks.float().mean(1, keepdim=True) - 3


def main() -> None:
    """Print where this runs, both tables and the ratios of the bars."""
    torch.set_num_threads(1)
    print(f"{platform.machine()}, {os.cpu_count()} cores (one thread used), PyTorch {torch.__version__}")
    for name in ("monai", "nnunetv2", "segmentation_models_pytorch"):
        print(f"{name}: {version(name) if find_spec(name) else 'not installed'}")
    bones = [np.stack(case.masks()) for case in Dataset.open(SAMPLE)]
    many = torch.from_numpy(np.stack(bones[:4]))
    one = torch.from_numpy(np.concatenate([bone[:2, None] for bone in bones])[:16])
    title = "{} annotators of phantom (synthetic) bones, B = {}"
    seven = report(title.format(many.shape[1], len(many)), seven_annotators(many), logits_of(many))
    preparation(many)
    single = report("1 annotator, phantom (synthetic) bones, B = 16", one_annotator(one), logits_of(one))
    preparation(one)
    print("\nRatios:")
    bar(seven, "**ours: Eq. (3)**", "Eq. (3), input repeated 7 times", 1 / 5)
    bar(seven, "**ours: mean Dice per surgeon**", "MONAI DiceLoss, 7 channels", 1 / 3)
    bar(single, "**ours: Dice**", "MONAI DiceLoss", 1)
    for theirs in ("nnU-Net memory-efficient soft Dice, 7 channels", "smp DiceLoss (multilabel)"):
        if theirs in seven:
            bar(seven, "**ours: mean Dice per surgeon**", theirs)
    if torch.cuda.is_available():
        loss_bytes.table(torch.device("cuda"), 64, 64, ROUNDS)
    else:
        print("\nNo CUDA GPU here: the kernels are not timed.")


if __name__ == "__main__":
    main()
