"""Bones in other orientations and places, on the fly.

The paper mirrors and rotates every bone by multiples of 90 degrees about all axes; its
published code stores 216 copies: 8 mirrors times 27 rotations by 90, 180 or 270 degrees
about each axis. Only 48 of them differ: the symmetries of the cube, each an order of the
three axes (6) with a choice of axes to flip (8); some of them come once among the 216,
others ten times. Here an orientation is drawn for each bone of each batch, and the same
one turns input and annotations. So is a small shift, which the paper does not have: no
two scans hold the bone at the same place.
"""

from collections.abc import Iterator
from itertools import permutations, product
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

Axes = tuple[int, int, int]


class Orientation(NamedTuple):
    """One way to lay a cube into its own shape: first reorder the axes, then flip.

    Attributes:
        order: which of the axes (0 = z, 1 = y, 2 = x) becomes the first, second, third.
        flips: for each of the resulting axes, whether it is reversed.
    """

    order: Axes = (0, 1, 2)
    flips: tuple[bool, bool, bool] = (False, False, False)


AS_IT_IS = Orientation()
LEFT_RIGHT = Orientation(flips=(False, False, True))
CUBE_GROUP: tuple[Orientation, ...] = tuple(
    Orientation((first, second, third), (flip_first, flip_second, flip_third))
    for first, second, third in permutations((0, 1, 2))
    for flip_first, flip_second, flip_third in product((False, True), repeat=3)
)
"""All 48 orientations: 24 rotations and their 24 mirror images."""


def after(first: Orientation, second: Orientation) -> Orientation:
    """Return the one orientation that does what ``first`` and then ``second`` do."""
    z, y, x = ((first.order[axis], first.flips[axis] != flip) for axis, flip in zip(*second, strict=True))
    return Orientation((z[0], y[0], x[0]), (z[1], y[1], x[1]))


QUARTER_TURNS: tuple[Orientation, Orientation, Orientation] = (
    Orientation((0, 2, 1), (False, True, False)),
    Orientation((2, 1, 0), (True, False, False)),
    Orientation((1, 0, 2), (True, False, False)),
)
"""A quarter turn about z, y and x."""


def _published_variants() -> Iterator[Orientation]:
    for turns in product((1, 2, 3), repeat=3):
        rotation = AS_IT_IS
        for quarter, times in zip(QUARTER_TURNS, turns, strict=True):
            for _ in range(times):
                rotation = after(rotation, quarter)
        for mirror in product((False, True), repeat=3):
            yield after(Orientation(flips=(mirror[0], mirror[1], mirror[2])), rotation)


PUBLISHED_VARIANTS: tuple[Orientation, ...] = tuple(_published_variants())
"""The 216 copies of the published code, rotation by rotation; each is one of ``CUBE_GROUP``."""

CHOICES: dict[str, tuple[Orientation, ...]] = {
    "cube": CUBE_GROUP,
    "published": PUBLISHED_VARIANTS,
    "mirror": (AS_IT_IS, LEFT_RIGHT),
    "none": (AS_IT_IS,),
}
"""What each augmentation setting draws from, each entry equally often."""


def draw_orientation(augmentation: str, rng: np.random.Generator) -> Orientation:
    """Return a random orientation of ``CHOICES[augmentation]``."""
    choices = CHOICES[augmentation]
    return choices[int(rng.integers(len(choices)))]


def apply_orientation(volume: Tensor, orientation: Orientation) -> Tensor:
    """Return ``volume`` (..., n, n, n) in another orientation (values are moved, never changed)."""
    leading = volume.ndim - 3
    turned = volume.permute(*range(leading), *(leading + axis for axis in orientation.order))
    flipped = [leading + axis for axis, flip in enumerate(orientation.flips) if flip]
    return torch.flip(turned, flipped)


def draw_shift(largest: int, rng: np.random.Generator) -> Axes:
    """Return by how many voxels to move along z, y, x: each from -largest to largest, equally often."""
    z, y, x = rng.integers(-largest, largest, 3, endpoint=True).tolist()
    return z, y, x


def apply_shift(volume: Tensor, shift: Axes) -> Tensor:
    """Return ``volume`` (..., z, y, x) moved by ``shift`` voxels; what is moved in repeats the border."""
    for axis, step in zip((-3, -2, -1), shift, strict=True):
        source = torch.arange(volume.shape[axis], device=volume.device) - step
        volume = volume.index_select(axis, source.clamp(0, volume.shape[axis] - 1))
    return volume
