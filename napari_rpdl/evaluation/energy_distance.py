"""Generalised energy distance: whether a set of answers is as the set of the surgeons' answers."""

from collections.abc import Sequence

import numpy as np

from napari_rpdl.consensus.overlap import Matrix
from napari_rpdl.consensus.patterns import count_patterns
from napari_rpdl.consensus.votes import checked_masks
from napari_rpdl.data.case import Mask


def energy_distance(answers: Sequence[Mask], surgeons: Sequence[Mask]) -> float:
    """Return the squared generalised energy distance between two sets of masks, 0..2.

    2 E d(A, S) - E d(A, A') - E d(S, S') with d = 1 - intersection over union, 0 for two
    empty masks. The expectations run over independent draws, so a mask is also paired
    with itself (i = j is included, as by Kohl et al., NeurIPS 2018): equal sets are at 0,
    and it is never negative. A single answer has no spread, so where surgeons differ it
    cannot reach 0.

    Args:
        answers: masks of one shape, such as samples of a network; one is enough.
        surgeons: masks in the same shape; at most 64 with the answers.

    Raises:
        InputError: a set is empty, or the masks do not fit together.
    """
    away = 1 - _overlaps([*checked_masks(answers), *checked_masks(surgeons)])
    first = slice(None, len(answers))
    second = slice(len(answers), None)
    across, among_answers, among_surgeons = (away[pair].mean() for pair in _pairs(first, second))
    return max(float(2 * across - among_answers - among_surgeons), 0.0)


def _pairs(first: slice, second: slice) -> tuple[tuple[slice, slice], ...]:
    return (first, second), (first, first), (second, second)


def _overlaps(masks: Sequence[Mask]) -> Matrix:
    """Return intersection over union of every two masks, (N, N), 1 where both are empty."""
    counts = count_patterns(masks)
    union = np.add.outer(counts.sizes, counts.sizes) - counts.intersections
    overlaps: Matrix = np.divide(counts.intersections, union, out=np.ones_like(union), where=union > 0)
    return overlaps
