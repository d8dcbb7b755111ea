"""Simulated surgeons: a style that persists over bones, and a hand that never repeats.

A style says how much bone a surgeon leaves over each structure, how deep and how far the
cavity goes and how wide its edge is cut. From bone to bone the same surgeon varies a
little. Rarely a hand slips; every slip is recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from napari_rpdl.data.phantom.anatomy import Anatomy
from napari_rpdl.data.phantom.shapes import Field, Place, Points


@dataclass(frozen=True, slots=True)
class Habit:
    """How one habit is spread: over surgeons (``bold`` together, ``own`` apart), from day to day, and its bounds.

    ``bold``, ``own`` and ``daily`` are standard deviations of bounded, uniform draws.
    """

    mean: float
    bold: float
    own: float
    daily: float
    lowest: float
    highest: float

    def of_surgeon(self, boldness: float, rng: np.random.Generator) -> float:
        """Return a surgeon's habit; ``boldness`` moves all habits of a surgeon together."""
        return self._bounded(self.mean + self.bold * boldness + self.own * _unit(rng))

    def today(self, habit: float, rng: np.random.Generator) -> float:
        """Return what the surgeon of ``habit`` does on one bone."""
        return self._bounded(habit + self.daily * _unit(rng))

    def _bounded(self, value: float) -> float:
        return float(min(max(value, self.lowest), self.highest))


def _unit(rng: np.random.Generator) -> float:
    """Return a uniform draw of mean 0 and standard deviation 1."""
    return float(rng.uniform(-np.sqrt(3.0), np.sqrt(3.0)))


@dataclass(frozen=True, slots=True)
class Style:
    """How one surgeon drills; lengths in mm.

    Attributes:
        sinus: bone left over the sigmoid sinus.
        dura: bone left over the dura.
        canal: bone left behind the ear canal.
        nerve: bone left over the facial nerve.
        ossicles: distance kept from incus and malleus.
        labyrinth: bone left over the semicircular canals.
        depth: medial end of the cavity at the antrum, lateral of the incus's tip.
        flare: rise of the cavity's floor per mm away from the antrum.
        posterior: reach of the outline behind the middle of the sigmoid sinus.
        inferior: reach of the outline, as a share of the way to the mastoid tip.
        superior: reach of the outline above the middle fossa's floor at the canal.
        anterior: reach of the outline in front of the canal's posterior wall, above the canal.
        saucer: how much wider the cavity is per mm towards the surface.
        unsteadiness: standard deviation of the smooth noise of the hand.
    """

    sinus: float
    dura: float
    canal: float
    nerve: float
    ossicles: float
    labyrinth: float
    depth: float
    flare: float
    posterior: float
    inferior: float
    superior: float
    anterior: float
    saucer: float
    unsteadiness: float

    def margin(self, structure: str) -> float:
        """Return the bone left over a structure, by its name in the structure table."""
        return float(getattr(self, MARGINS[structure]))

    def today(self, rng: np.random.Generator) -> "Style":
        """Return what this surgeon does on one bone."""
        return Style(**{name: habit.today(getattr(self, name), rng) for name, habit in HABITS.items()})


MARGINS: Mapping[str, str] = {
    "sigmoid sinus": "sinus",
    "dura": "dura",
    "ear canal": "canal",
    "facial nerve": "nerve",
    "incus": "ossicles",
    "semicircular canals and vestibule": "labyrinth",
}
"""Structure to the habit that spares it."""

HABITS: Mapping[str, Habit] = {
    "sinus": Habit(1.5, -0.31, 0.51, 0.43, 0.6, 4.0),
    "dura": Habit(1.6, -0.31, 0.51, 0.43, 0.6, 4.0),
    "canal": Habit(2.2, -0.31, 0.61, 0.43, 0.8, 5.0),
    "nerve": Habit(2.4, -0.31, 0.41, 0.43, 1.0, 5.0),
    "ossicles": Habit(1.6, -0.15, 0.31, 0.29, 0.7, 4.0),
    "labyrinth": Habit(1.6, -0.23, 0.31, 0.29, 0.8, 4.0),
    "depth": Habit(-0.2, -1.0, 1.8, 1.2, -2.0, 8.0),
    "flare": Habit(0.18, -0.04, 0.08, 0.04, 0.04, 0.9),
    "posterior": Habit(9.5, 2.2, 4.4, 2.5, -4.0, 22.0),
    "inferior": Habit(0.9, 0.06, 0.12, 0.07, 0.4, 1.1),
    "superior": Habit(4.0, 0.9, 2.0, 1.0, -4.0, 8.0),
    "anterior": Habit(4.0, 1.6, 3.2, 1.8, -5.0, 10.0),
    "saucer": Habit(0.6, 0.08, 0.2, 0.12, 0.1, 1.2),
    "unsteadiness": Habit(2.0, 0.0, 0.2, 0.0, 1.0, 3.0),
}
"""Every habit's spread, fitted so that simulated surgeons agree as the paper's do (docs/phantom.md)."""


def draw_style(rng: np.random.Generator) -> Style:
    """Draw a surgeon; boldness moves all habits together, the rest is their own."""
    boldness = _unit(rng)
    return Style(**{field.name: HABITS[field.name].of_surgeon(boldness, rng) for field in fields(Style)})


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


SLIP_SHARE = 0.08
"""Share of the surgeries in which a hand slips."""
SLIPS: Mapping[str, float] = {
    "sigmoid sinus": 1.2,
    "dura": 1.2,
    "incus": 0.9,
    "semicircular canals and vestibule": 0.8,
    "facial nerve": 0.7,
    "ear canal": 1.2,
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
    entrance = anatomy.canal_entrance
    places = {
        "sigmoid sinus": (u + 0.7 * anatomy.sinus_radius, a + 0.7 * anatomy.sinus_radius, s - 2.0),
        "dura": (antrum_u + 5.0, antrum_a, anatomy.tegmen + 0.5),
        "incus": (0.0, 0.0, 0.0),
        "semicircular canals and vestibule": anatomy.inner(-1.8, -3.0, 1.3),
        "facial nerve": anatomy.inner(-0.9, -2.7, -3.0),
        "ear canal": (entrance[0] * 0.6, anatomy.canal_wall, (entrance[2] + anatomy.drum_centre[2]) / 2),
    }
    return places[structure]
