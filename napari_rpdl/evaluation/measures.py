"""Every measure of one answer for one bone, by name: what an experiment keeps of it.

docs/metrics.md has the formula, unit and independent check of each.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.consensus.agreement import dice, rpd
from napari_rpdl.consensus.oracle import best_mean_dice
from napari_rpdl.consensus.patterns import count_patterns
from napari_rpdl.consensus.rpmap import RPMap, rpmap_of
from napari_rpdl.consensus.votes import vote_map
from napari_rpdl.data.case import Case, Mask
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.calibration import calibration
from napari_rpdl.evaluation.cavity import part_sizes, undercut
from napari_rpdl.evaluation.clearance import clearances
from napari_rpdl.evaluation.energy_distance import energy_distance
from napari_rpdl.evaluation.safety import check_on_grid, critical_voxels, voxels_within
from napari_rpdl.evaluation.surfaces import Surface, distances_between, unit_of

TOLERANCE = 1.0
"""Of surface Dice, and the margin around critical structures: 1 mm, 1 voxel where the spacing is unknown."""

Measures = dict[str, float | dict[str, float]]
"""Name -> one number, or name -> surgeon -> number for what is compared with each surgeon."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One number of ``Measures``, with the columns of a score row.

    Attributes:
        metric: such as "dice", "rpd" or "critical_voxels:facial nerve".
        surgeon: who it is compared with, empty for what concerns all of them.
        rpmap: whose map judges an RPD: "test", "training" or "others"; empty for the rest.
        value: finite.
    """

    metric: str
    surgeon: str
    rpmap: str
    value: float


def measure(
    mask: Mask,
    probabilities: NDArray[np.float32] | None,
    case: Case,
    surgeons: Sequence[str] | None = None,
    *,
    training_surgeons: Sequence[str] = (),
    thorough: bool = True,
) -> Measures:
    """Return every measure of an answer that exists; what does not exist has no entry.

    Compared with each surgeon: ``dice``; ``rpd:test`` by the map of all surgeons of the
    case; ``rpd:others`` by the map of all but the one that is compared, with two surgeons
    or more; ``rpd:training`` by the map of ``training_surgeons``, where any are named.
    For all compared surgeons together: ``oracle_dice``, ``fraction_of_oracle``,
    ``volume_ratio``, ``energy_distance``; with probabilities ``brier``,
    ``calibration_error``, ``calibration_error_where_possible``. Of the region alone:
    ``voxels``, ``islands``, ``island_voxels``; with structures
    ``critical_voxels:<structure>``; with a side too ``overhang_voxels`` and
    ``overhang_share``.

    ``thorough`` adds what needs distances. Lengths are in mm, named "mm", or in voxels
    where the spacing is unknown, named "voxel(s)": for each surgeon
    ``surface_dice:1mm``, ``hd95:mm``, ``assd:mm``; for each critical structure
    ``within_1mm:<structure>`` (voxels of the region inside it or so near) and
    ``clearance_mm:<structure>``.

    Args:
        mask: bool (z, y, x) on the case's grid.
        probabilities: float32 (z, y, x) in 0..1; None for an answer that has none.
        case: the bone.
        surgeons: who it is compared with; everybody who drilled the case where None.
        training_surgeons: whose map also judges, of those who drilled this case.
        thorough: whether to measure distances too; most of the time goes there.

    Raises:
        InputError: ``mask`` is not on the case's grid, nobody drilled the case, a
            surgeon is unknown, or the probabilities do not fit.
    """
    check_on_grid(mask, case)
    names = case.surgeons if surgeons is None else tuple(surgeons)
    if not names:
        msg = f"{case.case_id} has no annotation to compare with. Measure a case that surgeons drilled."
        raise InputError(msg)
    measures: Measures = {
        **_overlap(mask, case, names),
        **_rewards(mask, case, names, training_surgeons),
        **_certainty(probabilities, case.masks(*names)),
        **_shape(mask, case),
    }
    return {**measures, **_distances(mask, case, names)} if thorough else measures


def each(measures: Mapping[str, float | Mapping[str, float]]) -> Iterator[Measured]:
    """Yield every number of ``measures`` on its own, as score rows have it."""
    for name, found in measures.items():
        metric, _, rpmap = name.partition(":") if name.startswith("rpd:") else (name, "", "")
        for surgeon, value in found.items() if isinstance(found, Mapping) else (("", found),):
            yield Measured(metric, surgeon, rpmap, float(value))


def _overlap(mask: Mask, case: Case, names: Sequence[str]) -> Measures:
    masks = case.masks(*names)
    counts = count_patterns(masks)
    dices = {name: dice(mask, drilled) for name, drilled in zip(names, masks, strict=True)}
    oracle, volume, voxels = best_mean_dice(counts), float(counts.sizes.mean()), int(np.count_nonzero(mask))
    found: Measures = {
        "dice": dices,
        "oracle_dice": oracle,
        "fraction_of_oracle": min(float(np.mean(list(dices.values()))) / oracle, 1.0),
        "energy_distance": energy_distance([mask], masks),
        "voxels": voxels,
    }
    return {**found, "volume_ratio": voxels / volume} if volume else found


def _rewards(mask: Mask, case: Case, names: Sequence[str], training: Sequence[str]) -> Measures:
    def judged(rewards: RPMap) -> dict[str, float]:
        return {name: rpd(mask, case.annotation(name).mask, rewards) for name in names}

    found: Measures = {"rpd:test": judged(rpmap_of(case.masks()))}
    if len(case.surgeons) > 1:
        found["rpd:others"] = {
            name: rpd(mask, case.annotation(name).mask, rpmap_of(case.masks(*_others(case, name)))) for name in names
        }
    if training:
        found["rpd:training"] = judged(rpmap_of(case.masks(*training)))
    return found


def _others(case: Case, name: str) -> list[str]:
    return [other for other in case.surgeons if other != name]


def _certainty(probabilities: NDArray[np.float32] | None, masks: Sequence[Mask]) -> Measures:
    if probabilities is None:
        return {}
    found = calibration(probabilities, vote_map(masks), len(masks))
    measures: Measures = {"brier": found.brier, "calibration_error": found.error}
    if found.error_where_possible is not None:
        measures["calibration_error_where_possible"] = found.error_where_possible
    return measures


def _shape(mask: Mask, case: Case) -> Measures:
    parts = part_sizes(mask)
    measures: Measures = {"islands": max(len(parts) - 1, 0), "island_voxels": sum(parts[1:])}
    for name, voxels in critical_voxels(mask, case).items():
        measures[f"critical_voxels:{name}"] = voxels
    if case.structures is not None and case.side is not None:
        under = int(np.count_nonzero(undercut(mask, case)))
        measures["overhang_voxels"] = under
        measures["overhang_share"] = under / max(int(np.count_nonzero(mask)), 1)
    return measures


def _distances(mask: Mask, case: Case, names: Sequence[str]) -> Measures:
    unit = unit_of(case.grid)
    near = f"{TOLERANCE:g}{unit.removesuffix('s')}"
    own, steps = Surface(mask, case.grid.steps), case.grid.steps
    between = {name: distances_between(own, Surface(case.annotation(name).mask, steps)) for name in names}
    measures: Measures = {
        f"surface_dice:{near}": {name: found.dice(TOLERANCE) for name, found in between.items()},
        f"hd95:{unit}": _existing({name: found.hausdorff() for name, found in between.items()}),
        f"assd:{unit}": _existing({name: found.average() for name, found in between.items()}),
    }
    for name, voxels in voxels_within(mask, case, TOLERANCE).items():
        measures[f"within_{near}:{name}"] = voxels
    closest: dict[str, float] = {}
    for one in clearances(mask, case):
        closest.setdefault(one.structure, one.distance)
    return {**measures, **{f"clearance_{unit}:{name}": distance for name, distance in closest.items()}}


def _existing(values: Mapping[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in values.items() if value is not None}
