"""What a step of each network takes at its fullest beside what ``learning/step_memory.py`` says it keeps.

Run with ``python benchmarks/step_memory.py``; a few minutes, 5 GB of memory. Each network
takes two steps of Adam at 64 voxels with random numbers, in a process of its own whose largest
memory the system tells; what Python and PyTorch take before the first step is subtracted.
"""

import resource
import subprocess
import sys
from pathlib import Path

import torch

from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.learning.checkpoint import inputs_of, network_of
from napari_rpdl.learning.networks import NETWORKS, HasAuxiliaryLoss
from napari_rpdl.learning.runs import RunRecord
from napari_rpdl.learning.step_memory import step_memory
from napari_rpdl.settings import NetworkSettings, TrainingSettings

CPU = torch.device("cpu")
BONES = 3
UNIT = 1 if sys.platform == "darwin" else 1024
"""Of ``ru_maxrss`` in bytes."""


def largest_bytes() -> int:
    """Return the most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT


def measure(name: str) -> str:
    """Return a row of the table for one network."""
    settings = TrainingSettings(network=NetworkSettings.model_validate({"name": name}), batch_size=BONES)
    record = RunRecord(
        dataset_folder="", dataset_name="", hold_out=(), training_cases=(), validation_cases=(), right_ears=True,
        table=TEMPORAL_BONE,
    )  # fmt: skip
    told = step_memory(settings, record, CPU)
    before = largest_bytes()
    network = network_of(settings, record).train()
    optimiser = torch.optim.Adam(network.parameters())
    for _ in range(2):
        loss = network(torch.rand(BONES, inputs_of(settings, record), *(settings.grid,) * 3)).square().mean()
        extra = network.auxiliary_loss() if isinstance(network, HasAuxiliaryLoss) else None
        (loss if extra is None else loss + extra).backward()
        optimiser.step()
    taken = largest_bytes() - before
    megabytes = " | ".join(f"{count / 1e6:.0f}" for count in (told.weights, told.bone, taken))
    return f"| {name} | {megabytes} | {taken / told.of(BONES):.2f} |"


def main() -> None:
    """Print the table, or a row of it where a network is named."""
    if len(sys.argv) > 1:
        sys.stdout.write(measure(sys.argv[1]) + "\n")
        return
    sys.stdout.write(f"{BONES} bones of 64 voxels, float32, PyTorch {torch.__version__}, MB (10^6 bytes)\n\n")
    sys.stdout.write("| network | weights, Adam | kept for each bone | step at its fullest | of what is kept |\n")
    sys.stdout.write("|---|---:|---:|---:|---:|\n")
    for name in NETWORKS:
        row = subprocess.run([sys.executable, Path(__file__), name], capture_output=True, text=True, check=True).stdout
        sys.stdout.write(row.splitlines()[-1] + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
