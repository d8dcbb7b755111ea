"""Does a learned reward-penalty map beat those of the paper? A small study on the phantom (synthetic).

Run with ``python benchmarks/vote_weights.py``; about a quarter of an hour of processor time. Bones of 32 voxels,
one held out in each fold, every arm with the same network, steps, seeds and bones.

The learned map is K + 1 numbers, what a voxel with c of K votes is worth, found by
``napari_rpdl.learning.vote_weight_search``: for each of the eight bones that are left a candidate
trains a network on the other seven, and is judged by its Dice on the eighth. The held-out bone has
no say in the weights, nor in any threshold.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.consensus.decision import best_threshold, dice_by_threshold, dice_optimal
from napari_rpdl.consensus.oracle import exact_oracle
from napari_rpdl.consensus.overlap import dice
from napari_rpdl.data.case import Case, Mask
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.phantom.generation import generate
from napari_rpdl.evaluation.baseline import baseline_mask
from napari_rpdl.learning.events import CandidateJudged, TrainingEnded
from napari_rpdl.learning.prediction import Prediction, predict
from napari_rpdl.learning.runs import Run
from napari_rpdl.learning.training import train
from napari_rpdl.learning.vote_weight_search import Question, candidates, learn_weights
from napari_rpdl.learning.vote_weights import Weights, read_learned
from napari_rpdl.settings import (
    RPMAP_VARIANTS,
    LossSettings,
    NetworkSettings,
    PhantomSettings,
    PredictionSettings,
    TrainingSettings,
)
from napari_rpdl.settings.vote_weights import VoteWeightSettings

SURGEONS, BONES, GRID = 7, 9, 32
SEARCH_SEED = 1000


def start_weights() -> Weights:
    """Return c/K - D*/2 for c = 0..K, where the search starts."""
    return candidates(SURGEONS, VoteWeightSettings())[0]


@dataclass(frozen=True)
class Arm:
    """A loss, with its map."""

    name: str
    loss: str
    rpmap: str = "paper"
    weights: Weights = ()


ARMS = (
    Arm("RPDL, Eq. (3)", "rpdl"),
    Arm("RPDL, published code", "rpdl-published", "published-code-bones"),
    Arm("Dice", "dice"),
    Arm("BCE", "bce"),
    Arm("utility c/K - D*/2", "vote-utility", weights=start_weights()),
)


class Study:
    """The folds of one dataset, trained as often as asked."""

    def __init__(self, folder: Path, steps: int) -> None:
        self.folder = folder
        self.steps = steps
        list(generate(PhantomSettings(bones=BONES, surgeons=SURGEONS, grid=GRID), folder / "phantom"))
        self.dataset = Dataset.open(folder / "phantom")
        self.runs = 0

    @cache  # noqa: B019  one study for the whole program
    def case(self, case_id: str) -> Case:
        """Return a case, read once."""
        return self.dataset.case(case_id)

    def settings(self, arm: Arm, seed: int, watching: int) -> TrainingSettings:
        """Return the settings of one training; nothing but the loss depends on the arm."""
        return TrainingSettings(
            loss=arm.loss,
            rpmap=RPMAP_VARIANTS[arm.rpmap],
            loss_options=LossSettings(vote_weights=arm.weights),
            network=NetworkSettings(channels=(16, 32, 64)),
            grid=GRID,
            epochs=4,
            steps_per_epoch=self.steps // 4,
            learning_rate=3e-3,
            shift=2,
            validation_bones=watching,
            seed=seed,
            threads=1,
            device="cpu",
        )

    def trained(self, arm: Arm, held_out: str, seed: int, watching: int = 1) -> Run:
        """Train without ``held_out``; ``watching`` other bones are kept for the threshold."""
        self.runs += 1
        folder = self.folder / f"run_{self.runs}"
        list(train(self.settings(arm, seed, watching), self.dataset, folder, [held_out]))
        return Run.open(folder)

    def prediction(self, run: Run, case_id: str) -> Prediction:
        """Return the answer of the last weights, so that no arm gains by its own way to stop."""
        return predict(run.folder, self.case(case_id), PredictionSettings(checkpoint="last", device="cpu"))

    def watched_curve(self, run: Run) -> NDArray[np.float64]:
        """Return the mean Dice at each threshold on the bones that watched."""
        curves = [
            dice_by_threshold(self.prediction(run, case_id).probabilities, self.case(case_id).masks())
            for case_id in run.record.validation_cases
        ]
        mean: NDArray[np.float64] = np.mean(curves, axis=0)
        return mean


def agreement(mask: Mask, case: Case) -> float:
    """Return the mean Dice to the surgeons."""
    return float(np.mean([dice(mask, drilled) for drilled in case.masks()]))


def learned_weights(study: Study, held_out: str, search: VoteWeightSettings, fold: int) -> Weights:
    """Return the candidate with the best Dice on the other bones, each predicted by networks that never saw it."""
    folder, drawn = study.folder / f"search_{fold}", search.model_copy(update={"draw": fold})
    training = study.settings(Arm("", "vote-utility"), SEARCH_SEED + fold, watching=0)
    question = Question(study.dataset, (held_out,), search=drawn, training=training)
    for event in learn_weights(question, folder, folder.with_suffix(".json")):
        study.runs += isinstance(event, TrainingEnded)
        if isinstance(event, CandidateJudged):
            print(f"    candidate {event.weights}: inner Dice {event.dice:.3f}", flush=True)
    return read_learned(folder.with_suffix(".json")).best.weights


def scores(study: Study, arm: Arm, held_out: str, seeds: int) -> NDArray[np.float64]:
    """Return Dice at 0.5, at the threshold tuned on the watching bone, Dice-optimal, and volume ratio, (seeds, 4)."""
    rows = []
    case = study.case(held_out)
    volume = np.mean([mask.sum() for mask in case.masks()])
    for seed in range(seeds):
        run = study.trained(arm, held_out, seed)
        prediction = study.prediction(run, held_out)
        tuned = prediction.mask(best_threshold(study.watched_curve(run)))
        best = dice_optimal(prediction.probabilities).mask
        half = prediction.mask(0.5)
        rows.append([*(agreement(mask, case) for mask in (half, tuned, best)), half.sum() / volume])
    return np.array(rows)


def table(rows: dict[str, NDArray[np.float64]]) -> str:
    """Return a Markdown table; rows are (folds, seeds, 4)."""
    lines = [
        "| arm | Dice at 0.5 | Dice, tuned | Dice-optimal | volume at 0.5 | tuned: SD of seeds |",
        "|---|---|---|---|---|---|",
    ]
    for name, values in rows.items():
        half, tuned, best, volume = values.mean((0, 1))
        spread = values[:, :, 1].std(axis=1, ddof=1).mean()
        lines.append(f"| {name} | {half:.3f} | {tuned:.3f} | {best:.3f} | {volume:.2f} | {spread:.3f} |")
    return "\n".join(lines)


def main(words: Sequence[str] | None = None) -> None:
    """Run the study and print its tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--folds", type=int, default=3, help="bones that are held out, one after the other")
    parser.add_argument("--seeds", type=int, default=3, help="trainings of each arm in each fold")
    parser.add_argument("--candidates", type=int, default=4, help="weights tried in each fold, the start included")
    parser.add_argument("--repeats", type=int, default=1, help="trainings of each candidate for each inner bone")
    parser.add_argument("--steps", type=int, default=120, help="optimiser steps of each training")
    options = parser.parse_args(words)
    search = VoteWeightSettings(candidates=options.candidates, repeats=options.repeats)
    started = process_time()
    with tempfile.TemporaryDirectory() as folder:
        study = Study(Path(folder), options.steps)
        found: dict[str, list[NDArray[np.float64]]] = {}
        for fold, held_out in enumerate(study.dataset.case_ids[: options.folds]):
            case = study.case(held_out)
            others = [study.case(case_id) for case_id in study.dataset.case_ids if case_id != held_out]
            print(
                f"{held_out}: oracle {exact_oracle(case.masks()).dice:.3f}, "
                f"mean map of the others {agreement(baseline_mask(others, case), case):.3f}",
                flush=True,
            )
            weights = learned_weights(study, held_out, search, fold)
            print(f"    learned: {weights}", flush=True)
            for arm in (*ARMS, Arm("utility, learned", "vote-utility", weights=weights)):
                found.setdefault(arm.name, []).append(scores(study, arm, held_out, options.seeds))
                print(f"    {arm.name}: {found[arm.name][-1].mean(0).round(3)}", flush=True)
        print(table({name: np.stack(values) for name, values in found.items()}))
        print(f"{study.runs} trainings, {process_time() - started:.0f} s of CPU time. Phantom (synthetic).")


if __name__ == "__main__":
    main()
