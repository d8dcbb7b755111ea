"""The trivial answer that any method must beat: where surgeons drilled the other bones.

No learning, no look at the new bone: the mean share of votes of the training bones, cut
at the threshold that served those bones best.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.consensus import decision
from napari_rpdl.consensus.votes import vote_map
from napari_rpdl.data.case import Case, Mask, Side
from napari_rpdl.data.resampling import resample_probabilities
from napari_rpdl.data.volume import Shape
from napari_rpdl.errors import InputError

MeanMap = NDArray[np.float32]


def mean_vote_map(cases: Iterable[Case], shape: Shape, side: Side | None = None) -> MeanMap:
    """Return the mean share of surgeons who drilled each voxel, float32 ``shape`` in 0..1.

    Every case counts the same, however many surgeons drilled it. Cases are brought to
    ``shape`` over their own field of view; one of the other ear is mirrored in x.

    Args:
        cases: each with at least one annotation; read one at a time.
        shape: (z, y, x) of the result.
        side: ear that the map is for; nothing is mirrored where either side is unknown.

    Raises:
        InputError: there is no case, or one has no annotation.
    """
    total, count = np.zeros(shape, np.float64), 0
    for case in cases:
        masks = case.masks()
        shares = (np.arange(len(masks) + 1) / len(masks)).astype(np.float32)
        share = shares[vote_map(masks)]
        mirrored = side is not None and case.side is not None and case.side != side
        total += resample_probabilities(share[..., ::-1] if mirrored else share, shape)
        count += 1
    if not count:
        msg = "Expected at least one bone to average, got none. Hold fewer bones out."
        raise InputError(msg)
    total /= count
    return total.astype(np.float32)


def dice_by_threshold(mean_map: MeanMap, case: Case) -> NDArray[np.float64]:
    """Return the mean Dice of ``mean_map`` >= 0.01, 0.02 ... 1.00 to the surgeons, (100,)."""
    return decision.dice_by_threshold(mean_map, case.masks())


def best_threshold(cases: Sequence[Case]) -> float:
    """Return the threshold that serves bones best that were not averaged.

    Leave one bone out of ``cases``, average the others, score every threshold on the
    bone left out; take the threshold with the highest mean over bones, of equals the
    middle one. (On its own average a bone would look better at a higher threshold than a
    new bone will.) With a single bone there is nothing to leave out, and it is scored on
    its own vote map. Bones that nobody drilled have no say, as with networks: the empty
    answer would always win.

    Args:
        cases: the training bones, each with at least one annotation.

    Raises:
        InputError: there is no case, or one has no annotation.
    """
    if not cases:
        msg = "Expected at least one bone to choose a threshold on, got none. Hold fewer bones out."
        raise InputError(msg)
    scores = []
    for case in [case for case in cases if any(mask.any() for mask in case.masks())] or cases:
        others = [other for other in cases if other.bone != case.bone] or cases
        scores.append(dice_by_threshold(mean_vote_map(others, case.grid.shape, case.side), case))
    return decision.best_threshold(np.mean(scores, axis=0))


def baseline_mask(training_cases: Sequence[Case], case: Case) -> Mask:
    """Return the trivial answer for ``case``, bool on its grid.

    The annotations of ``case`` are not looked at; leave the bone itself, and its
    repetitions, out of ``training_cases``.

    Raises:
        InputError: there is no training case, or one has no annotation.
    """
    threshold = best_threshold(training_cases)
    answer: Mask = mean_vote_map(training_cases, case.grid.shape, case.side) >= np.float32(threshold)
    return answer
