"""Vote maps: in how many annotations, and in whose, each voxel lies."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Mask
from napari_rpdl.errors import InputError

Votes = NDArray[np.unsignedinteger[Any]]

MOST_PATTERN_SURGEONS = 64


def checked_masks(masks: Sequence[Mask]) -> list[Mask]:
    """Return the masks of one bone if they can be counted together.

    Raises:
        InputError: there is none, one is not boolean, or two shapes differ.
    """
    if not masks:
        msg = "Expected the region of at least one surgeon, got none. Add an annotation to this bone."
        raise InputError(msg)
    for mask in masks:
        if mask.dtype != np.bool_ or mask.shape != masks[0].shape:
            msg = (
                f"Expected all regions of a bone to be masks of shape {masks[0].shape}, got {mask.dtype} {mask.shape}. "
                "Resample them to one grid first."
            )
            raise InputError(msg)
    return list(masks)


def vote_map(masks: Sequence[Mask]) -> Votes:
    """Return how many of the K masks hold each voxel: 0..K, in the masks' shape.

    The dtype is uint8, uint16 for more than 255 masks.

    Raises:
        InputError: there is no mask, or the masks do not fit together.
    """
    first = checked_masks(masks)[0]
    votes: Votes = np.zeros(first.shape, vote_dtype(len(masks)))
    for mask in masks:
        np.add(votes, mask.view(np.uint8), out=votes)
    return votes


def vote_dtype(surgeons: int) -> np.dtype[np.unsignedinteger[Any]]:
    """Return the smallest unsigned type that counts to ``surgeons``."""
    return np.dtype(np.min_scalar_type(surgeons))


def vote_patterns(masks: Sequence[Mask]) -> Votes:
    """Return who drilled each voxel: bit k is set where mask k holds the voxel.

    The dtype is the smallest of uint8, uint16, uint32 and uint64 with a bit for each mask.

    Raises:
        InputError: there is no mask, there are more than 64, or they do not fit together.
    """
    first = checked_masks(masks)[0]
    if len(masks) > MOST_PATTERN_SURGEONS:
        msg = (
            f"Agreement, oracle and maps take at most {MOST_PATTERN_SURGEONS} surgeons of one bone, got {len(masks)}. "
            "Leave out the annotations of some, for example in a copy of the dataset."
        )
        raise InputError(msg)
    patterns: Votes = np.zeros(first.shape, np.min_scalar_type(2 ** len(masks) - 1))
    bit = np.empty_like(patterns)
    for k, mask in enumerate(masks):
        np.multiply(mask, patterns.dtype.type(1 << k), out=bit, dtype=patterns.dtype)
        np.bitwise_or(patterns, bit, out=patterns)
    return patterns
