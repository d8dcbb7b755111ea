"""The steps from what surgeons drilled to a reward-penalty map (paper, Sec. III-B)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.colors import BoundaryNorm, ListedColormap, Normalize
from numpy.typing import NDArray

from napari_rpdl.consensus.rpmap import RPMap, reward_table
from napari_rpdl.consensus.votes import Votes, vote_map
from napari_rpdl.data.case import Mask
from napari_rpdl.figures.canvas import REWARD_PENALTY_COLORS
from napari_rpdl.settings import RPMapSettings

_NO_VOTE, _ONE_VOTE, _ALL_VOTES = "#f6f7f8", (0.80, 0.89, 0.95), (0.03, 0.25, 0.52)


@dataclass(frozen=True, slots=True, eq=False)
class RPMapSteps:
    """What becomes of K masks, step by step; all arrays have their shape.

    Attributes:
        surgeons: K.
        votes: how many drilled each voxel.
        penalised: the votes, with the penalty where there is none.
        divisor: what they are divided by.
        rpmap: the result.
    """

    surgeons: int
    votes: Votes
    penalised: RPMap
    divisor: float
    rpmap: RPMap

    @classmethod
    def of(cls, masks: Sequence[Mask], settings: RPMapSettings) -> "RPMapSteps":
        """Go through the steps; an InputError says which masks do not fit together."""
        votes = vote_map(masks)
        surgeons, largest = len(masks), int(votes.max(initial=0))
        rewards = reward_table(surgeons, settings, largest).astype(np.float32)
        divisors = {"surgeons": surgeons, "surgeons-1": surgeons - 1, "largest": largest, "none": 1}
        divisor = max(divisors[settings.normalisation], 1)
        result: RPMap = rewards[votes]
        return cls(surgeons, votes, np.asarray(result * np.float32(divisor), np.float32), float(divisor), result)

    @property
    def limit(self) -> float:
        """The largest absolute value of the map; 1 where it is 0 everywhere."""
        return float(np.abs(self.rpmap).max(initial=0)) or 1.0

    def colored(self, values: NDArray[Any], scale: float = 1.0) -> NDArray[np.float64]:
        """Return the colours (..., 4) of a map's values; ``scale`` is what 1 of the map is among them."""
        limit = self.limit * scale
        return np.asarray(REWARD_PENALTY_COLORS(Normalize(-limit, limit)(values)), np.float64)


def vote_colors(surgeons: int) -> tuple[ListedColormap, BoundaryNorm]:
    """Return one colour for each number of votes 0..K, from paper to dark blue."""
    shares = np.linspace(0, 1, surgeons)[:, None]
    blues = np.array(_ONE_VOTE) * (1 - shares) + np.array(_ALL_VOTES) * shares
    colors = ListedColormap([_NO_VOTE, *(tuple(blue) for blue in blues)])
    return colors, BoundaryNorm(np.arange(surgeons + 2) - 0.5, surgeons + 1)
