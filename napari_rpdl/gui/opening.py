"""What is made of a bone in the background before it is shown: its arrays and the surfaces of the 3-D view."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.gui.camera import lamp
from napari_rpdl.gui.meshes import Mesh, bone_surface, joined, structure_surfaces, surface
from napari_rpdl.gui.palette import surgeon_color
from napari_rpdl.gui.session import BY_NOBODY

_BONE_COLOR = "#e8dcc0"


@dataclass(frozen=True, slots=True, eq=False)
class Solids:
    """The surfaces of a bone as someone left it."""

    case_id: str
    bone: Mesh
    structures: dict[int, Mesh]


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """The regions that some surgeons drilled: rank (for the colour) and mask (z, y, x), and the surface of all."""

    case_id: str
    masks: Mapping[str, tuple[int, Mask]]
    mesh: Mesh


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A bone, ready to be shown.

    Attributes:
        case: the bone.
        surgeons: whose regions are shown.
        left_by: the surgeon whose cavity is cut out of the bone.
        solids: None where there are no structures.
        regions: what those surgeons drilled.
        flat: whether the surfaces were left out, because nobody looks in 3-D.
    """

    case: Case
    surgeons: tuple[str, ...]
    left_by: str
    solids: Solids | None
    regions: Regions
    flat: bool


def open_case(dataset: Dataset, case_id: str, surgeons: Sequence[str], left_by: str, in_3d: bool) -> Opened:
    """Load a bone and make all that shows it.

    Args:
        dataset: holds the bone.
        case_id: its name.
        surgeons: who was shown; those who drilled this bone, too, stay so. Everyone where there is nothing else to see.
        left_by: whose cavity was cut out; nobody's where that surgeon did not drill this bone.
        in_3d: without it no surface is made, which takes most of the time.

    Raises:
        InputError: as ``Dataset.case``.
    """
    case = dataset.case(case_id)
    shown = tuple(surgeon for surgeon in surgeons if surgeon in case.surgeons)
    if case.structures is None and not shown:
        shown = case.surgeons
    left = left_by if left_by in case.surgeons else BY_NOBODY
    drilled = case.annotation(left).mask if left != BY_NOBODY else None
    solids = solids_of_case(case, drilled) if in_3d and case.structures is not None else None
    regions = regions_of(case, ranked(case, shown, dataset.surgeons), in_3d)
    return Opened(case, shown, left, solids, regions, flat=not in_3d)


def ranked(case: Case, surgeons: Sequence[str], everyone: Sequence[str]) -> dict[str, tuple[int, Mask]]:
    """Return place among ``everyone`` and mask of each surgeon."""
    return {name: (everyone.index(name), case.annotation(name).mask) for name in surgeons}


def solids_of_case(case: Case, drilled: Mask | None) -> Solids:
    """Return the surfaces of a bone with structures once ``drilled`` (z, y, x) is cut out."""
    with ThreadPoolExecutor(1) as beside:  # large filters let a second core work
        structures = beside.submit(structure_surfaces, case, drilled)
        bone = bone_surface(case, bone_color(case), drilled)
    return Solids(case.case_id, bone, structures.result())


def regions_of(case: Case, masks: Mapping[str, tuple[int, Mask]], in_3d: bool = True) -> Regions:
    """Return regions with their surfaces, glassy and lit like the bone's."""
    towards, shown = lamp(case.side), masks.values() if in_3d else ()
    meshes = [surface(mask, surgeon_color(rank), towards, glassy=True) for rank, mask in shown]
    return Regions(case.case_id, masks, joined(meshes))


def bone_color(case: Case) -> str:
    """Return the table's colour of bone."""
    return next((s.color for s in case.table.structures if s.role == "bone"), _BONE_COLOR)
