"""Scoring: one drilled region against every surgeon of the bone."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from napari_rpdl.consensus.agreement import dice, rpd
from napari_rpdl.consensus.oracle import best_mean_dice
from napari_rpdl.consensus.patterns import count_patterns
from napari_rpdl.consensus.rpmap import PAPER, rpmap_of
from napari_rpdl.data.case import Case, Mask
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.safety import check_on_grid, critical_voxels
from napari_rpdl.settings import RPMapSettings


@dataclass(frozen=True, slots=True)
class Scores:
    """How a drilled region compares with the K surgeons of its bone.

    Attributes:
        case_id: the bone.
        surgeons: K names, the order of ``dice`` and ``rpd``.
        dice: Dice (Eq. 5) with each surgeon, 0..1.
        rpd: RPD (Eq. 6) with each surgeon, judged by the RPMap of all K.
        dice_mean: mean of ``dice``.
        dice_sd: population SD of ``dice``, the spread between surgeons as in the paper's
            tables; it says nothing about the certainty of the mean.
        rpd_mean: mean of ``rpd``.
        rpd_sd: population SD of ``rpd``.
        oracle_dice: the highest mean Dice that any single mask can have on this bone.
        fraction_of_oracle: ``dice_mean`` / ``oracle_dice``, 0..1.
        volume_ratio: voxels of the region / mean voxels of the surgeons' regions; None
            where no surgeon drilled.
        critical_voxels: name of each critical structure -> voxels of the region inside
            it; empty where the case has no structures.
    """

    case_id: str
    surgeons: tuple[str, ...]
    dice: tuple[float, ...]
    rpd: tuple[float, ...]
    dice_mean: float
    dice_sd: float
    rpd_mean: float
    rpd_sd: float
    oracle_dice: float
    fraction_of_oracle: float
    volume_ratio: float | None
    critical_voxels: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """Return all fields as plain data for JSON."""
        return asdict(self)


def score(mask: Mask, case: Case, rpmap_settings: RPMapSettings = PAPER) -> Scores:
    """Compare a drilled region with every surgeon of its case.

    RPD uses the RPMap of all the case's surgeons, as the paper does in Experiment 1.
    ``measure_agreement`` judges each surgeon by the map of the *others* (Experiment 2),
    which is stricter: do not compare the two RPD figures directly.

    Args:
        mask: bool (z, y, x) on the case's grid.
        case: the bone with at least one annotation.
        rpmap_settings: the map that RPD uses.

    Raises:
        InputError: ``mask`` is no mask of the case's shape, or nobody drilled the case.
    """
    check_on_grid(mask, case)
    if not case.annotations:
        msg = f"{case.case_id} has no annotation to compare with. Score a case that surgeons drilled."
        raise InputError(msg)
    masks = case.masks()
    rewards = rpmap_of(masks, rpmap_settings)
    counts = count_patterns(masks)
    dices = [dice(mask, drilled) for drilled in masks]
    rpds = [rpd(mask, drilled, rewards) for drilled in masks]
    oracle_dice = best_mean_dice(counts)
    volume = float(counts.sizes.mean())
    return Scores(
        case_id=case.case_id,
        surgeons=case.surgeons,
        dice=tuple(dices),
        rpd=tuple(rpds),
        dice_mean=float(np.mean(dices)),
        dice_sd=float(np.std(dices)),
        rpd_mean=float(np.mean(rpds)),
        rpd_sd=float(np.std(rpds)),
        oracle_dice=oracle_dice,
        fraction_of_oracle=min(float(np.mean(dices)) / oracle_dice, 1.0),
        volume_ratio=int(np.count_nonzero(mask)) / volume if volume else None,
        critical_voxels=critical_voxels(mask, case),
    )
