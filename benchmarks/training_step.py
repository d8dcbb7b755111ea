"""Time per optimiser step: ours beside the straightforward MONAI pipeline, at equal gradient information.

    python benchmarks/training_step.py [--bones 2] [--grid 64] [--rounds 7]

Both train the same U-net (same settings, weights and optimiser) with the Dice loss on the
phantom (synthetic) sample bones, all on one CPU thread. One step shows the annotations of
all 7 surgeons of some bones in random left-right mirror images:

* straightforward: MONAI CacheDataset (arrays cached, mirroring per item), DataLoader, one
  item for each bone and surgeon, so that a batch repeats each input 7 times; MONAI DiceLoss.
* ours: each bone once, with its packed annotations, from memory; the Dice loss on pattern sums.

First the gradients of both, for the same bones in the same orientation, are compared in
float64; then rounds of both alternate, in float32. What is printed are medians and their ratio.
"""

import argparse
import time
from collections.abc import Iterator
from copy import deepcopy
from itertools import islice
from statistics import median

import numpy as np
import torch
from monai.data import CacheDataset, DataLoader
from monai.losses import DiceLoss
from monai.transforms import Compose, RandFlipd, ToTensord
from torch import Tensor, nn

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.sample import sample_dataset_folder
from napari_rpdl.learning.encoding import input_channels
from napari_rpdl.learning.losses import make_loss
from napari_rpdl.learning.networks import build_network, expect_foreground
from napari_rpdl.learning.optimising import make_optimiser
from napari_rpdl.learning.plan import Draw, make_plan
from napari_rpdl.learning.sampling import Bones, PackedCase, make_batch, pack
from napari_rpdl.learning.stepping import Stepper
from napari_rpdl.settings import LossSettings, TrainingSettings

CPU = torch.device("cpu")


class Ours:
    """Bones in memory, one pass for all surgeons."""

    def __init__(self, cases: list[PackedCase], codes: tuple[int, ...], settings: TrainingSettings) -> None:
        self.bones = Bones(cases, CPU)
        self.codes, self.settings = codes, settings
        self.network = make_network(codes, settings, cases)
        self.stepper = Stepper(self.network, make_loss(settings, 0.05), settings.computation, CPU)
        self.optimiser = make_optimiser(self.network, settings)
        self.plan = make_plan([case.present for case in cases], settings)
        self.steps = (draws for epoch in range(10_000) for draws in self.plan.epoch(epoch))

    def step(self) -> float:
        """Learn the next bones of the plan; return the loss."""
        batch = make_batch(self.bones, next(self.steps), self.codes, self.settings)
        loss, _ = self.stepper.step(batch, 0)
        self.optimiser.step()
        return loss.item()


class Straightforward:
    """MONAI as its tutorials use it: a list of pairs, cached, through a DataLoader."""

    def __init__(self, cases: list[PackedCase], codes: tuple[int, ...], settings: TrainingSettings) -> None:
        pairs = [
            {"image": one_hot(case.structures, codes), "label": mask[None].astype(np.float32)}
            for case in cases
            for mask in case.masks()
        ]
        keys = ("image", "label")
        random = Compose([RandFlipd(keys, prob=0.5, spatial_axis=2), ToTensord(keys)])
        surgeons = len(cases[0].present)
        self.loader = DataLoader(
            CacheDataset(pairs, random, progress=False), batch_size=settings.batch_size * surgeons, shuffle=True
        )
        self.network = make_network(codes, settings, cases)
        self.loss = DiceLoss(sigmoid=True, batch=True, smooth_nr=1.0, smooth_dr=1.0)
        self.optimiser = make_optimiser(self.network, settings)
        self.batches = self._batches()

    def _batches(self) -> Iterator[dict[str, Tensor]]:
        while True:
            # A last, smaller batch would be less work than ours.
            yield from islice(self.loader, len(self.loader.dataset) // self.loader.batch_size)

    def step(self) -> float:
        """Learn the next pairs of the loader; return the loss."""
        batch = next(self.batches)
        self.optimiser.zero_grad()
        loss = self.loss(self.network(batch["image"]), batch["label"])
        loss.backward()
        self.optimiser.step()
        return float(loss.detach())


def make_network(codes: tuple[int, ...], settings: TrainingSettings, cases: list[PackedCase]) -> nn.Module:
    """Return the same network, with the same weights, for both."""
    torch.manual_seed(0)
    network = build_network(settings.network, input_channels(codes, settings.network), settings.grid)
    expect_foreground(network, float(np.mean([case.foreground() for case in cases])))
    return network.train()


def one_hot(structures: np.ndarray, codes: tuple[int, ...]) -> np.ndarray:
    """Return the structures as MONAI's pipeline would cache them, float32 (channels, n, n, n)."""
    return (structures[None] == np.array(codes)[:, None, None, None]).astype(np.float32)


def difference(ours: Ours, theirs: Straightforward, cases: list[PackedCase]) -> float:
    """Return how far both gradients of the first bones differ in float64, relative to their length."""
    size, network = ours.settings.batch_size, deepcopy(ours.network).double()
    batch = make_batch(ours.bones, [Draw(i) for i in range(size)], ours.codes, ours.settings)
    own = make_loss(ours.settings, 0.05)(network(batch.inputs.double()), batch.targets)
    pairs = [(one_hot(c.structures, ours.codes), mask[None]) for c in cases[:size] for mask in c.masks()]
    images, labels = (torch.from_numpy(np.stack(arrays)).double() for arrays in zip(*pairs, strict=True))
    repeated = theirs.loss(network(images), labels)
    found = [torch.cat([g.flatten() for g in torch.autograd.grad(x, [*network.parameters()])]) for x in (own, repeated)]
    return float((found[0] - found[1]).norm() / found[1].norm())


def main() -> None:
    """Compare, time and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--bones", type=int, default=2, help="bones in one step")
    parser.add_argument("--grid", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    settings = TrainingSettings(
        loss="dice",
        loss_options=LossSettings(reduction="batch"),
        grid=arguments.grid,
        batch_size=arguments.bones,
        shift=0,
    )
    dataset = Dataset.open(sample_dataset_folder())
    cases = [pack(case, settings, True, dataset.surgeons) for case in dataset]
    ours, theirs = Ours(cases, dataset.table.codes, settings), Straightforward(cases, dataset.table.codes, settings)
    print(f"same bones, float64: gradients differ by {difference(ours, theirs, cases):.1e} of their length")
    seconds: dict[str, list[float]] = {"straightforward": [], "ours": []}
    processor: dict[str, list[float]] = {"straightforward": [], "ours": []}
    for _ in range(arguments.rounds):
        for name, side in (("straightforward", theirs), ("ours", ours)):
            wall, cpu = time.perf_counter(), time.process_time()
            side.step()
            seconds[name].append(time.perf_counter() - wall)
            processor[name].append(time.process_time() - cpu)
    for what, times in (("wall", seconds), ("processor", processor)):
        base, own = median(times["straightforward"]), median(times["ours"])
        print(f"{what}: straightforward {base * 1e3:.0f} ms, ours {own * 1e3:.0f} ms per step; 1 / {base / own:.1f}")
    print(f"{arguments.bones} bones x {len(cases[0].present)} surgeons per step, {arguments.grid}^3, one thread")


if __name__ == "__main__":
    main()
