"""From a style and a bone to the drilled region.

A cavity is where every limit of the style is kept: margins to the structures, depth,
outline on the surface. Each limit is a signed distance; their smooth minimum is the
cavity, rounded as a burr leaves it. The region is what the burr swept inside the bone's
outer surface, air cells included, as in an annotation of the paper's kind; the air
outside and the lumen of the ear canal never belong to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_rpdl.data.case import Mask
from napari_rpdl.data.phantom.anatomy import Anatomy
from napari_rpdl.data.phantom.bone import CODES, Frame, depth_below_surface, distance_to_bone, distance_to_cranium
from napari_rpdl.data.phantom.shapes import Field, Points, Waves, distance_to_any, smooth_max, smooth_min
from napari_rpdl.data.phantom.surgeons import Slip, Style
from napari_rpdl.data.structures import TEMPORAL_BONE

BURR_ROUNDING = 3.0
"""Millimetres over which two walls of a cavity run into each other."""
_REACH = ((-4.0, 30.0), (-45.0, 22.0), (-40.0, 20.0))
"""No cavity leaves this box (lateral, anterior, superior; mm)."""
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Distances (mm) that every surgeon of a bone needs, at the same ``points``.

    Attributes:
        points: where.
        depth: below the lateral surface.
        solid: to the outer surface of the bone, negative inside.
        structures: to each structure that has a margin.
    """

    points: Points
    depth: Field
    solid: Field
    structures: Mapping[str, Field]

    @classmethod
    def of(cls, anatomy: Anatomy, points: Points) -> "Surroundings":
        """Measure the distances from ``points``."""
        depth = depth_below_surface(anatomy, points)
        cranium = distance_to_cranium(anatomy, depth, points)
        structures = {
            "sigmoid sinus": anatomy.sigmoid_sinus.distance(points),
            "dura": cranium,
            "ear canal": anatomy.canal.distance(points),
            "facial nerve": anatomy.facial_nerve.distance(points),
            "incus": distance_to_any((*anatomy.incus, *anatomy.malleus), points),
            "semicircular canals and vestibule": distance_to_any(anatomy.labyrinth, points),
        }
        return cls(points, depth, distance_to_bone(anatomy, depth, cranium, points), structures)

    def where(self, chosen: NDArray[np.bool_]) -> "Surroundings":
        """Return the surroundings of the chosen points only."""
        structures = {name: distance[chosen] for name, distance in self.structures.items()}
        return Surroundings(self.points.where(chosen), self.depth[chosen], self.solid[chosen], structures)


def cavity(anatomy: Anatomy, here: Surroundings, style: Style, hand: Waves, slip: Slip | None) -> Field:
    """Return millimetres inside the cavity, negative outside of it."""
    inside = _outline(anatomy, here, style) + style.unsteadiness * hand.at(here.points)
    for name, distance in here.structures.items():
        margin: Field | float = style.margin(name)
        if slip is not None and slip.structure == name:
            margin = slip.margin(style.margin(name), here.points)
        inside = smooth_min(inside, distance - margin, BURR_ROUNDING)
    return np.minimum(inside, -here.solid)


def _outline(anatomy: Anatomy, here: Surroundings, style: Style) -> Field:
    """Return millimetres inside what the style would remove if there were no structures to spare.

    The reaches of a style hold half-way out; the edge widens from there to the surface and
    draws in towards the depth. The floor is flat around the antrum and rises away from it.
    """
    u, a, s = here.points
    widening = style.saucer * np.maximum(12.0 - here.depth, 0.0)
    _, sinus, _ = anatomy.sinus_middle
    _, antrum_a, antrum_s = anatomy.antrum
    away = np.hypot(a - antrum_a, s - antrum_s)
    inside = u - (style.depth + style.flare * np.maximum(away - 4.0, 0.0))
    limits = (
        a - (sinus - style.posterior) + widening - 6.0,
        s + style.inferior * anatomy.tip + widening - 5.0,
        anatomy.tegmen + style.superior - s + 0.5 * widening,
        anatomy.canal_wall + style.anterior - a + widening - 3.0,
        _behind_or_above_canal(anatomy, here.points),
    )
    for limit in limits:
        inside = smooth_min(inside, limit, 2 * BURR_ROUNDING)
    return inside


def _behind_or_above_canal(anatomy: Anatomy, points: Points) -> Field:
    """Return millimetres behind the canal's axis or above the canal: no one drills in front of it."""
    (u0, a0, s0), (u1, a1, s1) = anatomy.canal.places
    along = (points.lateral - u0) / (u1 - u0)
    behind = a0 + along * (a1 - a0) - points.anterior
    above = points.superior - (s0 + along * (s1 - s0)) - anatomy.canal_radii[0]
    return smooth_max(behind, above, BURR_ROUNDING)


class Site:
    """The part of a bone that can be drilled, with its distances measured once for all surgeons.

    Attributes:
        labels: structure codes (z, y, x) of a right ear.
        voxels: flat indices of the voxels that can be drilled.
        surroundings: the distances at these voxels, in chunks that bound memory.
    """

    def __init__(self, anatomy: Anatomy, frame: Frame, labels: NDArray[np.uint8]) -> None:
        self.anatomy, self.labels = anatomy, labels
        indices, self.surroundings = [], []
        for start in range(0, labels.size, _CHUNK):
            voxels, here = _measure(anatomy, frame, np.arange(start, min(start + _CHUNK, labels.size)))
            if voxels.size:
                indices.append(voxels)
                self.surroundings.append(here)
        self.voxels = np.concatenate(indices)
        self._codes = labels.reshape(-1)[self.voxels]

    def drill(self, style: Style, hand: Waves, slip: Slip | None) -> Mask:
        """Return the drilled region (z, y, x): one connected part.

        Critical structures and landmarks stay whole, but for the one that ``slip`` hits.
        """
        inside = [cavity(self.anatomy, here, style, hand, slip) > 0 for here in self.surroundings]
        hit = {CODES[slip.structure]} if slip else set()
        spared = set(TEMPORAL_BONE.codes_of("critical", "landmark")) - hit
        mask = np.zeros(self.labels.size, np.bool_)
        mask[self.voxels] = np.concatenate(inside) & ~np.isin(self._codes, sorted(spared))
        return _largest_part(mask.reshape(self.labels.shape))


def _measure(anatomy: Anatomy, frame: Frame, voxels: NDArray[np.int64]) -> tuple[NDArray[np.int64], Surroundings]:
    points = frame.points(voxels)
    reach = np.logical_and.reduce(
        [(axis > low) & (axis < high) for axis, (low, high) in zip(points, _REACH, strict=True)]
    )
    here = Surroundings.of(anatomy, points.where(reach))
    inside = here.solid < 0
    return voxels[reach][inside], here.where(inside)


def _largest_part(mask: Mask) -> Mask:
    """Return the largest face-connected part: loose crumbs were never reached by the burr."""
    largest = np.zeros_like(mask)
    for box in ndimage.find_objects(mask.view(np.uint8)):
        parts, count = ndimage.label(mask[box])
        sizes = np.bincount(parts.reshape(-1), minlength=count + 1)
        largest[box] = parts == 1 + np.argmax(sizes[1:])
    return largest
