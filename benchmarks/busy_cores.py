"""What a step of training costs while other programs use the processor, by how PyTorch's threads wait.

    python benchmarks/busy_cores.py [--threads 2] [--others 0 1 2] [--steps 40] [--rounds 3]

Each measurement is a fresh process that trains the default network on phantom (synthetic)
bones at 32³, once with OpenMP's threads asleep while they wait (as ``napari_rpdl.learning``
asks for) and once spinning (OpenMP's default). Others are processes that only count. What
is printed are medians of the time of a step, and the ratio of spinning to sleeping.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median

POLICIES = ("PASSIVE", "ACTIVE")


def step_s(threads: int, steps: int) -> float:
    """Return the median time of a step, without the first ones."""
    from napari_rpdl.data.dataset import Dataset
    from napari_rpdl.data.sample import sample_dataset_folder
    from napari_rpdl.learning.events import StepEnded
    from napari_rpdl.learning.training import train
    from napari_rpdl.settings import TrainingSettings

    settings = TrainingSettings(
        grid=32, epochs=1, steps_per_epoch=steps, batch_size=4, shift=2, device="cpu", threads=threads
    )
    with tempfile.TemporaryDirectory() as folder:
        events = train(settings, Dataset.open(sample_dataset_folder()), Path(folder) / "run", ["bone_9"])
        stamps = [time.perf_counter() for event in events if isinstance(event, StepEnded)]
    return median(after - before for before, after in pairwise(stamps[3:]))


def measured(policy: str, arguments: argparse.Namespace) -> float:
    """Return the same in a process of its own."""
    command = [sys.executable, __file__, "--measure", "--threads", arguments.threads, "--steps", arguments.steps]
    environment = {**os.environ, "OMP_WAIT_POLICY": policy}
    said = subprocess.run(list(map(str, command)), env=environment, stdout=subprocess.PIPE, check=True)
    return float(json.loads(said.stdout))


@contextmanager
def others(count: int) -> Iterator[None]:
    """Let so many processes count meanwhile."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--others", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(step_s(arguments.threads, arguments.steps)))
        return
    print(f"{arguments.threads} threads on {os.cpu_count()} cores, load average before: {os.getloadavg()[0]:.1f}")
    for count in arguments.others:
        with others(count):
            rounds = [[measured(policy, arguments) for policy in POLICIES] for _ in range(arguments.rounds)]
        asleep, spinning = (median(times) for times in zip(*rounds, strict=True))
        print(
            f"{count} others: asleep {asleep * 1e3:.0f} ms, spinning {spinning * 1e3:.0f} ms a step, "
            f"ratio {spinning / asleep:.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
