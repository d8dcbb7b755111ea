"""The surgeons' choices, packed: maps of any weights and any of the surgeons cost a look-up.

Every voxel holds the number of one row, the combination of surgeons who drilled it. What
a person changes (weights, penalty, who counts) concerns the few rows and no voxel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from napari_rpdl.consensus.patterns import PatternCounts
from napari_rpdl.consensus.rpmap import PAPER, RPMap, reward_table
from napari_rpdl.consensus.votes import Votes, vote_patterns
from napari_rpdl.data.case import Mask
from napari_rpdl.settings import RPMapSettings

_MOST_TABLED_SURGEONS = 16
_Part = int | slice | EllipsisType | NDArray[Any]
Index = _Part | tuple[_Part, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Ballots:
    """Who drilled each voxel of a bone.

    Attributes:
        choices: (z, y, x) unsigned, the row of ``members`` of each voxel.
        members: bool (R, K), whether surgeon k belongs to the combination; row 0 is nobody.
        voxels: int64 (R,), how many voxels chose each row.
    """

    choices: Votes
    members: NDArray[np.bool_]
    voxels: NDArray[np.int64]

    @classmethod
    def of(cls, masks: Sequence[Mask]) -> "Ballots":
        """Return the ballots of the masks of one bone.

        Up to 16 surgeons a voxel's pattern of bits is its row; with more the combinations
        that occur are numbered.

        Raises:
            InputError: there is no mask, there are more than 64, or they do not fit together.
        """
        patterns, surgeons = vote_patterns(masks), len(masks)
        if surgeons <= _MOST_TABLED_SURGEONS:
            codes = np.arange(1 << surgeons, dtype=np.uint64)
            choices = patterns
        else:
            codes, rows = np.unique(np.append(patterns.reshape(-1), patterns.dtype.type(0)), return_inverse=True)
            choices = rows[:-1].reshape(patterns.shape).astype(np.min_scalar_type(codes.size - 1))
        bits = np.arange(surgeons, dtype=np.uint64)
        members = (codes.astype(np.uint64)[:, None] >> bits & np.uint64(1)).astype(np.bool_)
        return cls(choices, members, np.bincount(choices.reshape(-1), minlength=codes.size).astype(np.int64))

    def votes(self, counted: Sequence[bool]) -> NDArray[np.intp]:
        """Return how many of the ``counted`` (K flags) surgeons belong to each row, (R,)."""
        votes: NDArray[np.intp] = self.members[:, np.asarray(counted, np.bool_)].sum(axis=1)
        return votes

    def counts(self, counted: Sequence[bool]) -> PatternCounts:
        """Return how many voxels each combination of the ``counted`` surgeons drilled.

        Combinations that differ only in surgeons who do not count stay apart: sums over
        rows do not mind.
        """
        rows = np.flatnonzero((self.votes(counted) > 0) & (self.voxels > 0))
        members = self.members[rows][:, np.asarray(counted, np.bool_)].astype(np.float64)
        codes = rows.astype(np.uint64)
        return PatternCounts(codes, members, self.voxels[rows].astype(np.float64), self.choices.size)

    def at_least(self, votes: int, counted: Sequence[bool]) -> Mask:
        """Return where at least so many of the ``counted`` surgeons drilled, bool (z, y, x)."""
        return np.take(self.votes(counted) >= votes, self.choices)

    def rpmap(self, counted: Sequence[bool], settings: RPMapSettings = PAPER) -> "LookedUp":
        """Return the RPMap of the ``counted`` surgeons, looked up where it is asked for.

        Raises:
            InputError: nobody counts, or the weights do not fit the number of surgeons.
        """
        votes = self.votes(counted)
        occurring = self.voxels > 0
        table = reward_table(int(np.sum(counted)), settings, int(votes[occurring].max(initial=0)))
        worths = table.astype(np.float32)[votes]
        seen = worths[occurring]
        return LookedUp(self.choices, worths, float(seen.min(initial=0)), float(seen.max(initial=0)))


class LookedUp:
    """A float32 array (z, y, x) whose values are looked up when they are asked for: read it like an array.

    A slice of 256³ costs a hundredth of the whole, so a map can follow a hand.

    Args:
        choices: (z, y, x) unsigned, rows of ``worths``.
        worths: float32 (R,).
        lowest: smallest value that occurs.
        highest: largest value that occurs.
    """

    dtype = np.dtype(np.float32)

    def __init__(self, choices: Votes, worths: RPMap, lowest: float, highest: float) -> None:
        self._choices, self._worths = choices, worths
        self.lowest, self.highest = lowest, highest

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the grid, (z, y, x)."""
        return self._choices.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self._choices.ndim

    @property
    def size(self) -> int:
        """Number of voxels."""
        return self._choices.size

    def become(self, other: "LookedUp") -> bool:
        """Take on the worths of another map of the same ballots; False, and unchanged, for other ballots."""
        if other._choices is not self._choices:
            return False
        self._worths, self.lowest, self.highest = other._worths, other.lowest, other.highest
        return True

    def __getitem__(self, key: Index) -> RPMap:
        """Return the values of some voxels, indexed as NumPy does."""
        values: RPMap = np.take(self._worths, self._choices[key])
        return values

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Return all values, always a new array."""
        if copy is False:
            msg = "A looked-up map has no array to share."
            raise ValueError(msg)
        return self[...].astype(dtype or self.dtype, copy=False)
