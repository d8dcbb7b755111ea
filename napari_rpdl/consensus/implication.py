"""What a reward-penalty map means for a decision: from how many surgeons on it says "drill".

A map gives every voxel a worth, but a surgeon asks where to drill. Of all regions
"drilled by at least v of the K surgeons" the one is named that scores highest with these
surgeons by the map itself (paper, Eq. 6).
"""

from dataclasses import dataclass

import numpy as np

from napari_rpdl.consensus.patterns import PatternCounts
from napari_rpdl.consensus.rpmap import PAPER, reward_table
from napari_rpdl.settings import RPMapSettings


@dataclass(frozen=True, slots=True)
class Implication:
    """What the votes on one bone look like, and what a map makes of them.

    Attributes:
        voxels: (K + 1) numbers of voxels that exactly 0, 1, ... K surgeons drilled.
        rpd: (K) mean RPD to the K surgeons of "at least 1, 2, ... K of them".
        votes: the v with the highest of these, the smallest of equals.
    """

    voxels: tuple[int, ...]
    rpd: tuple[float, ...]
    votes: int

    @property
    def surgeons(self) -> int:
        """K."""
        return len(self.rpd)


def implication(counts: PatternCounts, settings: RPMapSettings = PAPER) -> Implication:
    """Return the decision that a map implies on the bone it was made of.

    Of the variants' settings the penalty changes nothing here: a voxel that nobody drilled belongs to no such
    region. It counts for a network, which does not see the votes. Nor does the
    normalisation, as any factor of the map cancels in Eq. (6). ``worths`` do: few
    votes may be worth less than nothing.

    Raises:
        InputError: the weights do not fit the number of surgeons.
    """
    surgeons = counts.members.shape[1]
    votes = counts.votes.astype(np.intp)
    shown = reward_table(surgeons, settings, int(votes.max(initial=0))).astype(np.float32)
    rewards = shown.astype(np.float64)[votes]
    taken = votes[:, None] >= np.arange(1, surgeons + 1)
    worth = (counts.voxels * rewards)[:, None]
    shared = counts.members.T @ (worth * taken)
    weights = np.add.outer((abs(worth) * counts.members).sum(axis=0), (abs(worth) * taken).sum(axis=0))
    rpd = np.divide(2 * shared, weights, out=np.ones_like(weights), where=weights > 0).mean(axis=0)
    drilled = np.bincount(votes, weights=counts.voxels, minlength=surgeons + 1).astype(np.int64)
    drilled[0] = counts.grid_voxels - drilled.sum()
    return Implication(tuple(drilled.tolist()), tuple(rpd.tolist()), int(rpd.argmax()) + 1)
