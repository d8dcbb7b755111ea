"""What a prediction is held against beside the surgeons: the best any single region can do, and the trivial answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from napari_rpdl.consensus.oracle import exact_oracle
from napari_rpdl.data.case import Case, Mask
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.baseline import baseline_mask
from napari_rpdl.evaluation.scoring import Scores, score

Kind = Literal["oracle", "baseline"]


@dataclass(frozen=True, slots=True, eq=False)
class Yardstick:
    """A region of a bone that bounds or humbles predictions.

    Attributes:
        kind: "oracle" (nothing agrees better with the surgeons) or "baseline" (where
            surgeons drilled other bones).
        mask: bool (z, y, x) on the case's grid.
        scores: the region against every surgeon of the bone.
        bones: names of the bones that a baseline was averaged from; empty for the oracle.
    """

    kind: Kind
    mask: Mask
    scores: Scores
    bones: tuple[str, ...] = ()


def oracle(case: Case) -> Yardstick:
    """Return the region with the highest mean Dice to the surgeons of a bone.

    Raises:
        InputError: nobody drilled the bone, or more than 64 did.
    """
    mask = exact_oracle(case.masks()).mask
    return Yardstick("oracle", mask, score(mask, case))


def baseline(others: Sequence[Case], case: Case) -> Yardstick:
    """Return where surgeons drilled other bones, cut at the threshold that serves those bones best.

    Args:
        others: cases to average; those that show the same bone, or that nobody drilled, are left out.
        case: the bone; its annotations are looked at for the scores only.

    Raises:
        InputError: no case is left to average, or nobody drilled ``case``.
    """
    averaged = [other for other in others if other.bone != case.bone and other.annotations]
    if not averaged:
        msg = f"There is no other bone that surgeons drilled, so {case.case_id} has no baseline. Add bones."
        raise InputError(msg)
    mask = baseline_mask(averaged, case)
    return Yardstick("baseline", mask, score(mask, case), tuple(other.case_id for other in averaged))
