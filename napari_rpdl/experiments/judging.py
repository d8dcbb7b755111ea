"""From an answer for a bone to the rows of ``scores.csv``, by the protocol of its fold."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.evaluation.measures import Measured, each, measure
from napari_rpdl.experiments.folds import Fold
from napari_rpdl.experiments.scores import ScoreRow

NEED_SEVERAL = ("oracle_dice", "fraction_of_oracle", "energy_distance")
"""Of one judge alone these say nothing: the best answer to one surgeon is that surgeon's own region."""


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answered, as the columns of a score row name it; networks have more to say than baselines."""

    method: str
    preset: str = ""
    network: str = ""
    loss: str = ""
    seed: int = 0


def judges_of(fold: Fold, case: Case) -> tuple[str, ...]:
    """Return the surgeons of a case with whom answers are compared, in the case's order."""
    return tuple(name for name in case.surgeons if not fold.judges or name in fold.judges)


def maps_of(fold: Fold) -> tuple[str, ...]:
    """Return whose RPMaps judge: as the paper does, or those that the compared surgeon has no part in (and all)."""
    if fold.protocol == "repaired":
        return ("others", "test")
    return ("training",) if fold.experiment == "surgeons" else ("test",)


def decisions_of(fold: Fold) -> tuple[str, ...]:
    """Return how a network's regions are cut: at 0.5 as in the paper, repaired also at the tuned threshold."""
    return ("fixed", "tuned") if fold.protocol == "repaired" else ("fixed",)


def measured(
    mask: Mask, probabilities: NDArray[np.float32] | None, case: Case, fold: Fold, *, thorough: bool
) -> list[Measured]:
    """Return what the fold's protocol keeps of an answer's measures; nothing where no judge drilled the case."""
    judges = judges_of(fold, case)
    if not judges:
        return []
    training = judges if fold.experiment == "surgeons" and fold.protocol == "paper" else ()
    found = measure(mask, probabilities, case, judges, training_surgeons=training, thorough=thorough)
    dropped = NEED_SEVERAL if len(judges) == 1 else ()
    maps = maps_of(fold)
    return [one for one in each(found) if one.metric not in dropped and (not one.rpmap or one.rpmap in maps)]


def rows(found: list[Measured], answerer: Answerer, case: Case, fold: Fold, decision: str) -> Iterator[ScoreRow]:
    """Yield the score rows of what was measured on one case."""
    for one in found:
        yield ScoreRow(
            experiment=fold.experiment,
            protocol=fold.protocol,
            method=answerer.method,
            preset=answerer.preset,
            network=answerer.network,
            loss=answerer.loss,
            seed=answerer.seed,
            fold=fold.name,
            case_id=case.case_id,
            bone=case.bone,
            surgeon=one.surgeon,
            decision=decision,
            metric=one.metric,
            rpmap=one.rpmap,
            value=one.value,
        )
