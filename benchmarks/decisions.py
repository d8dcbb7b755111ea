"""What ensembles, rules and constraints bring, in Dice to the surgeons of bones that were held out.

    python benchmarks/decisions.py [--folds 3] [--seeds 3] [--steps 120] [--loss bce]

Phantom (synthetic) dataset of 9 bones and 7 surgeons at 32 voxels. For each held-out bone the same small U-net is
trained with several seeds; the weights of the last step answer. Some 40 s of processor time on one core.
"""

import argparse
import tempfile
from itertools import combinations
from pathlib import Path

import numpy as np

from napari_rpdl.consensus.oracle import exact_oracle
from napari_rpdl.consensus.overlap import dice
from napari_rpdl.data.case import Case, Mask
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.phantom import generate
from napari_rpdl.learning.decision import decide
from napari_rpdl.learning.prediction import Prediction, predict
from napari_rpdl.learning.training import train
from napari_rpdl.settings import (
    DecisionSettings,
    NetworkSettings,
    PhantomSettings,
    PredictionSettings,
    TrainingSettings,
)

GRID = 32
ASKING = PredictionSettings(checkpoint="last", device="cpu")
CONSTRAINTS = {"margin": 1.0, "from_surface": True, "one_region": True}


def trained(settings: TrainingSettings, dataset: Dataset, held_out: str, folder: Path) -> Path:
    """Return the folder of a run that never saw the bone."""
    for _ in train(settings, dataset, folder, [held_out]):
        pass
    return folder


def agreement(mask: Mask, case: Case) -> float:
    """Return the mean Dice to the surgeons."""
    return float(np.mean([dice(mask, drilled) for drilled in case.masks()]))


def column(runs: list[Path], case: Case) -> tuple[dict[str, float], str]:
    """Return a bone's figures by the table's rows, and what else there is to say."""

    def by(prediction: Prediction, rule: str) -> Mask:
        return decide(prediction, case, DecisionSettings.model_validate({"rule": rule})).mask

    alone = [predict(run, case, ASKING) for run in runs]
    together = predict(runs, case, ASKING)
    best = decide(together, case, DecisionSettings(rule="dice-optimal"))
    kept = decide(together, case, DecisionSettings.model_validate({"rule": "dice-optimal"} | CONSTRAINTS))
    figures = {
        "one run at 0.5 (mean of the seeds)": np.mean([agreement(by(one, "threshold"), case) for one in alone]),
        "one run, `dice-optimal`": np.mean([agreement(by(one, "dice-optimal"), case) for one in alone]),
        "all runs at 0.5": agreement(by(together, "threshold"), case),
        "all runs, `mbr`": agreement(by(together, "mbr"), case),
        "**all runs, `dice-optimal`**": agreement(best.mask, case),
        "the same with `--margin 1 --from-surface --one-region`": agreement(kept.mask, case),
        "expected by `dice-optimal` itself": best.expected_dice or float("nan"),
        "best possible single answer": exact_oracle(case.masks()).dice,
    }
    pairs = combinations([by(one, "threshold") for one in alone], 2)
    alike = np.mean([dice(one, other) for one, other in pairs]) if len(runs) > 1 else float("nan")
    taken = ", ".join(f"{count} ({constraint})" for constraint, count in kept.removed.items())
    said = f"voxels that constraints took: {taken}; Dice between two runs at 0.5 {alike:.3f}"
    return {name: float(value) for name, value in figures.items()}, said


def main() -> None:
    """Train, decide and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folds", type=int, default=3, help="bones that are held out, one after the other")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--loss", default="bce")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        for _ in generate(PhantomSettings(grid=GRID), Path(home) / "phantom"):
            pass
        dataset = Dataset.open(Path(home) / "phantom")
        bones = dataset.case_ids[: asked.folds]
        columns, remarks = [], []
        for bone in bones:
            runs = []
            for seed in range(asked.seeds):
                settings = TrainingSettings(
                    loss=asked.loss,
                    network=NetworkSettings(channels=(16, 32, 64)),
                    grid=GRID,
                    epochs=4,
                    steps_per_epoch=asked.steps // 4,
                    learning_rate=3e-3,
                    shift=2,
                    seed=seed,
                    threads=1,
                    device="cpu",
                )
                runs.append(trained(settings, dataset, bone, Path(home) / f"{bone}_{seed}"))
            figures, remark = column(runs, dataset.case(bone))
            columns.append(figures)
            remarks.append(remark)
    print(f"Phantom (synthetic), {GRID} voxels, loss `{asked.loss}`, {asked.steps} steps, {asked.seeds} seeds\n")
    print(f"| | {' | '.join(bones)} |\n|---|{'---:|' * len(bones)}")
    for name in columns[0]:
        print(f"| {name} | {' | '.join(f'{figures[name]:.3f}' for figures in columns)} |")
    print("\n" + "\n".join(f"{bone}: {remark}." for bone, remark in zip(bones, remarks, strict=True)))


if __name__ == "__main__":
    main()
