"""Whether probabilities mean what they say: of the voxels at 0.3, do three in ten surgeons drill them?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.consensus.votes import Votes
from napari_rpdl.errors import InputError

Probabilities = NDArray[np.float32]
BINS = 10
POSSIBLE = 0.01
"""Voxels at least this probable are those of which a network holds drilling possible."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Probabilities against the votes of K surgeons.

    Attributes:
        brier: mean over voxels and surgeons of (p - y)^2; smaller is better. Surgeons who
            disagree keep it above 0, whatever p.
        error: expected calibration error: sum over bins of share of voxels x |mean p -
            mean share of votes|, 0..1. Most voxels of a bone are far from any drilling, at
            p = 0, and keep it small.
        error_where_possible: the same over the voxels of p >= 0.01 only; None where there is none.
        voxels: (10,) int64, voxels with p in 0..0.1, 0.1..0.2, ... 0.9..1; the lower end belongs to a bin.
        mean_probability: (10,) mean p of each bin, NaN where it is empty.
        mean_share: (10,) mean share of votes c / K of each bin, NaN where it is empty.
    """

    brier: float
    error: float
    error_where_possible: float | None
    voxels: NDArray[np.int64]
    mean_probability: NDArray[np.float64]
    mean_share: NDArray[np.float64]


def calibration(probabilities: Probabilities, votes: Votes, surgeons: int) -> Calibration:
    """Compare probabilities with how many of the surgeons drilled each voxel.

    Args:
        probabilities: in 0..1, any shape.
        votes: 0..``surgeons``, the same shape.
        surgeons: K, at least 1.

    Raises:
        InputError: the shapes differ, or a value is out of its range.
    """
    if probabilities.shape != votes.shape or not probabilities.size:
        msg = f"Expected probabilities in the shape of the votes, {votes.shape}, got {probabilities.shape}."
        raise InputError(msg)
    # Written so that NaN does not pass.
    if not (probabilities.min() >= 0 and probabilities.max() <= 1) or votes.max() > surgeons:
        msg = f"Expected probabilities from 0 to 1 and at most {surgeons} votes. Were logits given?"
        raise InputError(msg)
    p = probabilities.reshape(-1).astype(np.float64)
    share = votes.reshape(-1) / surgeons
    # The mean of (p - y)^2 over surgeons, c of whom have y = 1.
    brier = float(np.mean((p - share) ** 2 + share * (1 - share)))
    voxels, sum_p, sum_share = _binned(p, share)
    possible = p >= POSSIBLE
    with np.errstate(invalid="ignore"):
        means = sum_p / voxels, sum_share / voxels
    return Calibration(
        brier=brier,
        error=_error_of(p, share),
        error_where_possible=_error_of(p[possible], share[possible]) if possible.any() else None,
        voxels=voxels,
        mean_probability=means[0],
        mean_share=means[1],
    )


def _binned(
    p: NDArray[np.float64], share: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return how many voxels lie in each bin, and the sums of their probabilities and shares."""
    bins = np.minimum((p * BINS).astype(np.intp), BINS - 1)
    sum_p, sum_share = (np.asarray(np.bincount(bins, values, BINS), np.float64) for values in (p, share))
    return np.bincount(bins, minlength=BINS), sum_p, sum_share


def _error_of(p: NDArray[np.float64], share: NDArray[np.float64]) -> float:
    _, sum_p, sum_share = _binned(p, share)
    return float(np.abs(sum_p - sum_share).sum() / p.size)
