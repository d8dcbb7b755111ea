"""Simulated surgeons: a style that persists over bones, and a hand that never repeats.

A style says how much bone a surgeon leaves over each structure, how deep and how far the
cavity goes and how wide its edge is cut. Rarely a hand slips; every slip is recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from napari_rpdl.data.phantom.anatomy import Anatomy
from napari_rpdl.data.phantom.shapes import Field, Place, Points


@dataclass(frozen=True, slots=True)
class Style:
    """How one surgeon drills; lengths in mm.

    Attributes:
        margins: bone left over each structure, by its name.
        depth: medial end of the cavity at the antrum, lateral of the incus's tip.
        flare: rise of the cavity's floor per mm away from the antrum.
        posterior: reach of the outline behind the middle of the sigmoid sinus.
        inferior: reach of the outline, as a share of the way to the mastoid tip.
        superior: reach of the outline above the middle fossa's floor at the canal.
        anterior: reach of the outline in front of the canal's posterior wall, above the canal.
        saucer: how much wider the cavity is per mm towards the surface.
        unsteadiness: standard deviation of the hand's noise.
    """

    margins: Mapping[str, float]
    depth: float
    flare: float
    posterior: float
    inferior: float
    superior: float
    anterior: float
    saucer: float
    unsteadiness: float


@dataclass(frozen=True, slots=True)
class Slip:
    """A labelled fault: at ``place`` the margin to ``structure`` sinks to ``-bite`` mm."""

    structure: str
    place: Place
    bite: float

    def margin(self, margin: float, points: Points) -> Field:
        """Return the margin at each place: as usual far away, ``-bite`` in the middle."""
        squared = sum((axis - c) ** 2 for axis, c in zip(points, self.place, strict=True))
        return np.asarray(margin - (margin + self.bite) * np.exp(-squared / (2 * 2.5**2)), np.float64)


def draw_style(rng: np.random.Generator) -> Style:
    """Draw a surgeon; boldness moves all habits together, the rest is their own."""
    bold = float(rng.normal())

    def habit(mean: float, shared: float, own: float) -> float:
        return float(mean + shared * bold + own * np.clip(rng.normal(), -2, 2))

    margins = {
        "sigmoid sinus": max(habit(1.4, -0.4, 0.5), 0.6),
        "dura": max(habit(1.6, -0.4, 0.5), 0.6),
        "ear canal": max(habit(2.0, -0.4, 0.5), 0.8),
        "facial nerve": max(habit(2.2, -0.4, 0.4), 1.0),
        "incus": max(habit(1.4, -0.2, 0.3), 0.7),
        "semicircular canals and vestibule": max(habit(1.5, -0.3, 0.3), 0.8),
    }
    return Style(
        margins=margins,
        depth=habit(1.5, -0.8, 1.2),
        flare=max(habit(0.42, -0.04, 0.06), 0.15),
        posterior=habit(5.0, 1.5, 2.5),
        inferior=float(np.clip(habit(0.78, 0.06, 0.08), 0.45, 0.98)),
        superior=habit(1.0, 0.8, 1.2),
        anterior=habit(2.0, 1.2, 2.5),
        saucer=max(habit(0.5, 0.08, 0.15), 0.1),
        unsteadiness=float(rng.uniform(0.5, 1.1)),
    )


SLIP_SHARE = 0.06
"""Share of the surgeries in which a hand slips."""
SLIPS: Mapping[str, float] = {
    "sigmoid sinus": 1.2,
    "dura": 1.2,
    "incus": 0.9,
    "semicircular canals and vestibule": 0.8,
    "facial nerve": 0.7,
}
"""Structures that a slip may hit, and how deep (mm)."""


def draw_slip(rng: np.random.Generator, anatomy: Anatomy) -> Slip | None:
    """Draw whether this hand slips on this bone, and where."""
    slips, which = rng.random() < SLIP_SHARE, int(rng.integers(len(SLIPS)))
    if not slips:
        return None
    name = list(SLIPS)[which]
    return Slip(name, _weak_place(anatomy, name), SLIPS[name])


def _weak_place(anatomy: Anatomy, structure: str) -> Place:
    """Return the place of a structure that a burr meets first."""
    u, a, s = anatomy.sinus_middle
    antrum_u, antrum_a, _ = anatomy.antrum
    places = {
        "sigmoid sinus": (u + 0.7 * anatomy.sinus_radius, a + 0.7 * anatomy.sinus_radius, s - 2.0),
        "dura": (antrum_u + 5.0, antrum_a, anatomy.inner_scale * 2.4 + anatomy.tegmen_height + 0.5),
        "incus": (0.0, 0.0, 0.0),
        "semicircular canals and vestibule": anatomy.inner(-1.6, -2.9, 1.0),
        "facial nerve": anatomy.inner(-1.1, -2.8, -3.0),
    }
    return places[structure]
