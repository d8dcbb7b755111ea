"""The answers beside which every network is seen: the surgeons, where others drilled, the best there is.

* "surgeons": each judge's entry is the mean of what the other surgeons reach with him or
  her; what is measured against all judges together leaves out who is taken for the prediction,
  who would agree with himself. Experiment 2 as in the paper: the left-out surgeon is taken for
  the prediction, and judged by the map of the others, so that what he alone drilled costs the
  full penalty.
* "mean-vote-map": the mean vote map of the training bones at the threshold that served
  these best (``evaluation.baseline``), without the held-out surgeon.
* "oracle": the region with the highest mean Dice to the judges; where a held-out surgeon
  judges, that of the others: the best answer of one who knew what all the others drilled.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from napari_rpdl.consensus.oracle import exact_oracle
from napari_rpdl.data.case import Case, Mask
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.evaluation.baseline import best_threshold, mean_vote_map
from napari_rpdl.evaluation.measures import Measured
from napari_rpdl.experiments.folds import Fold
from napari_rpdl.experiments.judging import NEED_SEVERAL, Answerer, judges_of, measured, rows
from napari_rpdl.experiments.scores import ScoreRow


def baseline_rows(dataset: Dataset, fold: Fold, *, thorough: bool) -> Iterator[ScoreRow]:
    """Yield the score rows of all baselines of a fold, case by case.

    Raises:
        InputError: a file of the dataset cannot be read.
    """
    seen = [dataset.case(entry.case_id) for entry in dataset.entries if entry.bone not in fold.bones]
    drilled = [case for case in (other.without(fold.surgeons) for other in seen) if case.annotations]
    threshold = best_threshold(drilled) if drilled else None
    for case_id in fold.judged_cases:
        case = dataset.case(case_id)
        answers = {"oracle": _oracle(case, fold)}
        if threshold is not None:
            answers["mean-vote-map"] = mean_vote_map(drilled, case.grid.shape, case.side) >= np.float32(threshold)
        found = {"surgeons": _surgeons(case, fold, thorough=thorough)}
        for method, mask in answers.items():
            found[method] = [] if mask is None else measured(mask, None, case, fold, thorough=thorough)
        for method, measures in found.items():
            yield from rows(measures, Answerer(method), case, fold, "none")


def _surgeons(case: Case, fold: Fold, *, thorough: bool) -> list[Measured]:
    """Return every measure as the mean over the surgeons who are taken for the prediction."""
    held_out = fold.experiment == "surgeons" and fold.protocol == "paper"
    predicting = [name for name in case.surgeons if not held_out or name in fold.surgeons]
    values: dict[tuple[str, str, str], list[float]] = {}
    for name in predicting:
        for one in _of_surgeon(name, case, fold, thorough=thorough):
            values.setdefault((one.metric, one.surgeon, one.rpmap), []).append(one.value)
    return [Measured(*key, float(np.mean(some))) for key, some in values.items()]


def _of_surgeon(name: str, case: Case, fold: Fold, *, thorough: bool) -> Iterator[Measured]:
    """Yield the measures of a surgeon who is taken for the prediction, without those against himself."""
    mask, judges = case.annotation(name).mask, judges_of(fold, case)
    for one in measured(mask, None, case, fold, thorough=thorough):
        if one.surgeon != name and not (name in judges and one.metric in NEED_SEVERAL):
            yield one
    others = tuple(judge for judge in judges if judge != name)
    if name in judges and others:
        against_others = measured(mask, None, case, replace(fold, judges=others), thorough=False)
        yield from (one for one in against_others if one.metric in NEED_SEVERAL)


def _oracle(case: Case, fold: Fold) -> Mask | None:
    known: Sequence[str] = judges_of(fold, case)
    if fold.experiment == "surgeons" and fold.protocol == "repaired":
        known = [name for name in case.surgeons if name not in fold.surgeons]
    return exact_oracle(case.masks(*known)).mask if known else None
