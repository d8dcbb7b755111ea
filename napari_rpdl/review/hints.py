"""What structures and region tell about an item, for review after the blinded grading.

A hint is no grade: it says what the voxels show, where, and "below resolution" where the
grid cannot show it. Plates of bone thinner than two voxels and structures less than
two voxels across are not judged.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.cavity import cavity_depths, largest_part, overhanging_bone
from napari_rpdl.evaluation.safety import check_on_grid
from napari_rpdl.review.landmarks import antrum, seen_from_lateral, structure, two_across

Verdict = Literal["yes", "no", "below resolution", "not computable"]
_EGGSHELL_MM = 1.0
_FAR_MM = 3.0
_FAR_VOXELS = 4.0
_WALL_DOWN_SHARE = 0.2
_RESOLVED_PIECE = 8


@dataclass(frozen=True, slots=True, eq=False)
class Hint:
    """What the voxels say about one statement.

    Attributes:
        name: of the statement, as scale files give it.
        verdict: yes (the statement holds), no, or why neither can be said.
        text: what was found, for people.
        voxels: (N, 3) int64 indices (z, y, x) that it comes from; may be empty.
    """

    name: str
    verdict: Verdict
    text: str
    voxels: NDArray[np.int64]


def hints(mask: Mask, case: Case) -> tuple[Hint, ...]:
    """Return every hint about a drilled region.

    Args:
        mask: bool (z, y, x) on the case's grid, True where bone was removed.
        case: the bone; surgeons' annotations serve as comparison for depth and overhang.

    Raises:
        InputError: ``mask`` is not on the case's grid.
    """
    check_on_grid(mask, case)
    return tuple(hint(name, mask, case) for name in HINTS)


def hint(name: str, mask: Mask, case: Case) -> Hint:
    """Return one hint; an InputError names those there are."""
    if name not in HINTS:
        msg = f"There is no hint {name!r}; there are: {', '.join(HINTS)}."
        raise InputError(msg)
    verdict, text, where = HINTS[name](mask, case)
    return Hint(name, verdict, text, np.argwhere(where) if where is not None else np.empty((0, 3), np.int64))


Found = tuple[Verdict, str, Mask | None]
Rule = Callable[[Mask, Case], Found]


def _missing(what: str) -> Found:
    return "not computable", f"The bone's structure table names no {what}.", None


def _untouched(name: str) -> Rule:
    """Make the rule that no drilled voxel lies inside a structure."""

    def rule(mask: Mask, case: Case) -> Found:
        region = structure(case, name)
        if region is None:
            return _missing(name)
        inside = mask & region
        text = f"{int(inside.sum())} drilled voxels lie inside the {name}."
        if not two_across(region):
            return "below resolution", f"{text} On this grid it is less than two voxels across.", inside
        return ("no" if inside.any() else "yes"), text, inside

    return rule


def _exposed(name: str) -> Rule:
    """Make the rule that the drilling comes so near to a structure that it shows through thin bone."""

    def rule(mask: Mask, case: Case) -> Found:
        region = structure(case, name)
        if region is None:
            return _missing(name)
        if not mask.any():
            return "no", "Nothing is drilled.", None
        distance = np.asarray(ndimage.distance_transform_edt(~region, sampling=case.grid.steps))
        nearest, step = float(distance[mask].min()), max(case.grid.steps)
        unit = "mm" if case.grid.spacing_known else "voxels"
        text = f"The drilling comes within {nearest:.1f} {unit} of the {name} (between voxel centres)."
        where = mask & (distance <= nearest + step / 2)
        if nearest > (_FAR_MM + step if case.grid.spacing_known else _FAR_VOXELS):
            return "no", text, where
        if not case.grid.spacing_known or 2 * step > _EGGSHELL_MM:
            return "below resolution", f"{text} A plate of 1 mm is thinner than two voxels.", where
        return ("yes" if nearest <= _EGGSHELL_MM + step else "no"), text, where

    return rule


def _canal_wall_intact(mask: Mask, case: Case) -> Found:
    canal = structure(case, "ear canal")
    if canal is None:
        return _missing("ear canal")
    inside, touching = mask & canal, _touching(mask, canal, case)
    if inside.any():
        return "no", f"{int(inside.sum())} drilled voxels lie inside the ear canal.", inside
    if touching.any():
        text = f"At {int(touching.sum())} voxels the wall between drilling and canal is thinner than a voxel."
        return "below resolution", text, touching
    return "yes", "At least one voxel of bone is left everywhere.", None


def _canal_wall_up(mask: Mask, case: Case) -> Found:
    canal = structure(case, "ear canal")
    if canal is None:
        return _missing("ear canal")
    opened = _touching(mask, canal, case)
    surface = canal & ~ndimage.binary_erosion(canal)
    share = float((ndimage.binary_dilation(opened) & surface).sum() / surface.sum())
    text = f"{share:.0%} of the canal's surface has lost its wall."
    return ("no" if share > _WALL_DOWN_SHARE else "yes"), text, opened


def _touching(mask: Mask, canal: Mask, case: Case) -> Mask:
    """Return drilled voxels beside the canal, but not at its entrance (3 voxels below the outer surface)."""
    outside = ndimage.binary_dilation(_outer_air(case), iterations=3)
    beside: Mask = mask & ndimage.binary_dilation(canal) & ~outside
    return beside


def _outer_air(case: Case) -> Mask:
    """Return the air around the bone: connected with the edge of the volume."""
    air = np.pad(case.table.mask_of(case.labels(), "air"), 1, constant_values=True)
    parts, _ = ndimage.label(air)
    outer: Mask = (parts == parts[0, 0, 0])[1:-1, 1:-1, 1:-1]
    return outer


def _antrum_reached(mask: Mask, case: Case) -> Found:
    if structure(case, "incus") is None:
        return _missing("incus, from which the antrum's place is derived")
    if case.side is None or not case.grid.spacing_known:
        return "not computable", "The antrum's place needs the side and the voxel size.", None
    air = antrum(case)
    if air is None:
        return "not computable", "There is no air where the antrum should be.", None
    if not two_across(air):
        return "below resolution", "The antrum is less than two voxels across.", air
    reached = mask & ndimage.binary_dilation(air)
    text = f"{int(reached.sum())} drilled voxels open into the antrum (air behind the incus's short process)."
    return ("yes" if reached.any() else "no"), text, reached if reached.any() else air


def _incus_identified(mask: Mask, case: Case) -> Found:
    incus = structure(case, "incus")
    if incus is None:
        return _missing("incus")
    if case.side is None:
        return "not computable", "Which way is lateral needs the side.", None
    solid = ~case.table.mask_of(case.labels(), "air") & ~mask & ~incus
    seen = seen_from_lateral(case, incus, solid)
    text = f"{int(seen.sum())} of {int(incus.sum())} voxels of the incus are in sight from lateral (up to 25° oblique)."
    if not two_across(incus):
        return "below resolution", text, seen
    return ("yes" if seen.any() else "no"), text, seen


def _no_islands(mask: Mask, case: Case) -> Found:
    if case.structures is None:
        return "not computable", "The bone has no structures.", None
    solid = ~case.table.mask_of(case.labels(), "air")
    before, after = largest_part(solid), solid & ~mask
    cut_off = after & before & ~largest_part(after)
    parts, count = ndimage.label(cut_off)
    sizes = np.bincount(parts.ravel())[1:]
    text = f"{count} pieces of bone ({int(cut_off.sum())} voxels) were cut off from the rest."
    if not count:
        return "yes", text, None
    return ("no" if sizes.max() >= _RESOLVED_PIECE else "below resolution"), text, cut_off


def _no_overhang(mask: Mask, case: Case) -> Found:
    if case.structures is None or case.side is None:
        return "not computable", "Overhang needs structures and the side.", None
    if not case.annotations:
        return "not computable", "No surgeon's drilling to compare with.", None
    over = overhanging_bone(mask, case)
    share = _share(over, mask)
    most = max(_share(overhanging_bone(m, case), m) for m in case.masks())
    text = f"Overhanging bone is {share:.0%} of the drilled volume; the surgeons' most is {most:.0%}."
    return ("yes" if share <= most else "no"), text, over


def _share(part: Mask, whole: Mask) -> float:
    return float(part.sum() / max(int(whole.sum()), 1))


def _depth_as_surgeons(mask: Mask, case: Case) -> Found:
    if case.side is None or len(case.annotations) < 2:
        return "not computable", "Depth needs the side and at least two surgeons.", None
    if not mask.any():
        return "no", "Nothing is drilled.", None
    depths = [cavity_depths(m, case).mean for m in case.masks() if m.any()]
    own, step = cavity_depths(mask, case).mean, case.grid.steps[2]
    unit = "mm" if case.grid.spacing_known else "voxels"
    text = f"Mean depth {own:.1f} {unit}; the surgeons' are {min(depths):.1f} to {max(depths):.1f}."
    if own < min(depths) - step:
        return (
            "no",
            f"{text} Marked: what every surgeon drilled and is left.",
            np.logical_and.reduce(case.masks()) & ~mask,
        )
    beyond = mask & ~np.logical_or.reduce(case.masks())
    verdict: Verdict = "no" if own > max(depths) + step else "yes"
    return verdict, f"{text} Marked: what no surgeon drilled.", beyond


HINTS: dict[str, Rule] = {
    "tegmen_exposed": _exposed("dura"),
    "dura_intact": _untouched("dura"),
    "sinus_exposed": _exposed("sigmoid sinus"),
    "sinus_not_entered": _untouched("sigmoid sinus"),
    "antrum_reached": _antrum_reached,
    "lateral_canal_identified": _exposed("labyrinth"),
    "labyrinth_intact": _untouched("labyrinth"),
    "incus_identified": _incus_identified,
    "ossicles_intact": _untouched("ossicles"),
    "canal_wall_up": _canal_wall_up,
    "canal_wall_intact": _canal_wall_intact,
    "nerve_identified": _exposed("facial nerve"),
    "nerve_sheath_intact": _untouched("facial nerve"),
    "no_islands": _no_islands,
    "no_overhang": _no_overhang,
    "depth_as_surgeons": _depth_as_surgeons,
}
"""Every hint, by the name that scale files use."""
