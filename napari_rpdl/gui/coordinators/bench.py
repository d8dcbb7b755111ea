"""A bone on the bench: what is drilled, its surface, and how it is saved."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

from napari_rpdl.data.case import Annotation, Case
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.drilling.recorded import RecordedDrilling
from napari_rpdl.drilling.surroundings import Surroundings
from napari_rpdl.gui.carving import CarvedSurface, carved_bone
from napari_rpdl.gui.opening import bone_color

Begin = Callable[[Surroundings], RecordedDrilling]


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """A bone that is being drilled.

    Attributes:
        drilling: region, log and journal.
        surface: of the bone that is left.
        start: what it started from, in words.
    """

    drilling: RecordedDrilling
    surface: CarvedSurface
    start: str

    @property
    def case(self) -> Case:
        """The bone."""
        return self.drilling.surroundings.case


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """A saved region, and the dataset and the bone that it is now part of."""

    annotation: Annotation
    dataset: Dataset
    case: Case


def volume_words(case: Case, voxels: int) -> str:
    """Return a volume in cm³, or in voxels where the spacing is unknown."""
    if case.grid.spacing_known:
        return f"{voxels * prod(case.grid.steps) / 1000:.2f} cm³"
    return f"{voxels:,} voxels"


def bench_of(case: Case, begin: Begin, start: str) -> Bench:
    """Return a bone with its drilling begun; some seconds of work for large grids."""
    drilling = begin(Surroundings(case))
    try:
        surface = carved_bone(case, bone_color(case), drilling.region.mask)
    except BaseException:
        drilling.close()
        raise
    return Bench(drilling, surface, start)


def save(dataset: Dataset, case_id: str, annotation: Annotation) -> Joined:
    """Write a region to a dataset; return both as they are now."""
    dataset.add_annotation(case_id, annotation)
    now = Dataset.open(dataset.folder)
    return Joined(annotation, now, now.case(case_id))
