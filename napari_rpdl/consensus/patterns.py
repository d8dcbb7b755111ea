"""Patterns: the voxels of one bone, sorted by who drilled them.

Dice, RPD and the oracle depend on the K masks only through how many voxels each of the
2^K combinations of surgeons holds. One pass over the voxels counts them; whatever
follows works on those few numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.consensus.votes import Votes, vote_patterns
from napari_rpdl.data.case import Mask

# Up to so many surgeons a table of all combinations is smaller and faster than sorting.
_MOST_TABLED_SURGEONS = 16


@dataclass(frozen=True, slots=True, eq=False)
class PatternCounts:
    """How many voxels each combination of surgeons drilled.

    Attributes:
        codes: (P,) the combinations that occur, without "nobody", as ``vote_patterns``
            numbers them, in ascending order.
        members: (P, K) float64, 1 where surgeon k belongs to the combination, else 0.
        voxels: (P,) float64, voxels of each combination (integers, exact to 2^53).
        grid_voxels: voxels of the whole grid.
    """

    codes: Votes
    members: NDArray[np.float64]
    voxels: NDArray[np.float64]
    grid_voxels: int

    @property
    def sizes(self) -> NDArray[np.float64]:
        """|Y_k|: voxels of each mask, (K,)."""
        return self.voxels @ self.members

    @property
    def votes(self) -> NDArray[np.float64]:
        """Surgeons in each combination, (P,)."""
        votes: NDArray[np.float64] = self.members.sum(axis=1)
        return votes

    @property
    def intersections(self) -> NDArray[np.float64]:
        """|Y_j and Y_k|, (K, K)."""
        return self.members.T @ (self.voxels[:, None] * self.members)


def count_patterns(masks: Sequence[Mask]) -> PatternCounts:
    """Return the pattern counts of the masks of one bone.

    Raises:
        InputError: there is no mask, there are more than 64, or they do not fit together.
    """
    return counts_of(vote_patterns(masks), len(masks))


def counts_of(patterns: Votes, surgeons: int) -> PatternCounts:
    """Return the pattern counts of what ``vote_patterns`` returned for ``surgeons`` masks."""
    drilled = patterns[patterns != 0]
    if surgeons <= _MOST_TABLED_SURGEONS:
        table = np.bincount(drilled, minlength=1)
        codes = np.flatnonzero(table).astype(patterns.dtype)
        voxels = table[codes]
    else:
        codes, voxels = np.unique(drilled, return_counts=True)
    bits = np.arange(surgeons).astype(patterns.dtype)
    members = (codes[:, None] >> bits) & patterns.dtype.type(1)
    return PatternCounts(codes, members.astype(np.float64), voxels.astype(np.float64), patterns.size)
