"""What a step of training costs while other programs use the processor, by how PyTorch's threads wait.

    python benchmarks/busy_cores.py [--threads 2] [--others 0 1 2] [--steps 40] [--rounds 3]

Each measurement is a fresh process that trains the default network on phantom (synthetic)
bones at 32³: once as ``napari_rpdl.learning`` lets OpenMP's threads wait (they spin a moment, then
sleep), once always asleep (OMP_WAIT_POLICY=PASSIVE), once as OpenMP does by itself (they spin for long).
Others are processes of other sessions that only count. What is printed are medians of the time of a
step, and the ratios to ours.
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

WAYS: dict[str, dict[str, str]] = {
    "ours": {},
    "always asleep": {"OMP_WAIT_POLICY": "PASSIVE"},
    "OpenMP's own": {"GOMP_SPINCOUNT": "300000"},
}
"""How threads may wait: what the environment says. 300000 is what GNU's OpenMP takes where nothing is said."""
RULES = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")


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


def measured(way: dict[str, str], arguments: argparse.Namespace) -> float:
    """Return the same in a process of its own."""
    command = [sys.executable, __file__, "--measure", "--threads", arguments.threads, "--steps", arguments.steps]
    environment = {name: value for name, value in os.environ.items() if name not in RULES} | way
    said = subprocess.run(list(map(str, command)), env=environment, stdout=subprocess.PIPE, check=True)
    return float(json.loads(said.stdout))


@contextmanager
def others(count: int) -> Iterator[None]:
    """Let so many processes count meanwhile."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"], start_new_session=True) for _ in range(count)]
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
            rounds = [[measured(way, arguments) for way in WAYS.values()] for _ in range(arguments.rounds)]
        ours, *rest = (median(times) for times in zip(*rounds, strict=True))
        told = (f"{name} {time_s / ours:.1f} x" for name, time_s in zip(list(WAYS)[1:], rest, strict=True))
        print(f"{count} others: ours {ours * 1e3:.0f} ms a step, {', '.join(told)}", flush=True)


if __name__ == "__main__":
    main()
