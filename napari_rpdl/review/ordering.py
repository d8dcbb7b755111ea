"""A random order in which neighbours differ and repeats keep their distance."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

_ATTEMPTS = 60


@dataclass(frozen=True, slots=True)
class Slot:
    """Something to be shown: its bone, and the place in the list of what it repeats."""

    bone: str
    repeats: int | None = None


def random_order(slots: Sequence[Slot], gap: int, rng: np.random.Generator) -> list[int]:
    """Return the places of ``slots`` in a random order.

    No two neighbours show the same bone where that is possible, and at least ``gap``
    others lie between a slot and what it repeats, which always comes first. Both are
    tried many times; the order with the fewest neighbours of one bone is returned, and
    of those the one with the fewest repeats that are too close (``faults`` counts both).
    """
    best: list[int] = []
    fewest = (len(slots) + 1, 0)
    for _ in range(_ATTEMPTS):
        order = _attempt(slots, gap, rng)
        counted = faults(slots, order, gap)
        if counted < fewest:
            best, fewest = order, counted
        if fewest == (0, 0):
            break
    return best


def faults(slots: Sequence[Slot], order: Sequence[int], gap: int) -> tuple[int, int]:
    """Return (repeats that are too close, neighbours of the same bone)."""
    place = {slot: rank for rank, slot in enumerate(order)}
    close = sum(
        place[index] - place[slot.repeats] <= gap for index, slot in enumerate(slots) if slot.repeats is not None
    )
    alike = sum(slots[a].bone == slots[b].bone for a, b in pairwise(order))
    return close, alike


def _attempt(slots: Sequence[Slot], gap: int, rng: np.random.Generator) -> list[int]:
    order: list[int] = []
    place: dict[int, int] = {}
    waiting = set(range(len(slots)))
    while waiting:
        ready = [index for index in sorted(waiting) if _may_follow(slots[index], place, len(order), gap)]
        if not ready:
            ready = [index for index in sorted(waiting) if slots[index].repeats not in waiting]
        chosen = _draw(slots, ready, waiting, slots[order[-1]].bone if order else "", rng)
        place[chosen] = len(order)
        order.append(chosen)
        waiting.remove(chosen)
    return order


def _may_follow(slot: Slot, place: dict[int, int], now: int, gap: int) -> bool:
    if slot.repeats is None:
        return True
    return slot.repeats in place and now - place[slot.repeats] > gap


def _draw(slots: Sequence[Slot], ready: list[int], waiting: set[int], last: str, rng: np.random.Generator) -> int:
    """Draw one of ``ready``, of another bone than ``last`` if there is one.

    A bone that fills half of what is left must come now, or it would neighbour itself
    at the end.
    """
    left: dict[str, int] = {}
    for index in waiting:
        left[slots[index].bone] = left.get(slots[index].bone, 0) + 1
    pressing = [index for index in ready if 2 * left[slots[index].bone] > len(waiting) and slots[index].bone != last]
    other = [index for index in ready if slots[index].bone != last]
    return int(rng.choice(pressing or other or ready))
