"""How many steps pass before the loss is below that of an empty mask, by how training starts.

    python benchmarks/start_up.py [--steps 320] [--grid 32] [--learning-rate 1e-3] [--network unet] [--batch 2]

Phantom (synthetic) bones. The published code's two-argument loss is 1 where nothing is
predicted; its logs need 29 to 61 epochs to get below, of 681 steps of 16 samples each. Here
the same loss starts in three ways, everything else being equal: from P = 0.5 everywhere, as published;
from the training set's share of drilled voxels (prior_bias); and from there with soft cross-entropy
for the first steps (cross_entropy_steps). Eq. (3) is shown beside it. Losses are means of 8 steps.
"""

import argparse
import tempfile
from pathlib import Path

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.sample import sample_dataset_folder
from napari_rpdl.learning.events import EpochEnded
from napari_rpdl.learning.training import train
from napari_rpdl.settings import RPMAP_VARIANTS, NetworkSettings, OptimisationSettings, TrainingSettings

EMPTY_MASK = {"rpdl-published": 1.0, "rpdl": 1.0}
"""Loss of P = 0 everywhere (to ε, which is one voxel)."""
STEPS = 8
"""In one epoch here."""
PUBLISHED_STEPS = 681
"""In one epoch of the published code: 10 886 samples, 16 at a time."""


def losses(settings: TrainingSettings, dataset: Dataset) -> list[float]:
    """Return the training loss of every epoch."""
    with tempfile.TemporaryDirectory() as folder:
        events = train(settings, dataset, Path(folder) / "run", [dataset.case_ids[-1]])
        return [event.training_loss for event in events if isinstance(event, EpochEnded)]


def row(name: str, found: list[float], empty: float) -> str:
    """Return a row of the table."""
    below = next((epoch for epoch, value in enumerate(found, 1) if value < empty), None)
    steps = f"{below * STEPS} | {below * STEPS / PUBLISHED_STEPS:.2f}" if below else f"not in {len(found) * STEPS} | –"
    return f"| {name} | {found[0]:.3f} | {found[-1]:.4f} | {steps} |"


def main() -> None:
    """Train, and print the losses and when they are below the empty mask's."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=320)
    parser.add_argument("--grid", type=int, default=32)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--network", default="unet")
    parser.add_argument("--encoding", default="ordinal")
    parser.add_argument("--cross-entropy-steps", type=int, default=16)
    parser.add_argument("--losses", nargs="+", default=list(EMPTY_MASK), choices=list(EMPTY_MASK))
    arguments = parser.parse_args()
    dataset = Dataset.open(sample_dataset_folder())
    starts = {
        "P = 0.5": OptimisationSettings(prior_bias=False),
        "prior bias": OptimisationSettings(),
        f"prior bias, {arguments.cross_entropy_steps} steps of cross-entropy": OptimisationSettings(
            cross_entropy_steps=arguments.cross_entropy_steps
        ),
    }
    print(f"{arguments.network}, {arguments.grid}³, {arguments.batch} bones a step, rate {arguments.learning_rate:g}\n")
    print("| loss and start | first 8 steps | last 8 steps | steps until below 1 | in the published code's epochs |")
    print("|---|---:|---:|---:|---:|")
    for loss in arguments.losses:
        for start, optimisation in starts.items():
            settings = TrainingSettings(
                loss=loss,
                rpmap=RPMAP_VARIANTS["published-code-bones" if loss == "rpdl-published" else "paper"],
                network=NetworkSettings(name=arguments.network, encoding=arguments.encoding),
                optimisation=optimisation,
                grid=arguments.grid,
                epochs=-(-arguments.steps // STEPS),
                steps_per_epoch=STEPS,
                batch_size=arguments.batch,
                learning_rate=arguments.learning_rate,
                decay_patience=100_000,
                stop_patience=100_000,
                validation_bones=0,
                shift=0,
                threads=1,
                device="cpu",
            )
            print(row(f"`{loss}`, {start}", losses(settings, dataset), EMPTY_MASK[loss]), flush=True)


if __name__ == "__main__":
    main()
