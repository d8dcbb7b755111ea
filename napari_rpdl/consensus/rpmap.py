"""RPMap: what each voxel is worth, from the regions that several surgeons drilled.

Paper (He et al., IJCNN 2020), Sec. III-B and Fig. 2: count for every voxel the surgeons
who drilled it, give the voxels that nobody drilled the negative of the maximum, and
divide so that the map runs from -1 to 1. docs/rpmap.md lists the variants.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.consensus.votes import Votes, checked_masks, vote_dtype, vote_map
from napari_rpdl.data.case import Mask
from napari_rpdl.errors import InputError
from napari_rpdl.settings import RPMAP_VARIANTS, RPMapSettings

RPMap = NDArray[np.float32]

PAPER = RPMAP_VARIANTS["paper"]

# Votes of so many voxels stay in the second-level cache between counting and look-up.
_BLOCK = 1 << 18


def rpmap(votes: Votes, surgeons: int, settings: RPMapSettings = PAPER) -> RPMap:
    """Return the RPMap of a vote map, float32 in the shape of ``votes``.

    Args:
        votes: how many of the ``surgeons`` drilled each voxel; unsigned integers.
        surgeons: K, how many surgeons were counted.
        settings: penalty and normalisation.

    Raises:
        InputError: ``votes`` holds no unsigned integers, or more votes than surgeons.
    """
    if votes.dtype.kind != "u":
        msg = f"Expected a vote map of unsigned integers, got {votes.dtype}. Build it with vote_map."
        raise InputError(msg)
    largest = int(votes.max(initial=0))
    if surgeons < max(largest, 1):
        msg = f"Expected at most {surgeons} votes, as many as there are surgeons, got {largest}."
        raise InputError(msg)
    table = _RewardTable(reward_table(surgeons, settings, largest))
    result = np.empty(votes.shape, np.float32)
    flat_votes, flat_result = votes.reshape(-1), result.reshape(-1)
    for block in _blocks(votes.size):
        table.write(np.ascontiguousarray(flat_votes[block]), flat_result[block])
    return result


def rpmap_of(masks: Sequence[Mask], settings: RPMapSettings = PAPER) -> RPMap:
    """Return the RPMap of the masks of one bone, float32 in their shape, in one pass.

    Voxels are counted and looked up block by block, so that no vote map of the whole
    grid is ever written. (``normalisation="largest"`` must see all votes first.)

    Raises:
        InputError: there is no mask, or the masks do not fit together.
    """
    first = checked_masks(masks)[0]
    surgeons = len(masks)
    if settings.normalisation == "largest":
        return rpmap(vote_map(masks), surgeons, settings)
    table = _RewardTable(reward_table(surgeons, settings, surgeons))
    columns = [np.ascontiguousarray(mask).view(np.uint8).reshape(-1) for mask in masks]
    result = np.empty(first.shape, np.float32)
    flat = result.reshape(-1)
    scratch: Votes = np.empty(min(_BLOCK, flat.size), vote_dtype(surgeons))
    for block in _blocks(flat.size):
        votes = scratch[: block.stop - block.start]
        _count(columns, block, votes)
        table.write(votes, flat[block])
    return result


def reward_table(surgeons: int, settings: RPMapSettings, largest: int) -> NDArray[np.float32]:
    """Return what a voxel with 0, 1, ... K votes is worth, float32 (K + 1,).

    v >= 1 votes are worth v / divisor (0 for a single vote where ``single_votes`` is
    "zero"); no vote costs the penalty times the reward of the most votes possible.

    Args:
        surgeons: K.
        settings: penalty and normalisation.
        largest: most votes of any voxel of this bone; only "largest" looks at it, and
            takes 1 for a bone that nobody drilled. "surgeons-1" takes 1 for K = 1.
    """
    divisor, most = {
        "surgeons": (surgeons, surgeons),
        "surgeons-1": (max(surgeons - 1, 1), surgeons),
        "largest": (max(largest, 1), max(largest, 1)),
        "none": (1, surgeons),
    }[settings.normalisation]
    table = np.arange(surgeons + 1) / divisor
    table[0] = -settings.penalty * most / divisor
    if settings.single_votes == "zero":
        table[1] = 0.0
    return table.astype(np.float32)


class _RewardTable:
    """Look-up from votes to rewards, two voxels at a time where votes are bytes."""

    def __init__(self, rewards: NDArray[np.float32]) -> None:
        self._rewards = rewards
        padded = np.zeros(256, np.float32)
        padded[: rewards.size] = rewards[:256]
        both = np.arange(1 << 16, dtype=np.uint16).view(np.uint8).reshape(-1, 2)
        self._pairs = padded[both].view(np.uint64).reshape(-1)

    def write(self, votes: Votes, out: NDArray[np.float32]) -> None:
        """Write the rewards of ``votes`` into ``out``, both contiguous (N,)."""
        paired = votes.size & ~1 if votes.dtype == np.uint8 else 0
        np.take(self._pairs, votes[:paired].view(np.uint16), out=out[:paired].view(np.uint64), mode="clip")
        np.take(self._rewards, votes[paired:], out=out[paired:], mode="clip")


def _blocks(size: int) -> list[slice]:
    return [slice(start, min(start + _BLOCK, size)) for start in range(0, size, _BLOCK)]


def _count(columns: Sequence[NDArray[np.uint8]], block: slice, out: Votes) -> None:
    np.copyto(out, columns[0][block])
    for column in columns[1:]:
        np.add(out, column[block], out=out)
