"""Solids in millimetres, each a signed distance, and smooth noise.

All functions take ``Points`` of any common shape and return float64 of that shape:
millimetres from the surface, negative inside. Double precision is deliberate: another
processor rounds differently by 1e-15, and no voxel of the phantom may flip for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float64]
Place = tuple[float, float, float]


class Points(NamedTuple):
    """Positions in the ear's frame (mm): origin at the tip of the incus's short process."""

    lateral: Field
    anterior: Field
    superior: Field

    def where(self, chosen: NDArray[np.bool_]) -> "Points":
        """Return the chosen positions as flat arrays."""
        return Points(self.lateral[chosen], self.anterior[chosen], self.superior[chosen])


def smooth_max(a: Field, b: Field, width: float) -> Field:
    """Return the larger value, rounded over ``width`` mm (quadratic polynomial blend)."""
    blend = np.maximum(width - np.abs(a - b), 0.0)
    return np.maximum(a, b) + blend * blend / (4.0 * width)


def smooth_min(a: Field, b: Field, width: float) -> Field:
    """Return the smaller value, rounded over ``width`` mm; joins solids with a fillet."""
    blend = np.maximum(width - np.abs(a - b), 0.0)
    return np.minimum(a, b) - blend * blend / (4.0 * width)


@dataclass(frozen=True, slots=True)
class Tube:
    """A bent round tube: ``places`` of its centre line and the ``radii`` there (mm)."""

    places: tuple[Place, ...]
    radii: tuple[float, ...]

    def distance(self, points: Points) -> Field:
        """Return the distance to the tube's wall, exact where the radius is constant."""
        nearest = np.full(points.lateral.shape, np.inf)
        ends = zip(self.places, self.places[1:], self.radii, self.radii[1:], strict=False)
        for start, stop, first, last in ends:
            np.minimum(nearest, _distance_to_segment(points, start, stop, first, last), out=nearest)
        return nearest

    @property
    def length(self) -> float:
        """Length of the centre line in mm."""
        return float(np.linalg.norm(np.diff(np.array(self.places), axis=0), axis=1).sum())


def _distance_to_segment(points: Points, start: Place, stop: Place, first: float, last: float) -> Field:
    along = np.subtract(stop, start)
    offsets = [axis - origin for axis, origin in zip(points, start, strict=True)]
    share = sum(offset * step for offset, step in zip(offsets, along, strict=True)) / max(along @ along, 1e-12)
    share = np.clip(share, 0.0, 1.0)
    squared = sum((offset - share * step) ** 2 for offset, step in zip(offsets, along, strict=True))
    radius = first + share * (last - first)
    return np.asarray(np.sqrt(squared) - radius, np.float64)


def bent_tube(places: Sequence[Place], radii: Sequence[float], steps: int = 4) -> Tube:
    """Return a tube through ``places`` along a Catmull-Rom spline, ``steps`` pieces between two places."""
    knots = np.column_stack([np.array(places, np.float64), np.array(radii, np.float64)])
    padded = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    share = np.arange(steps)[:, None] / steps
    pieces = [_catmull_rom(padded[i : i + 4], share) for i in range(len(knots) - 1)]
    line = np.vstack([*pieces, knots[-1:]])
    return Tube(tuple((float(u), float(a), float(s)) for u, a, s in line[:, :3]), tuple(map(float, line[:, 3])))


def _catmull_rom(knots: Field, t: Field) -> Field:
    before, start, stop, after = knots
    slope = stop - before
    bend = 2 * before - 5 * start + 4 * stop - after
    twist = 3 * start - before - 3 * stop + after
    return np.asarray(0.5 * (2 * start + slope * t + bend * t**2 + twist * t**3), np.float64)


@dataclass(frozen=True, slots=True)
class Ring:
    """A torus: ``centre``, unit ``normal`` of its plane, radius of the ring and of the tube (mm)."""

    centre: Place
    normal: Place
    radius: float
    tube: float

    def distance(self, points: Points) -> Field:
        """Return the exact distance to the torus's surface."""
        offsets = [axis - origin for axis, origin in zip(points, self.centre, strict=True)]
        height = np.asarray(sum(offset * n for offset, n in zip(offsets, self.normal, strict=True)))
        squared = np.asarray(sum(offset**2 for offset in offsets))
        in_plane = np.sqrt(np.maximum(squared - height**2, 0.0))
        return np.asarray(np.hypot(in_plane - self.radius, height) - self.tube, np.float64)


@dataclass(frozen=True, slots=True)
class Ellipsoid:
    """An ellipsoid along the frame's axes: ``centre`` and half axes ``radii`` (mm)."""

    centre: Place
    radii: Place

    def distance(self, points: Points) -> Field:
        """Return an approximate distance, exact on the surface and to first order beside it."""
        scaled = [(axis - c) / r for axis, c, r in zip(points, self.centre, self.radii, strict=True)]
        level = np.sqrt(np.asarray(sum(q**2 for q in scaled)))
        steep = np.sqrt(np.asarray(sum((q / r) ** 2 for q, r in zip(scaled, self.radii, strict=True))))
        return np.asarray(level * (level - 1.0) / np.maximum(steep, 1e-9), np.float64)


Solid = Tube | Ring | Ellipsoid


def distance_to_any(solids: Sequence[Solid], points: Points) -> Field:
    """Return the distance to the nearest of several solids."""
    nearest = solids[0].distance(points)
    for solid in solids[1:]:
        np.minimum(nearest, solid.distance(points), out=nearest)
    return nearest


@dataclass(frozen=True, slots=True)
class Waves:
    """Smooth Gaussian noise of unit variance: a sum of plane waves with fixed millimetre vectors.

    Attributes:
        vectors: (waves, 3) float64, radians per mm.
        phases: (waves,) float64, radians.
    """

    vectors: Field
    phases: Field

    @classmethod
    def draw(cls, rng: np.random.Generator, shortest: float, longest: float, waves: int) -> "Waves":
        """Draw ``waves`` directions with wavelengths between ``shortest`` and ``longest`` mm."""
        directions = rng.normal(size=(waves, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        lengths = rng.uniform(shortest, longest, size=(waves, 1))
        return cls(directions * (2 * np.pi / lengths), rng.uniform(0, 2 * np.pi, size=waves))

    def at(self, points: Points) -> Field:
        """Return the noise at ``points``: mean 0, variance 1 over space."""
        total = np.zeros(points.lateral.shape)
        for (u, a, s), phase in zip(self.vectors.tolist(), self.phases.tolist(), strict=True):
            total += np.cos(u * points.lateral + a * points.anterior + s * points.superior + phase)
        return np.asarray(total * np.sqrt(2.0 / len(self.phases)), np.float64)
