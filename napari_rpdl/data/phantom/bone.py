"""From an anatomy to structure codes: the solid bone, its cavities, what lies in them.

Everything is a function of a place in millimetres, so the same bone can be sampled on
any grid, and in pieces that bound memory.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from napari_rpdl.data.phantom.anatomy import Anatomy
from napari_rpdl.data.phantom.shapes import (
    Ellipsoid,
    Field,
    Points,
    Solid,
    Tube,
    distance_to_any,
    smooth_max,
    smooth_min,
)
from napari_rpdl.data.structures import TEMPORAL_BONE

CODES = {structure.name: structure.code for structure in TEMPORAL_BONE.structures}
DURA_THICKNESS = 1.8
"""Millimetres; thicker than life, so that a voxel of 0.9 mm does not miss it."""
_VESSEL_STUMP = 6.0
"""Vessels are cut this far (mm) outside of the bone."""
_CHUNK = 1 << 19


@dataclass(frozen=True, slots=True)
class Frame:
    """Takes voxels of a cubic grid to the ear's frame of a right ear.

    Attributes:
        voxels: along each axis.
        field: edge of the cube in mm.
        rotation: (3, 3), world (x, y, z) to ear (lateral, anterior, superior).
        centre: the cube's middle in the ear's frame (mm).
    """

    voxels: int
    field: float
    rotation: Field
    centre: Field

    @classmethod
    def of(cls, anatomy: Anatomy, voxels: int) -> "Frame":
        """Return the frame in which ``anatomy`` lies in its cube."""
        about = np.deg2rad(anatomy.turn)
        cos, sin = np.cos(about), np.sin(about)
        first = np.array([[1, 0, 0], [0, cos[0], -sin[0]], [0, sin[0], cos[0]]])
        second = np.array([[cos[1], 0, sin[1]], [0, 1, 0], [-sin[1], 0, cos[1]]])
        third = np.array([[cos[2], -sin[2], 0], [sin[2], cos[2], 0], [0, 0, 1]])
        return cls(voxels, anatomy.field, first @ second @ third, np.array([0.0, -5.0, -2.0]) + anatomy.shift)

    def points(self, voxels: NDArray[np.int64]) -> Points:
        """Return the places of flat (z, y, x) voxel indices."""
        z, y, x = np.unravel_index(voxels, (self.voxels,) * 3)
        world = [((index + 0.5) / self.voxels - 0.5) * self.field for index in (x, y, z)]
        ear = [
            sum(r * w for r, w in zip(row, world, strict=True)) + c
            for row, c in zip(self.rotation.tolist(), self.centre.tolist(), strict=True)
        ]
        return Points(*(np.asarray(axis, np.float64) for axis in ear))


def depth_below_surface(anatomy: Anatomy, points: Points) -> Field:
    """Return millimetres medial of the lateral surface, negative outside."""
    _, a, s = points
    behind, above = np.minimum(a + 10, 0.0), np.maximum(s - 10, 0.0)
    mastoid = anatomy.mastoid_bulge * np.exp(-((a + 11) ** 2 + (s + 14) ** 2) / 150)
    crest = 1.2 * np.exp(-((s - 5 - 0.1 * a) ** 2) / 12) / (1 + np.exp(-(a + 16) / 3))
    below = np.maximum(-s - 18, 0.0)
    surface = anatomy.surface_depth - 0.012 * behind**2 - 0.005 * above**2 - 0.03 * below**2 + mastoid + crest
    return np.asarray(0.95 * (surface + 0.45 * anatomy.relief.at(points) - points.lateral), np.float64)


def distance_to_cranium(anatomy: Anatomy, depth: Field, points: Points) -> Field:
    """Return the distance to the room of the brain (middle and posterior fossa)."""
    u, a, s = points
    rise_u, rise_a = anatomy.tegmen_slope
    arcuate = 3.5 * np.exp(-((u + 8.2) ** 2 + (a + 0.6) ** 2) / 18)
    floor = anatomy.tegmen + rise_u * (u + 3) + rise_a * (a + 3) + 0.6 * anatomy.plates.at(points)
    floor = (
        floor + np.maximum(arcuate - max(anatomy.tegmen_height - 3.0, 0.0), 0.0) - 0.012 * np.maximum(a - 8, 0.0) ** 2
    )
    middle = smooth_max(0.96 * (floor - s), 4.0 - depth, 5.0)
    _, back, _ = anatomy.sinus_middle
    ahead = 0.73 * (u - 1.0) + 0.68 * (a - back) + 0.5 * anatomy.plates.at(points)
    posterior = smooth_max(ahead, 8.0 - depth, 6.0)
    return smooth_min(middle, posterior, 2.0)


def distance_to_bone(anatomy: Anatomy, depth: Field, cranium: Field, points: Points) -> Field:
    """Return the distance to the bone as if it had neither canal nor cells."""
    tip, reach = anatomy.tip, anatomy.surface_depth
    mastoid = Ellipsoid((reach - 12, -9.0, -5.0), (15.0, 17.0, tip - 5.0)).distance(points)
    petrous = Tube(((3, -3, -2), (-12, 5, -4), (-34, 20, -6)), (13.0, 11.0, 8.0)).distance(points)
    ring = Tube(anatomy.canal.places, tuple(r + 3.0 for r in anatomy.canal.radii)).distance(points)
    zygoma = Tube(((reach - 6, -2, 1), (reach - 5, 12, 2), (reach - 1, 40, 1)), (7.0, 5.5, 3.0)).distance(points)
    roof = Tube(((2, 6, -1), (reach - 5, 9, 0)), (8.0, 7.0)).distance(points)
    squama = np.maximum(depth - 4.5, -6.0 - points.superior)
    occiput = np.maximum(np.maximum(depth - 9.0, points.anterior + 14.0), -20.0 - points.superior)
    bone = mastoid
    for part in (petrous, ring, roof, zygoma, squama, occiput):
        bone = smooth_min(bone, part, 4.0)
    return smooth_max(smooth_max(bone, -depth, 1.5), -cranium, 1.0)


def label(anatomy: Anatomy, points: Points) -> NDArray[np.uint8]:
    """Return the structure code at each place."""
    depth = depth_below_surface(anatomy, points)
    cranium = distance_to_cranium(anatomy, depth, points)
    solid = distance_to_bone(anatomy, depth, cranium, points)
    codes = np.where(solid < 0, CODES["bone"], CODES["air"]).astype(np.uint8)
    codes[_air_inside(anatomy, points, solid, cranium)] = CODES["air"]
    lining = (cranium < 0) & (cranium > -DURA_THICKNESS) & (solid < DURA_THICKNESS + 0.3)
    codes[lining & (depth > 0)] = CODES["dura"]
    _paint_canal(anatomy, points, depth, codes)
    specimen = solid < _VESSEL_STUMP
    for name, solids in _structures(anatomy):
        codes[(distance_to_any(solids, points) < 0) & specimen] = CODES[name]
    return codes


def _structures(anatomy: Anatomy) -> list[tuple[str, tuple[Solid, ...]]]:
    """Return what is painted over the bone, the smallest last."""
    return [
        ("carotid artery", (anatomy.carotid,)),
        ("sigmoid sinus", (anatomy.sigmoid_sinus,)),
        ("cochlea", anatomy.cochlea),
        ("semicircular canals and vestibule", anatomy.labyrinth),
        ("facial nerve", (anatomy.facial_nerve,)),
        ("chorda tympani", (anatomy.chorda_tympani,)),
        ("malleus", anatomy.malleus),
        ("stapes", anatomy.stapes),
        ("incus", anatomy.incus),
    ]


def _paint_canal(anatomy: Anatomy, points: Points, depth: Field, codes: NDArray[np.uint8]) -> None:
    (start, stop), canal = anatomy.canal.places, anatomy.canal.distance(points)
    axis = np.subtract(stop, start) / anatomy.canal.length
    along = sum(n * (x - x0) for n, x, x0 in zip(axis, points, start, strict=True))
    inside = (canal < 0) & (depth > -0.5)
    codes[inside & (along >= 0)] = CODES["ear canal"]
    codes[inside & (along >= -0.6) & (along < 0.5)] = CODES["eardrum"]
    codes[inside & (along < -0.6)] = CODES["air"]


def _air_inside(anatomy: Anatomy, points: Points, solid: Field, cranium: Field) -> NDArray[np.bool_]:
    """Return where the middle ear or an air cell lies."""
    cavity = (distance_to_any(anatomy.middle_ear, points) < 0) & (cranium > 0.8)
    maybe = (solid < -anatomy.cortex) & (cranium > 1.0) & ~cavity
    cavity[maybe] = _is_air_cell(anatomy, points.where(maybe))
    return cavity


def _is_air_cell(anatomy: Anatomy, points: Points) -> NDArray[np.bool_]:
    """Return where the cell noise exceeds a threshold that rises away from the antrum."""
    from_antrum = np.sqrt(sum((axis - c) ** 2 for axis, c in zip(points, anatomy.antrum, strict=True)))
    reach = 24.0 if anatomy.pneumatised else 8.0
    share = anatomy.air_fraction if anatomy.pneumatised else 0.35
    threshold = _normal_quantile(1 - share) + np.maximum(from_antrum - reach, 0.0) / 4.0
    air = anatomy.cells.at(points) > threshold
    for solids, wall in _walls(anatomy):
        air &= distance_to_any(solids, points) > wall
    return np.asarray(air)


def _walls(anatomy: Anatomy) -> list[tuple[tuple[Solid, ...], float]]:
    """Return solids with the thickness of the compact bone around each (mm)."""
    otic = (*anatomy.labyrinth, *anatomy.cochlea)
    return [
        ((anatomy.canal,), 1.5),
        ((anatomy.sigmoid_sinus,), 1.0),
        ((anatomy.facial_nerve,), 0.8),
        (otic, 1.5),
        ((anatomy.carotid,), 1.0),
    ]


def _normal_quantile(share: float) -> float:
    """Return the value that a standard normal variable stays below with this probability."""
    return float(ndtri(share))


def label_grid(anatomy: Anatomy, frame: Frame) -> NDArray[np.uint8]:
    """Return the codes (z, y, x) of a right ear on the frame's grid, computed in pieces."""
    codes = np.empty(frame.voxels**3, np.uint8)
    for start in range(0, codes.size, _CHUNK):
        voxels = np.arange(start, min(start + _CHUNK, codes.size))
        codes[voxels] = label(anatomy, frame.points(voxels))
    return codes.reshape((frame.voxels,) * 3)
