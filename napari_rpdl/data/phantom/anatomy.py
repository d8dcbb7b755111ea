"""Where everything lies in one parametric temporal bone, in millimetres.

Frame of the ear: lateral, anterior, superior; origin at the tip of the incus's short
process. The numbers follow published measurements (docs/phantom.md lists each with its
source); what varies between people varies between bones.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from napari_rpdl.data.case import Side
from napari_rpdl.data.phantom.shapes import Ellipsoid, Place, Ring, Solid, Tube, Waves, bent_tube


@dataclass(frozen=True)
class Anatomy:
    """What differs from bone to bone; lengths in mm, angles in degrees.

    Attributes:
        side: "left" or "right" ear.
        field: edge of the imaged cube.
        turn: rotation about the lateral, anterior and superior axis.
        shift: displacement of the ear within the cube.
        inner_scale: size of ossicles, labyrinth and facial nerve; 1 is the mean adult.
        surface_depth: lateral surface to incus.
        canal_tilt: ear canal's outer end against its drum: (anterior, superior) per mm.
        canal_radii: of the ear canal at the drum and at the entrance.
        tegmen_height: middle fossa dura over the lateral semicircular canal.
        tegmen_slope: rise of the dura per mm laterally and anteriorly.
        sinus_gap: posterior wall of the ear canal to the sigmoid sinus.
        sinus_radius: of the sigmoid sinus.
        sinus_cover: bone over the sinus.
        tip: mastoid tip below the incus.
        mastoid_bulge: how far the mastoid stands out laterally.
        cortex: thickness of the solid outer bone.
        pneumatised: False for a sclerotic bone.
        air_fraction: share of air where the bone is pneumatised.
        cell_size: distance between neighbouring air cells.
        relief: noise on the outer surface.
        plates: noise on the middle fossa plate.
        cells: noise whose hills are air cells.
    """

    side: Side
    field: float
    turn: Place
    shift: Place
    inner_scale: float
    surface_depth: float
    canal_tilt: tuple[float, float]
    canal_radii: tuple[float, float]
    tegmen_height: float
    tegmen_slope: tuple[float, float]
    sinus_gap: float
    sinus_radius: float
    sinus_cover: float
    tip: float
    mastoid_bulge: float
    cortex: float
    pneumatised: bool
    air_fraction: float
    cell_size: float
    relief: Waves
    plates: Waves
    cells: Waves

    def inner(self, *place: float) -> Place:
        """Return a place of the inner anatomy of this bone from that of the mean adult."""
        u, a, s = (coordinate * self.inner_scale for coordinate in place)
        return u, a, s

    @cached_property
    def drum_centre(self) -> Place:
        """Middle of the eardrum."""
        return self.inner(1.6, 5.6, -6.2)

    @cached_property
    def canal(self) -> Tube:
        """The ear canal from the drum to well outside of the bone."""
        u, a, s = self.drum_centre
        inner, outer = self.canal_radii
        bony = self.surface_depth - u
        end = (u + 2 * bony, a + 2 * bony * self.canal_tilt[0], s + 2 * bony * self.canal_tilt[1])
        return Tube((self.drum_centre, end), (inner, 2 * outer - inner))

    @cached_property
    def canal_entrance(self) -> Place:
        """Where the canal's axis meets the lateral surface."""
        u, a, s = self.drum_centre
        bony = self.surface_depth - u
        return self.surface_depth, a + bony * self.canal_tilt[0], s + bony * self.canal_tilt[1]

    @cached_property
    def canal_wall(self) -> float:
        """Anterior coordinate of the posterior canal wall half-way out."""
        middle = (self.drum_centre[1] + self.canal_entrance[1]) / 2
        return middle - sum(self.canal_radii) / 2

    @cached_property
    def facial_nerve(self) -> Tube:
        """Labyrinthine, tympanic and mastoid segment; both genua."""
        mean = [(-11, 5.2, -0.8), (-9, 6.4, 0.0), (-7, 7.4, 0.6), (-5.1, 4.2, -0.2), (-2.8, 0.5, -1.0)]
        mean += [(-1.6, -1.4, -1.5), (-0.9, -2.5, -2.9), (-0.6, -3.2, -8.0), (-0.4, -3.7, -13.0), (-0.2, -4.2, -17.8)]
        radii = (0.48, 0.52, 0.8, 0.72, 0.75, 0.82, 0.9, 0.97, 1.0, 1.0)
        return bent_tube([self.inner(*place) for place in mean], [r * self.inner_scale for r in radii])

    @cached_property
    def chorda_tympani(self) -> Tube:
        """From the mastoid segment of the nerve across the drum."""
        mean = [(-0.5, -3.5, -12.5), (0.8, -1.2, -7.0), (0.9, 1.8, -3.0), (0.3, 4.6, -1.9), (-0.9, 8.2, -3.2)]
        return bent_tube([self.inner(*place) for place in mean], [0.32] * 5)

    @cached_property
    def malleus(self) -> tuple[Solid, ...]:
        """Head, neck and handle."""
        mean = [(0.1, 5.6, 1.0), (0.5, 5.9, -1.2), (0.9, 5.9, -3.2), (1.0, 5.8, -6.4)]
        return (self._inner_tube(mean, (1.1, 0.62, 0.52, 0.38)),)

    @cached_property
    def incus(self) -> tuple[Solid, ...]:
        """Short process (its tip is the origin), body and long process."""
        short = self._inner_tube([(0, 0.55, 0), (-0.1, 1.7, 0.2), (-0.1, 3.5, 0.6)], (0.55, 0.78, 1.13))
        long = self._inner_tube([(-0.1, 3.5, 0.6), (-0.5, 3.2, -1.8), (-1.1, 2.9, -4.0)], (1.0, 0.58, 0.4))
        return short, long

    @cached_property
    def stapes(self) -> tuple[Solid, ...]:
        """Head, two crura and footplate."""
        head, foot = (-1.9, 2.8, -4.2), (-4.3, 2.4, -3.9)
        crura = [
            self._inner_tube([head, (-3.2, 2.6 + side, -4.0), (-4.3, 2.4 + side, -3.9)], (0.35, 0.25, 0.3))
            for side in (-1.0, 1.0)
        ]
        return (*crura, Ellipsoid(self.inner(*foot), (0.35, 1.5, 0.75)))

    @cached_property
    def lateral_canal(self) -> Ring:
        """The lateral semicircular canal, the surgeon's landmark in the antrum's floor."""
        return Ring(self.inner(-4.5, -3.0, 1.3), _unit(0.05, -0.42, 0.9), 2.9 * self.inner_scale, 0.7)

    @cached_property
    def tegmen(self) -> float:
        """Superior coordinate of the middle fossa's dura over the lateral semicircular canal."""
        return self.lateral_canal.centre[2] + 1.1 * self.inner_scale + self.tegmen_height

    @cached_property
    def labyrinth(self) -> tuple[Solid, ...]:
        """Semicircular canals and vestibule."""
        superior = Ring(self.inner(-8.2, -0.6, 2.6), _unit(-0.8, 0.6, 0.0), 3.0 * self.inner_scale, 0.65)
        posterior = Ring(self.inner(-7.4, -5.2, -1.8), _unit(-0.73, -0.68, 0.1), 2.9 * self.inner_scale, 0.65)
        vestibule = Ellipsoid(self.inner(-6.6, 0.4, -1.9), self.inner(1.6, 2.5, 2.1))
        return self.lateral_canal, superior, posterior, vestibule

    @cached_property
    def cochlea(self) -> tuple[Solid, ...]:
        """The cochlea's outer shape."""
        return (Ellipsoid(self.inner(-9.6, 6.4, -4.6), self.inner(2.9, 2.6, 2.5)),)

    @cached_property
    def carotid(self) -> Tube:
        """Vertical and horizontal petrous segment."""
        places = [(-9, 10, -34), (-9, 10.5, -15), (-10.5, 12.5, -10.5), (-18, 17, -8.5), (-32, 25, -8)]
        return bent_tube([self.inner(*place) for place in places], [2.6] * 5)

    @cached_property
    def sinus_middle(self) -> Place:
        """Middle of the sigmoid sinus at the height of the incus."""
        back = self.canal_wall - self.sinus_gap - self.sinus_radius
        surface = self.surface_depth - 0.012 * min(back + 10, 0.0) ** 2
        return surface - self.sinus_cover - self.sinus_radius, back, 0.0

    @cached_property
    def sigmoid_sinus(self) -> Tube:
        """From the transverse sinus over the sinodural angle down to the jugular bulb."""
        u, a, _ = self.sinus_middle
        r = self.sinus_radius
        down = [(u - 8, a - 18, 5), (u - 1.5, a - 6, 5), (u, a, 1.5), (u, a + 0.8, -5), (u - 2.5, a + 3, -11)]
        bulb = [
            (min(u - 7, -2), min(a + 5.5, -15.5), -16.5),
            (-9.5, -11, -20),
            (-12, -4.5, -19.5),
            (-12, -3, -25),
            (-12, -2, -38),
        ]
        return bent_tube(down + bulb, (0.9 * r, r, r, r, 0.95 * r, 0.85 * r, 0.85 * r, 0.9 * r, 0.8 * r, 0.7 * r))

    @cached_property
    def middle_ear(self) -> tuple[Solid, ...]:
        """Tympanic cavity, attic and antrum: air in every bone."""
        antrum = (3.6, 4.6, 3.4) if self.pneumatised else (2.4, 3.4, 2.4)
        return (
            Ellipsoid(self.inner(-1.6, 4.6, -5.4), self.inner(2.6, 5.0, 6.0)),
            Ellipsoid(self.inner(-0.2, 2.8, 0.4), self.inner(2.6, 5.2, 3.0)),
            Ellipsoid(self.antrum, antrum),
        )

    @cached_property
    def antrum(self) -> Place:
        """Middle of the mastoid antrum."""
        return self.inner(1.8, -5.4, 1.2)

    def _inner_tube(self, mean: list[tuple[float, float, float]], radii: tuple[float, ...]) -> Tube:
        return bent_tube([self.inner(*place) for place in mean], [r * self.inner_scale for r in radii])


def _unit(*direction: float) -> Place:
    u, a, s = np.array(direction) / np.linalg.norm(direction)
    return float(u), float(a), float(s)


def draw_anatomy(rng: np.random.Generator) -> Anatomy:
    """Draw the anatomy of one person; new parameters are drawn last, so that old bones stay."""

    def between(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    side: Side = "right" if rng.random() < 0.5 else "left"
    pneumatised = bool(rng.random() < 0.7)
    turn = tuple(float(angle) for angle in np.clip(rng.normal(0, 5.5, 3), -13, 13))
    cell_size = between(2.6, 3.6)
    return Anatomy(
        side=side,
        field=between(55, 64),
        turn=(turn[0], turn[1], turn[2]),
        shift=(between(-3, 3), between(-4, 4), between(-4, 4)),
        inner_scale=between(0.93, 1.07),
        surface_depth=between(16.5, 21.5),
        canal_tilt=(between(-0.2, 0.08), between(-0.05, 0.2)),
        canal_radii=(between(3.8, 4.6), between(4.8, 6.2)),
        tegmen_height=between(1.5, 5.0),
        tegmen_slope=(between(-0.15, 0.25), between(-0.1, 0.1)),
        sinus_gap=between(12.5, 17.5),
        sinus_radius=between(4.0, 5.7),
        sinus_cover=between(4.0, 9.0),
        tip=between(23, 31),
        mastoid_bulge=between(0.5, 4.0),
        cortex=between(1.3, 3.0) if pneumatised else between(2.5, 4.2),
        pneumatised=pneumatised,
        air_fraction=between(0.35, 0.65),
        cell_size=cell_size,
        relief=Waves.draw(rng, 14, 30, 12),
        plates=Waves.draw(rng, 10, 25, 12),
        cells=Waves.draw(rng, 0.85 * cell_size, 1.15 * cell_size, 96),
    )
