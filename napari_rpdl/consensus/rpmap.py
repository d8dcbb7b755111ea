"""RPMap: what each voxel is worth, from the regions that several surgeons drilled.

Paper (He et al., IJCNN 2020), Sec. III-B and Fig. 2: count for every voxel the surgeons
who drilled it, give the voxels that nobody drilled the negative of the maximum, and
divide so that the map runs from -1 to 1. docs/rpmap.md lists the variants.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.consensus.votes import Votes, checked_masks, vote_dtype, vote_map
from napari_rpdl.data.case import Mask
from napari_rpdl.errors import InputError
from napari_rpdl.settings import RPMAP_VARIANTS, RPMapSettings

RPMap = NDArray[np.float32]

PAPER = RPMAP_VARIANTS["paper"]

# Votes of so many voxels stay in the second-level cache between counting and look-up.
_BLOCK = 1 << 19

# NumPy lets other threads run; beyond a few of them memory is the limit.
_MOST_THREADS = 4

# On smaller grids the table of four voxels at once takes longer to make than it saves.
_WORTH_FOURS = 1 << 20
_MOST_FOURS_VOTES = 15


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
    flat = votes.reshape(-1)

    def copy(block: slice, out: Votes) -> None:
        np.copyto(out, flat[block], casting="unsafe")

    return _built(votes.shape, copy, reward_table(surgeons, settings, largest).astype(np.float32))


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
    columns = [np.ascontiguousarray(mask).view(np.uint8).reshape(-1) for mask in masks]

    def count(block: slice, out: Votes) -> None:
        np.add(columns[0][block], columns[1][block] if surgeons > 1 else np.uint8(0), out=out)
        for column in columns[2:]:
            np.add(out, column[block], out=out)

    return _built(first.shape, count, reward_table(surgeons, settings, surgeons).astype(np.float32))


def reward_table(surgeons: int, settings: RPMapSettings, largest: int) -> NDArray[np.float64]:
    """Return what a voxel with 0, 1, ... K votes is worth, float64 (K + 1,).

    ``worths``, where they are given, are that table. Else v >= 1 votes are worth v / divisor (0 for a
    single vote where ``single_votes`` is "zero"); no vote costs the penalty times the reward of the most
    votes possible.

    Args:
        surgeons: K.
        settings: penalty and normalisation.
        largest: most votes of any voxel of this bone; only "largest" looks at it, and
            takes 1 for a bone that nobody drilled. "surgeons-1" takes 1 for K = 1.

    Raises:
        InputError: there are ``worths``, but not K + 1 of them.
    """
    if settings.worths:
        return _own_table(surgeons, settings.worths)
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
    return table


def _own_table(surgeons: int, weights: Sequence[float]) -> NDArray[np.float64]:
    if len(weights) != surgeons + 1:
        msg = (
            f"Expected {surgeons + 1} weights, one for each of 0 to {surgeons} votes of this bone's surgeons, "
            f"got {len(weights)}. Give as many, or none to take the named variant."
        )
        raise InputError(msg)
    return np.array(weights, np.float64)


def _built(shape: tuple[int, ...], votes_of: Callable[[slice, Votes], None], rewards: RPMap) -> RPMap:
    """Return the RPMap of ``shape``; ``votes_of`` writes the votes of one block of voxels."""
    result = np.empty(shape, np.float32)
    flat = result.reshape(-1)
    look_up = _LookUp(rewards, flat.size)

    def build(starts: Sequence[int]) -> None:
        scratch: Votes = np.empty(min(_BLOCK, flat.size), vote_dtype(rewards.size - 1))
        for start in starts:
            block = slice(start, min(start + _BLOCK, flat.size))
            votes = scratch[: block.stop - start]
            votes_of(block, votes)
            look_up(votes, flat[block])

    _share(build, range(0, flat.size, _BLOCK))
    return result


def _share(build: Callable[[Sequence[int]], None], starts: range) -> None:
    """Let ``build`` see every start, shared among threads where there are several blocks."""
    threads = min(len(starts), os.cpu_count() or 1, _MOST_THREADS)
    if threads < 2:
        build(starts)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(build, [starts[first::threads] for first in range(threads)]))


class _LookUp:
    """From votes to rewards, four voxels at a time on large grids.

    Four votes of at most 15 are four bytes whose upper halves are 0. Times 2^4 + 2^16, as
    one 32-bit number, they come to stand side by side in its upper 16 bits, in a fixed
    order that the table is written in.
    """

    def __init__(self, rewards: RPMap, voxels: int) -> None:
        self._rewards = rewards
        most = rewards.size - 1
        self._fours: NDArray[np.complex128] | None = None
        if most <= _MOST_FOURS_VOTES and voxels >= _WORTH_FOURS:
            votes = np.stack(np.meshgrid(*[np.arange(most + 1, dtype=np.uint8)] * 4), axis=-1).reshape(-1, 4)
            index = _side_by_side(votes.copy().view(np.uint32).reshape(-1))
            fours = np.zeros((1 << 16, 4), np.float32)
            fours[index] = rewards[votes]
            self._fours = fours.view(np.complex128).reshape(-1)

    def __call__(self, votes: Votes, out: RPMap) -> None:
        """Write the rewards of ``votes`` into ``out``, both contiguous (N,); uses ``votes`` up."""
        done = 0
        if self._fours is not None:
            done = votes.size // 4 * 4
            index = _side_by_side(votes[:done].view(np.uint32))
            # "clip" spares a copy of the output; no index is out of range.
            np.take(self._fours, index, out=out[:done].view(np.complex128), mode="clip")
        np.take(self._rewards, votes[done:], out=out[done:], mode="clip")


def _side_by_side(bytes_of_four: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Pack four votes of a number into 16 bits, in place."""
    np.multiply(bytes_of_four, np.uint32((1 << 4) + (1 << 16)), out=bytes_of_four)
    return np.right_shift(bytes_of_four, np.uint32(16), out=bytes_of_four)
