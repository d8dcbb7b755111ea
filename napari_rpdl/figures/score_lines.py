"""The scores beneath a picture, as the paper's tables give them."""

from dataclasses import replace

from napari_rpdl.consensus.rpmap import PAPER
from napari_rpdl.data.case import Case, Mask
from napari_rpdl.evaluation.scoring import score
from napari_rpdl.settings import RPMapSettings

EXPLANATION = (
    "Dice and RPD: mean ± SD over the surgeons of the bone; a surgeon is compared with, and judged by the map of, "
    "the others."
)
"""What stands below a figure that bears such scores."""


def score_lines(mask: Mask, case: Case, rpmap_settings: RPMapSettings = PAPER) -> tuple[str, ...]:
    """Return Dice and RPD of a region with all surgeons of its bone, a line each; none where nobody drilled it."""
    if not case.annotations:
        return ()
    scores = score(mask, case, rpmap_settings)
    return (
        f"Dice {scores.dice_mean:.3f} ± {scores.dice_sd:.3f}",
        f"RPD {scores.rpd_mean:.3f} ± {scores.rpd_sd:.3f}",
    )


def surgeon_score_lines(surgeon: str, case: Case, rpmap_settings: RPMapSettings = PAPER) -> tuple[str, ...]:
    """Return Dice and RPD of a surgeon with all the others of the bone; none where there is no other.

    Raises:
        InputError: the surgeon has not drilled this bone.
    """
    own = case.annotation(surgeon).mask
    others = tuple(annotation for annotation in case.annotations if annotation.surgeon != surgeon)
    return score_lines(own, replace(case, annotations=others), rpmap_settings)
