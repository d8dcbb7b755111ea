"""Everything that needs a GPU, in one command that prints Markdown.

    python benchmarks/gpu.py > gpu.md

On a machine without one, tiny sizes try every part (the figures are worth nothing then):

    python benchmarks/gpu.py --device cpu --grid 32 --batch 2 --steps 1 --epochs 1 --networks unet --together 1 2

Printed: the machine; training samples per second and peak memory of every network; the time of
one whole fold; several small trainings at once on one GPU; the loss against the bytes it has
to move. Bones are the phantom (synthetic) sample's. A sample is a bone with all its surgeons. Random
draws, augmentation, loss, gradient and optimiser step are in the time, validation is not.
"""

import argparse
import os
import platform
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.sample import sample_dataset_folder
from napari_rpdl.errors import InputError
from napari_rpdl.events import Failed
from napari_rpdl.learning.encoding import input_channels
from napari_rpdl.learning.events import EpochEnded, TrainingStarted
from napari_rpdl.learning.losses import make_loss
from napari_rpdl.learning.networks import NETWORKS, build_network, check_grid, expect_foreground
from napari_rpdl.learning.optimising import make_optimiser
from napari_rpdl.learning.plan import make_plan
from napari_rpdl.learning.process import follow
from napari_rpdl.learning.sampling import Bones, PackedCase, make_batch, pack
from napari_rpdl.learning.stepping import Stepper
from napari_rpdl.learning.training import train
from napari_rpdl.settings import DEMO, NetworkSettings, TrainingSettings

import loss_bytes  # isort: skip  # beside this file


def machine(device: torch.device) -> str:
    """Return what computes."""
    system = (
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, PyTorch {torch.__version__}"
    )
    if device.type != "cuda":
        return f"**No GPU: tiny sizes, to try the script.** CPU, {os.cpu_count()} cores, {system}"
    about = torch.cuda.get_device_properties(device)
    return f"{about.name}, {about.total_memory / 1e9:.0f} GB, CUDA {torch.version.cuda}, {system}"


class Training:
    """Steps of one network, without validation and checkpoints."""

    def __init__(
        self, cases: list[PackedCase], codes: tuple[int, ...], settings: TrainingSettings, device: str
    ) -> None:
        self.device = torch.device(device)
        self.bones, self.codes, self.settings = Bones(cases, self.device), codes, settings
        network = build_network(settings.network, input_channels(codes, settings.network), settings.grid)
        expect_foreground(network, float(np.mean([case.foreground() for case in cases])))
        network.to(self.device).train()
        self.stepper = Stepper(network, make_loss(settings, 0.05), settings.computation, self.device)
        self.optimiser = make_optimiser(network, settings)
        plan = make_plan([case.present for case in cases], settings)
        self.draws = (draws for epoch in range(1, 100_000) for draws in plan.epoch(epoch))

    def step(self) -> None:
        """Learn one batch."""
        self.stepper.step(make_batch(self.bones, next(self.draws), self.codes, self.settings), 0)
        self.optimiser.step()

    def seconds(self, steps: int) -> float:
        """Return how long so many steps take, after three that do not count."""
        for _ in range(3):
            self.step()
        self._wait()
        start = time.perf_counter()
        for _ in range(steps):
            self.step()
        self._wait()
        return time.perf_counter() - start

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize()


def network_rows(arguments: argparse.Namespace, dataset: Dataset) -> Iterator[str]:
    """Yield a row for each network."""
    for name in arguments.networks:
        settings = TrainingSettings(
            network=NetworkSettings(name=name), grid=arguments.grid, batch_size=arguments.batch, steps_per_epoch=8
        )
        try:
            check_grid(settings.network, settings.grid)
        except InputError:
            yield f"| `{name}` | – | – | – | needs another grid |"
            continue
        yield _network_row(name, settings, dataset, arguments)


def _network_row(name: str, settings: TrainingSettings, dataset: Dataset, arguments: argparse.Namespace) -> str:
    on_gpu = arguments.device == "cuda"
    if on_gpu:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    cases = [pack(dataset.case(case_id), settings, True, dataset.surgeons) for case_id in dataset.case_ids[:-1]]
    training = Training(cases, dataset.table.codes, settings, arguments.device)
    parameters = sum(p.numel() for p in training.stepper.network.parameters())
    try:
        taken = training.seconds(arguments.steps)
    except (MemoryError, RuntimeError) as error:
        return f"| `{name}` | {parameters:,} | – | – | {type(error).__name__} |"
    rate = arguments.steps * settings.batch_size / taken
    peak = f"{torch.cuda.max_memory_allocated() / 1e9:.2f}" if on_gpu else "–"
    said = "; ".join(event.text for event in training.stepper.news())
    return f"| `{name}` | {parameters:,} | {rate:.1f} | {peak} | {said} |"


def fold_settings(arguments: argparse.Namespace) -> TrainingSettings:
    """Return the demo's settings at the size that was asked for."""
    threads = 1 if arguments.device == "cpu" else 0
    return DEMO.model_copy(
        update={"grid": arguments.grid, "epochs": arguments.epochs, "device": arguments.device, "threads": threads}
    )


def fold(arguments: argparse.Namespace, dataset: Dataset) -> str:
    """Train one fold from loading the bones to the last checkpoint; return a sentence."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        events = list(train(fold_settings(arguments), dataset, Path(folder) / "run", [dataset.case_ids[-1]]))
        taken = time.perf_counter() - start
    epochs = [event for event in events if isinstance(event, EpochEnded)]
    return (
        f"{taken:.1f} s for {len(epochs)} epochs of 8 steps of 2 bones (settings DEMO, grid {arguments.grid}), "
        f"loading, validation and checkpoints included; {sum(event.seconds for event in epochs):.1f} s of it in epochs."
    )


def together_row(count: int, arguments: argparse.Namespace, dataset: Dataset) -> tuple[int, float]:
    """Train ``count`` runs at once, each in a process of its own; return samples per second of all in their epochs."""
    settings, spans = fold_settings(arguments), []

    def one(number: int, folder: Path) -> None:
        begun = time.perf_counter()
        seeded = settings.model_copy(update={"seed": number})
        for event in follow(dataset.folder, folder / str(number), seeded, [dataset.case_ids[-1]]):
            if isinstance(event, Failed):
                raise RuntimeError(event.text)
            if isinstance(event, TrainingStarted):
                begun = time.perf_counter()
        spans.append((begun, time.perf_counter()))

    with tempfile.TemporaryDirectory() as folder:
        threads = [threading.Thread(target=one, args=(number, Path(folder))) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if len(spans) < count:
        msg = f"Only {len(spans)} of {count} trainings ended well."
        raise SystemExit(msg)
    whole = max(end for _, end in spans) - min(begin for begin, _ in spans)
    samples = count * settings.epochs * settings.steps_per_epoch * settings.batch_size
    return count, samples / whole


def main() -> None:
    """Print all parts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--grid", type=int, default=64)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--steps", type=int, default=20, help="that count, for each network")
    parser.add_argument("--epochs", type=int, default=40, help="of the fold and of trainings at once")
    parser.add_argument("--networks", nargs="+", default=list(NETWORKS), choices=list(NETWORKS))
    parser.add_argument("--together", nargs="+", type=int, default=[1, 2, 4, 8])
    parser.add_argument("--loss-bones", type=int, default=64)
    arguments = parser.parse_args()
    if arguments.device == "cuda" and not torch.cuda.is_available():
        msg = "PyTorch finds no CUDA GPU here. Try the script with --device cpu and tiny sizes."
        raise SystemExit(msg)
    device, dataset = torch.device(arguments.device), Dataset.open(sample_dataset_folder())
    if device.type == "cpu":
        torch.set_num_threads(1)
    print(f"{machine(device)}\n\n## Networks\n\nGrid {arguments.grid}³, {arguments.batch} bones a batch.\n")
    print("| network | parameters | samples per second | peak GB | said |\n|---|---:|---:|---:|---|")
    for row in network_rows(arguments, dataset):
        print(row, flush=True)
    print(f"\n## One fold\n\n{fold(arguments, dataset)}\n\n## Trainings at once\n")
    print("| at once | samples per second of all |\n|---:|---:|")
    for count in arguments.together:
        print("| {} | {:.1f} |".format(*together_row(count, arguments, dataset)), flush=True)
    print("\n## The loss")
    loss_bytes.table(device, arguments.loss_bones if device.type == "cuda" else 2, arguments.grid, arguments.steps)


if __name__ == "__main__":
    main()
