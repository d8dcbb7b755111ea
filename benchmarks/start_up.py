"""How many epochs pass before the loss is below that of an empty mask, with and without the prior bias.

    python benchmarks/start_up.py [--epochs 30] [--grid 32]

Phantom (synthetic) bones. The published code's two-argument loss is 1 where nothing is
predicted; its logs need 29 to 61 epochs to get below (an epoch there is 681 steps of 16
samples). Here the same loss starts from P = 0.5 everywhere, as published, and from the
training set's share of drilled voxels; everything else is equal. Eq. (3) is shown beside it.
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


def losses(settings: TrainingSettings, dataset: Dataset) -> list[float]:
    """Return the training loss of every epoch."""
    with tempfile.TemporaryDirectory() as folder:
        events = train(settings, dataset, Path(folder) / "run", [dataset.case_ids[-1]])
        return [event.training_loss for event in events if isinstance(event, EpochEnded)]


def main() -> None:
    """Train, and print the losses and when they are below the empty mask's."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--grid", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=1e-4)
    arguments = parser.parse_args()
    dataset = Dataset.open(sample_dataset_folder())
    for loss, empty in EMPTY_MASK.items():
        for prior_bias in (False, True):
            settings = TrainingSettings(
                loss=loss,
                rpmap=RPMAP_VARIANTS["published-code-bones" if loss == "rpdl-published" else "paper"],
                network=NetworkSettings(encoding="ordinal"),
                optimisation=OptimisationSettings(prior_bias=prior_bias),
                grid=arguments.grid,
                epochs=arguments.epochs,
                learning_rate=arguments.learning_rate,
                validation_bones=0,
                shift=0,
                threads=1,
                device="cpu",
            )
            found = losses(settings, dataset)
            below = next((epoch for epoch, value in enumerate(found, 1) if value < empty), None)
            when = f"below {empty:g} in epoch {below}" if below else f"not below {empty:g} in {len(found)} epochs"
            start = "share of drilled voxels" if prior_bias else "P = 0.5"
            print(f"{loss}, start from {start}: first epoch {found[0]:.3f}, last {found[-1]:.3f}, {when}", flush=True)


if __name__ == "__main__":
    main()
