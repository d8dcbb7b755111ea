"""How long the RPMap of 7 surgeons takes, beside other ways to do the same work.

Run with ``python benchmarks/rpmap_build.py``; about half a minute and 1 GB of memory.
All ways run in turn, round after round, and each is divided by the additions of its own
round, so that a busy machine is unkind to all alike. Medians of the rounds are printed.
Every result is compared with ours before it is timed.
"""

import os
import platform
import sys
from collections.abc import Callable, Sequence
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.consensus import rpmap as ours
from napari_rpdl.consensus.votes import vote_map
from napari_rpdl.data.case import Mask

SURGEONS = 7
LARGE, SMALL = 256, 32
ROUNDS = 15

Way = Callable[[Sequence[Mask]], NDArray[np.generic] | None]


def balls(size: int) -> list[Mask]:
    """Return overlapping balls of about 4 % of the grid each, as surgeons drill."""
    random = np.random.default_rng(0)
    masks = []
    for _ in range(SURGEONS):
        centre = size * (0.5 + 0.03 * random.normal(size=3))
        z, y, x = (axis - middle for axis, middle in zip(np.indices((size,) * 3, sparse=True), centre, strict=True))
        masks.append(z**2 + y**2 + x**2 < (size * 0.21) ** 2)
    return masks


def seven_additions(votes: NDArray[np.uint8]) -> Way:
    """Return the yardstick: nothing but the additions, into ``votes`` that are there already."""

    def add(masks: Sequence[Mask]) -> None:
        for mask in masks:
            np.add(votes, mask.view(np.uint8), out=votes)

    return add


def two_passes(masks: Sequence[Mask]) -> NDArray[np.generic]:
    """Build a whole vote map first, then look it up."""
    return ours.rpmap(vote_map(masks), len(masks))


def first_numpy(masks: Sequence[Mask]) -> NDArray[np.generic]:
    """Build the map as one would write it first."""
    votes = np.stack(masks).sum(0)
    return np.where(votes > 0, votes / len(masks), -1.0).astype(np.float32)


def quadruple_loop(masks: Sequence[Mask]) -> NDArray[np.generic]:
    """Build the map voxel by voxel and surgeon by surgeon."""
    result: NDArray[np.float32] = np.zeros(masks[0].shape, np.float32)
    depth, height, width = result.shape
    for z in range(depth):
        for y in range(height):
            for x in range(width):
                votes = 0
                for mask in masks:
                    votes += mask[z, y, x]
                result[z, y, x] = votes / len(masks) if votes else -1.0
    return result


def milliseconds(ways: dict[str, Way], masks: Sequence[Mask], rounds: int) -> dict[str, NDArray[np.float64]]:
    """Return how long each way took in each of the rounds."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            start = perf_counter()
            way(masks)
            times[name].append(1000 * (perf_counter() - start))
    return {name: np.array(taken) for name, taken in times.items()}


def check(ways: dict[str, Way], masks: Sequence[Mask]) -> None:
    """Stop if a way does not give our map."""
    expected = ours.rpmap_of(masks)
    for name, way in ways.items():
        result = way(masks)
        if result is not None and not np.array_equal(result, expected):
            sys.exit(f"{name} gives another map; the comparison would mean nothing.")


def report(size: int, ways: dict[str, Way], rounds: int) -> None:
    """Print one table of medians."""
    masks = balls(size)
    yardstick = "seven in-place additions"
    ways = {yardstick: seven_additions(np.zeros(masks[0].shape, np.uint8)), **ways}
    check(ways, masks)
    times = milliseconds(ways, masks, rounds)
    print(f"\n{SURGEONS} masks of {size}³, median of {rounds} rounds\n")
    print("| way | ms | × additions |\n|---|---:|---:|")
    for name, taken in times.items():
        print(f"| {name} | {np.median(taken):.2f} | {np.median(taken / times[yardstick]):.1f} |")


def main() -> None:
    """Print where this runs, then both tables."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, NumPy {np.__version__}")
    ways: dict[str, Way] = {
        "rpmap_of": ours.rpmap_of,
        "vote_map, then rpmap": two_passes,
        "first NumPy version": first_numpy,
    }
    report(LARGE, ways, ROUNDS)
    report(SMALL, {**ways, "quadruple loop": quadruple_loop}, ROUNDS)


if __name__ == "__main__":
    main()
