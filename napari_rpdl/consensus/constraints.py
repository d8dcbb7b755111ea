"""What a drilled region must never do, whatever a network says.

Each constraint only takes voxels away and says how many, so that a person sees what
the network wanted. Parts are connected through faces of voxels: a drill does not pass
through an edge.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, distance_transform_edt, find_objects, generate_binary_structure, label

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.errors import InputError
from napari_rpdl.settings import DecisionSettings

CRITICAL = "critical structures and their margin"
UNREACHABLE = "not reachable from the surface"
ISLANDS = "islands"

Box = tuple[slice, slice, slice]

_FACES = generate_binary_structure(3, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Constrained:
    """A region that obeys, and what was taken from it.

    Attributes:
        mask: bool (z, y, x) on the case's grid.
        removed: constraint -> voxels that it took, for those that are switched on, in
            the order in which they were applied.
    """

    mask: Mask
    removed: dict[str, int]


def constrain(mask: Mask, case: Case, settings: DecisionSettings) -> Constrained:
    """Apply what ``settings`` switch on: critical structures first, then the surface, then islands.

    Taking away what is critical may cut a part off the surface, and taking that away
    decides which part is the largest; hence the order. Air in the region is no fault:
    air cells are drilled away with the bone around them.

    Args:
        mask: bool (z, y, x) on the case's grid.
        case: with structures, where critical structures or the surface matter.
        settings: which constraints; the rule is not used here.

    Raises:
        InputError: the case has no structures, or its table names none as critical or as
            air, although a constraint needs them.
    """
    removed: dict[str, int] = {}
    kept = mask
    for name, keep in (
        (CRITICAL, _outside_critical if settings.avoid_critical or settings.margin else None),
        (UNREACHABLE, _reachable if settings.from_surface else None),
        (ISLANDS, _large if settings.one_region or settings.smallest_part else None),
    ):
        if keep is not None:
            before, kept = kept, keep(kept, case, settings)
            removed[name] = int(np.count_nonzero(before)) - int(np.count_nonzero(kept))
    return Constrained(kept, removed)


def forbidden(case: Case, margin: float, box: Box = (slice(None),) * 3) -> Mask:
    """Return the voxels of critical structures and those whose centre is within ``margin`` of one.

    Args:
        case: with structures.
        margin: between voxel centres, in mm; in voxels where the spacing is unknown.
        box: the part of the grid to look at; nothing outside of it counts.

    Raises:
        InputError: as ``constrain``.
    """
    if not case.table.codes_of("critical"):
        msg = (
            f"The structure table of {case.case_id} calls no structure critical, so none can be avoided. "
            'Give the structures that must not be touched the role "critical" in dataset.json.'
        )
        raise InputError(msg)
    critical = case.table.mask_of(case.labels()[box], "critical")
    if not margin or not critical.any():
        return critical
    near: Mask = distance_transform_edt(~critical, sampling=case.grid.steps) <= margin
    return near


def outside_air(case: Case) -> Mask:
    """Return the air around the bone: air that is connected with the border of the grid.

    Raises:
        InputError: as ``constrain``.
    """
    if not case.table.codes_of("air"):
        msg = f'The structure table of {case.case_id} has no air. Give it the role "air" in dataset.json.'
        raise InputError(msg)
    parts, _ = label(case.table.mask_of(case.labels(), "air"), _FACES)
    at_border = np.unique(parts[_border(parts.shape)])
    return np.isin(parts, at_border[at_border > 0])


def _outside_critical(mask: Mask, case: Case, settings: DecisionSettings) -> Mask:
    box = _around(mask, case, settings.margin)
    kept = mask.copy()
    kept[box] &= ~forbidden(case, settings.margin, box)
    return kept


def _around(mask: Mask, case: Case, margin: float) -> Box:
    """Return the smallest box that holds the mask and everything within ``margin`` of it.

    Distances take some 60 bytes a voxel: too much for all of a large bone.
    """
    z, y, x = (find_objects(mask.view(np.uint8)) or [tuple(slice(0, 1) for _ in mask.shape)])[0]
    reach = [int(margin / step) + 1 for step in case.grid.steps]
    grown = [slice(max(part.start - more, 0), part.stop + more) for part, more in zip((z, y, x), reach, strict=True)]
    return grown[0], grown[1], grown[2]


def _reachable(mask: Mask, case: Case, settings: DecisionSettings) -> Mask:
    """Keep the parts that touch the outside air; the grid's border where the bone fills all of the grid."""
    outside = outside_air(case)
    gate = binary_dilation(outside, _FACES) if outside.any() else _border(mask.shape)
    parts, _ = label(mask, _FACES)
    touching = np.unique(parts[gate])
    return np.isin(parts, touching[touching > 0])


def _large(mask: Mask, case: Case, settings: DecisionSettings) -> Mask:
    parts, count = label(mask, _FACES)
    if not count:
        return mask
    sizes = np.bincount(parts.reshape(-1))[1:]
    keep = sizes >= settings.smallest_part
    if settings.one_region:
        keep &= np.arange(count) == sizes.argmax()
    kept: Mask = np.concatenate([[False], keep])[parts]
    return kept


def _border(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    border = np.ones(shape, np.bool_)
    border[tuple(slice(1, -1) for _ in shape)] = False
    return border
