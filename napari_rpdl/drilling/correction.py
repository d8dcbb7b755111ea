"""What it cost surgeons to correct each method's predictions: a measure of the methods beside their grades."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from napari_rpdl.drilling.effort import Effort
from napari_rpdl.evaluation.paired import Interval, mean_interval


@dataclass(frozen=True, slots=True)
class Correction:
    """Corrections of one method's predictions; means over bones, each bone a mean over its corrections.

    Attributes:
        method: what was corrected, as the drilling's log names it.
        corrections: how many.
        bones: on how many bones.
        changed: voxels drilled further or refilled.
        distance: mean distance of the surfaces before and after; None where a region was empty.
        unit: of ``distance``, "mm" or "voxels".
        minutes: at work, pauses left out.
    """

    method: str
    corrections: int
    bones: int
    changed: Interval
    distance: Interval | None
    unit: str
    minutes: Interval


def corrections_of(efforts: Iterable[Effort], case_ids: Collection[str]) -> tuple[Correction, ...]:
    """Return one row for each method whose predictions were corrected on these cases, in the order of their names.

    Drillings that started from nothing, a consensus or a colleague's region are no
    corrections of a method and are left out.
    """
    by_method: dict[tuple[str, str], list[Effort]] = {}
    for effort in efforts:
        if effort.start == "prediction" and effort.case_id in case_ids:
            by_method.setdefault((effort.start_name, effort.unit), []).append(effort)
    return tuple(_row(method, unit, told) for (method, unit), told in sorted(by_method.items()))


def _row(method: str, unit: str, told: Sequence[Effort]) -> Correction:
    changed = _over_bones(told, [float(one.added + one.removed) for one in told])
    minutes = _over_bones(told, [one.minutes for one in told])
    measured = [one for one in told if one.mean_distance is not None]
    distances = [one.mean_distance for one in measured if one.mean_distance is not None]
    return Correction(
        method=method,
        corrections=len(told),
        bones=len({one.case_id for one in told}),
        changed=changed,
        distance=_over_bones(measured, distances) if measured else None,
        unit=unit,
        minutes=minutes,
    )


def _over_bones(told: Sequence[Effort], values: Sequence[float]) -> Interval:
    by_bone: dict[str, list[float]] = {}
    for one, value in zip(told, values, strict=True):
        by_bone.setdefault(one.case_id, []).append(value)
    return mean_interval([float(np.mean(of_bone)) for of_bone in by_bone.values()])
