"""From a prediction to the region that is drilled."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from napari_rpdl.consensus.constraints import constrain
from napari_rpdl.consensus.decision import dice_optimal
from napari_rpdl.consensus.oracle import exact_oracle
from napari_rpdl.consensus.votes import MOST_PATTERN_SURGEONS
from napari_rpdl.data.case import Case, Mask
from napari_rpdl.errors import InputError
from napari_rpdl.learning.prediction import Prediction
from napari_rpdl.settings import DecisionSettings


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """The region that is drilled, and how it came about.

    Attributes:
        mask: bool (z, y, x) on the case's grid.
        rule: which rule decided.
        threshold: probability at which a voxel is drilled; None where the region is no
            threshold of the probabilities.
        expected_dice: mean Dice that the rule itself expects: with a surgeon
            ("dice-optimal") or with the members ("mbr"), before constraints; else None.
        removed: constraint -> voxels that it took from the region, for those switched on.
    """

    mask: Mask
    rule: str
    threshold: float | None
    expected_dice: float | None
    removed: dict[str, int]

    def record(self) -> dict[str, Any]:
        """Return everything but the mask as plain data."""
        return {
            "rule": self.rule,
            "threshold": self.threshold,
            "expected_dice": self.expected_dice,
            "removed_voxels": self.removed,
            "drilled_voxels": int(self.mask.sum()),
            "drilled_share": float(self.mask.mean()),
        }


def decide(
    prediction: Prediction, case: Case, settings: DecisionSettings | None = None, threshold: float = 0.5
) -> Decision:
    """Return the region by a rule, then take away what constraints forbid.

    * "threshold": where the probability is at least ``threshold`` (paper: 0.5).
    * "tuned": the same with the threshold that was tuned for the runs.
    * "dice-optimal": the region of the highest expected Dice, if voxels were independent.
    * "mbr" (minimum Bayes risk): the region with the highest mean Dice to the members'
      regions at ``threshold``, the exact optimum; members are the surgeons where each
      has a head, else the runs. It keeps what voxels do together.

    Args:
        prediction: of ``case``.
        case: its structures matter to the constraints only.
        settings: rule and constraints.
        threshold: for the rules "threshold" and "mbr".

    Raises:
        InputError: the rule lacks what it needs (a tuned threshold, several members), or
            a constraint lacks structures.
    """
    settings = settings or DecisionSettings()
    rule = _RULES[settings.rule]
    mask, cut, expected = rule(prediction, threshold)
    obeyed = constrain(mask, case, settings)
    return Decision(obeyed.mask, settings.rule, cut, expected, obeyed.removed)


Decided = tuple[Mask, float | None, float | None]


def _at_threshold(prediction: Prediction, threshold: float) -> Decided:
    return prediction.mask(threshold), threshold, None


def _at_tuned(prediction: Prediction, threshold: float) -> Decided:
    return prediction.tuned_mask(), prediction.tuned, None


def _dice_optimal(prediction: Prediction, threshold: float) -> Decided:
    best = dice_optimal(prediction.probabilities)
    return best.mask, best.threshold, best.expected_dice


def _minimum_bayes_risk(prediction: Prediction, threshold: float) -> Decided:
    members = tuple(prediction.surgeons.values()) or prediction.members
    if len(members) < 2:
        msg = (
            "The rule mbr needs several answers to agree with, but there is only one: of one network without surgeon "
            'heads, or of one surgeon\'s head. Let all surgeons count, add runs (--ensemble, or "Add run…" in the '
            "viewer), train with surgeon heads, or choose another rule."
        )
        raise InputError(msg)
    if len(members) > MOST_PATTERN_SURGEONS:
        msg = (
            f"The rule mbr weighs at most {MOST_PATTERN_SURGEONS} answers against each other, got {len(members)} "
            f"{'surgeon heads' if prediction.surgeons else 'runs'}. "
            f"Choose another rule{'' if prediction.surgeons else ', or name fewer runs'}."
        )
        raise InputError(msg)
    best = exact_oracle([member >= threshold for member in members])
    return best.mask, None, best.dice


_RULES: dict[str, Callable[[Prediction, float], Decided]] = {
    "threshold": _at_threshold,
    "tuned": _at_tuned,
    "dice-optimal": _dice_optimal,
    "mbr": _minimum_bayes_risk,
}
