"""One optimiser step by the arithmetic and the memory layout that ``computation`` sets, beside plain float32.

    python benchmarks/arithmetic.py [--network unet] [--bones 2] [--grid 64] [--rounds 11] [--device cpu]

Same weights and batch of phantom (synthetic) sample bones, in turns, one CPU thread. On a CPU its own time is
counted, so that a busy machine does not blur the figures. Printed are medians, their ratio to float32,
the first step (where torch.compile works) and how far the gradient is from float32's.
"""

import argparse
import os
import platform
from copy import deepcopy
from pathlib import Path
from statistics import median

import torch
from networks import clock  # beside this file
from torch import Tensor, nn

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.sample import sample_dataset_folder
from napari_rpdl.learning.encoding import input_channels
from napari_rpdl.learning.losses import make_loss
from napari_rpdl.learning.networks import build_network
from napari_rpdl.learning.plan import Draw
from napari_rpdl.learning.sampling import Batch, Bones, make_batch, pack
from napari_rpdl.learning.stepping import Stepper
from napari_rpdl.settings import ComputationSettings, NetworkSettings, TrainingSettings

WAYS = {
    "float32": {},
    "channels_last": {"channels_last": True},
    "bfloat16": {"precision": "bfloat16"},
    "bfloat16, channels_last": {"precision": "bfloat16", "channels_last": True},
    "compiled": {"compiled": True},
    "compiled, bfloat16": {"compiled": True, "precision": "bfloat16"},
}


class Way:
    """One way to compute, with its own copy of the network."""

    def __init__(self, changes: dict[str, object], network: nn.Module, settings: TrainingSettings) -> None:
        device = torch.device(settings.device)
        computation = ComputationSettings.model_validate({"precision": "float32"} | changes)
        self.network = deepcopy(network).to(device).train()
        self.stepper = Stepper(self.network, make_loss(settings, 0.05), computation, device)
        self.now, self.times = clock(device), list[float]()

    def step(self, batch: Batch) -> None:
        """Take and time the gradient of a batch."""
        start = self.now()
        self.stepper.step(batch, 0)
        self.times.append(self.now() - start)

    def gradient(self) -> Tensor:
        """Return the gradient that the last step left."""
        return torch.cat([p.grad.flatten() for p in self.network.parameters() if p.grad is not None])


def row(name: str, way: Way, plain: Way) -> str:
    """Return a row of the table."""
    first, *rest = way.times
    middle, base = median(rest), median(plain.times[1:])
    apart = float((way.gradient() - plain.gradient()).norm() / plain.gradient().norm())
    return f"| {name} | {1e3 * middle:.0f} | {middle / base:.2f} | {first:.1f} | {apart:.0e} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--network", default="unet")
    parser.add_argument("--bones", type=int, default=2)
    parser.add_argument("--grid", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    asked = parser.parse_args()
    torch.set_num_threads(1)
    settings = TrainingSettings(
        network=NetworkSettings(name=asked.network), grid=asked.grid, batch_size=asked.bones, device=asked.device
    )
    dataset = Dataset.open(sample_dataset_folder())
    cases = [pack(dataset.case(name), settings, True) for name in dataset.case_ids[: asked.bones]]
    codes = dataset.table.codes
    batch = make_batch(Bones(cases, torch.device(asked.device)), [Draw(i) for i in range(asked.bones)], codes, settings)
    torch.manual_seed(0)
    network = build_network(settings.network, input_channels(codes, settings.network), asked.grid)
    ways = {name: Way(changes, network, settings) for name, changes in WAYS.items()}
    for _ in range(asked.rounds + 1):
        for way in ways.values():
            way.step(batch)
    where = torch.cuda.get_device_name() if asked.device == "cuda" else f"1 thread of {os.cpu_count()} cores"
    flags = _instructions()
    print(f"{platform.machine()}{flags}, {where}, load {os.getloadavg()[0]:.1f}, PyTorch {torch.__version__}")
    print(
        f"`{asked.network}`, {asked.bones} phantom (synthetic) bones, {asked.grid}³, medians of {asked.rounds} rounds\n"
    )
    print("| computation | ms a step | × float32 | first step, s | gradient differs by |\n|---|---:|---:|---:|---:|")
    for name, way in ways.items():
        print(row(name, way, ways["float32"]))


def _instructions() -> str:
    """Return what of the processor decides about bfloat16, where Linux says it."""
    path = Path("/proc/cpuinfo")
    known = path.read_text().split() if path.is_file() else []
    return "".join(f", {name}" for name in ("avx512f", "avx512_bf16", "amx_bf16") if name in known)


if __name__ == "__main__":
    main()
