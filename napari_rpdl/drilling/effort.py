"""What a correction cost: how far a region was changed, and in what time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from napari_rpdl.data.case import Annotation, Case
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.drill_log import StartKind, starting_region
from napari_rpdl.evaluation.surfaces import surface_distances, unit_of
from napari_rpdl.settings import DrillingSettings


@dataclass(frozen=True, slots=True)
class Effort:
    """One correction.

    Attributes:
        case_id: the bone.
        surgeon: who corrected.
        start: what kind of region was corrected.
        start_name: whose it was; with ``start`` it names the method that a prediction came from.
        added: voxels that were drilled further.
        removed: voxels that were refilled.
        mean_distance: of the two regions' surfaces (``evaluation.surfaces``); None where one region is empty.
        hd95: 95th percentile of these distances, the larger of both directions; None where one region is empty.
        unit: of both, "mm", or "voxels" where the spacing is unknown.
        minutes: at work, pauses left out.
        strokes: that count in the end.
    """

    case_id: str
    surgeon: str
    start: StartKind
    start_name: str
    added: int
    removed: int
    mean_distance: float | None
    hd95: float | None
    unit: str
    minutes: float
    strokes: int


def effort_of(case: Case, annotation: Annotation, idle_s: float = DrillingSettings().idle_s) -> Effort | None:
    """Return what an annotation cost its surgeon; None where it was not drilled here.

    Raises:
        InputError: the region that its log started from is damaged.
    """
    log = annotation.log
    if log is None:
        return None
    start = starting_region(log.header)
    distances = surface_distances(start, annotation.mask, case.grid)
    return Effort(
        case_id=case.case_id,
        surgeon=annotation.surgeon,
        start=log.header.start.kind,
        start_name=log.header.start.name,
        added=int(np.count_nonzero(annotation.mask & ~start)),
        removed=int(np.count_nonzero(start & ~annotation.mask)),
        mean_distance=distances.average(),
        hd95=distances.hausdorff(95),
        unit=unit_of(case.grid),
        minutes=log.minutes(idle_s),
        strokes=len(log.strokes),
    )


def efforts(dataset: Dataset, idle_s: float = DrillingSettings().idle_s) -> Iterator[Effort]:
    """Return what every region of a dataset that was drilled here cost, case by case.

    Raises:
        InputError: as ``Dataset.case`` and ``effort_of``.
    """
    for case in dataset:
        for annotation in case.annotations:
            if (effort := effort_of(case, annotation, idle_s)) is not None:
                yield effort
