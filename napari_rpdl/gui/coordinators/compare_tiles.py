"""The work behind a comparison: surfaces, slices and scores, tile by tile."""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from napari_rpdl.consensus.agreement import dice, rpd
from napari_rpdl.consensus.rpmap import rpmap_of
from napari_rpdl.data.case import Case, Mask
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.safety import critical_voxels
from napari_rpdl.evaluation.scoring import Scores, score
from napari_rpdl.events import Progressed
from napari_rpdl.gui.comparison import Source
from napari_rpdl.gui.coordinators.compare_sources import Remarks, is_network, region_color, surgeon_of
from napari_rpdl.gui.cut import Cut, CutAxis
from napari_rpdl.gui.solids import Flat, Part, Solid
from napari_rpdl.gui.tile_making import bone_solid, cut_face, cut_open, slice_tile, with_face

_LINE_LETTERS = 30
Place = tuple[str, str]
"""A bone and the key of a source."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything that decides what a grid shows."""

    rows: tuple[str, ...]
    sources: tuple[Source, ...]
    reference: str
    axis: CutAxis
    cut: Cut
    opacity: float
    stamp: object
    """Changes with whatever changes the answer of a network."""


@dataclass(frozen=True, slots=True, eq=False)
class TileMade:
    """One tile: its content, None with the reason in ``lines`` and ``tip`` where there is none."""

    place: Place
    content: Solid | Flat | None
    lines: tuple[str, ...]
    tip: str = ""


class TileMaker:
    """Makes tiles, and keeps surfaces and scores, which take longest, while they stay the same.

    Args:
        case_of: returns a case by its name; may read it from the disk.
        region_of: returns what a source drilled of a case, None for the original.
        remarks_on: returns what to know of that region, once it is made.
    """

    def __init__(
        self,
        case_of: Callable[[str], Case],
        region_of: Callable[[str, Case], Mask | None],
        remarks_on: Callable[[str, Case], Remarks],
    ) -> None:
        self._case_of, self._region_of, self._remarks_on = case_of, region_of, remarks_on
        self._solids: dict[tuple[object, ...], Solid] = {}
        self._words: dict[tuple[object, ...], Remarks] = {}

    def forget(self) -> None:
        """Drop everything, for other bones may come under the same names."""
        self._solids.clear()
        self._words.clear()

    def known(self, wanted: Wanted) -> Iterator[TileMade]:
        """Return the tiles of solids that need no work but a matrix, without the faces of a cut."""
        for bone in wanted.rows if not wanted.axis else ():
            for source in wanted.sources:
                key = _key(bone, source, wanted)
                if key in self._solids and key in self._words:
                    dressed = _dressed(cut_open(self._solids[key], wanted.cut), wanted.opacity)
                    yield TileMade((bone, source.key), dressed, self._words[key].lines, self._words[key].tip)

    def make(self, wanted: Wanted) -> Iterator[TileMade | Progressed]:
        """Make every tile, row by row; what goes wrong in one tile stays in that tile."""
        count = len(wanted.sources)
        self._keep_only(wanted)
        for rank, bone in enumerate(wanted.rows):
            for column, source in enumerate(wanted.sources):
                yield Progressed(f"Making {bone}, {source.title}", rank * count + column, len(wanted.rows) * count)
                yield self._tile(bone, source, wanted)

    def _tile(self, bone: str, source: Source, wanted: Wanted) -> TileMade:
        place = (bone, source.key)
        try:
            case = self._case_of(bone)
            if (surgeon := surgeon_of(source.key)) and surgeon not in case.surgeons:
                return TileMade(place, None, ("did not drill this bone",))
            region, reference = self._regions(case, source, wanted)
            key = _key(bone, source, wanted)
            content = self._content(key, case, region, reference, region_color(source), wanted)
            if key not in self._words:
                scores = captions(case, source, region, reference, wanted.reference)
                remarks = self._remarks_on(source.key, case)
                self._words[key] = Remarks((*scores, *remarks.lines), remarks.tip)
            return TileMade(place, content, self._words[key].lines, self._words[key].tip)
        except InputError as error:
            return TileMade(place, None, ("not available",), str(error))

    def _regions(self, case: Case, source: Source, wanted: Wanted) -> tuple[Mask | None, Mask | None]:
        """Return the source's region, and the reference's where it is another one that knows this bone."""
        region = self._region_of(source.key, case)
        missing = surgeon_of(wanted.reference) and surgeon_of(wanted.reference) not in case.surgeons
        if wanted.reference in ("", source.key) or missing:
            return region, None
        return region, self._region_of(wanted.reference, case)

    def _content(
        self,
        key: tuple[object, ...],
        case: Case,
        region: Mask | None,
        reference: Mask | None,
        color: str,
        wanted: Wanted,
    ) -> Solid | Flat:
        if wanted.axis:
            return slice_tile(case, wanted.axis, wanted.cut, region, reference, color)
        if key not in self._solids:
            self._solids[key] = bone_solid(case, region, reference, color)
        solid = cut_open(self._solids[key], wanted.cut)
        if wanted.cut.axis:
            solid = with_face(solid, cut_face(case, region, wanted.cut, color))
        return _dressed(solid, wanted.opacity)

    def _keep_only(self, wanted: Wanted) -> None:
        """Forget surfaces of bones that are no longer compared, or the memory would fill."""
        for key in [key for key in self._solids if key[0] not in wanted.rows]:
            self._solids.pop(key, None)


def captions(
    case: Case, source: Source, region: Mask | None, reference: Mask | None, reference_key: str
) -> tuple[str, ...]:
    """Return the lines beneath a tile: scores, and critical voxels inside the region.

    Dice (Eq. 5) and RPD (Eq. 6, with the RPMap of all surgeons) against the reference;
    without one, their means over the surgeons, for a surgeon over the others.
    """
    if region is None:
        return ("before drilling",)
    if source.key == reference_key:
        return ("the reference", *_touched(region, case))
    numbers = _against(region, reference, case) if reference is not None else _against_all(region, source, case)
    scores = f"Dice {numbers[0]:.2f}  RPD {numbers[1]:.2f}" if numbers else "no surgeon to compare"
    return (scores, *_touched(region, case))


def _against(region: Mask, reference: Mask, case: Case) -> tuple[float, float]:
    masks = case.masks() or [reference]
    return dice(region, reference), rpd(region, reference, rpmap_of(masks))


def _against_all(region: Mask, source: Source, case: Case) -> tuple[float, float] | None:
    surgeon = surgeon_of(source.key)
    others = [rank for rank, name in enumerate(case.surgeons) if name != surgeon]
    if not others:
        return None
    scores: Scores = score(region, case)
    return float(np.mean([scores.dice[rank] for rank in others])), float(np.mean([scores.rpd[rank] for rank in others]))


def _touched(region: Mask, case: Case) -> tuple[str, ...]:
    """Say what was entered, in lines that fit beneath a picture: harm must not be cut off at its edge."""
    inside = {name: count for name, count in critical_voxels(region, case).items() if count}
    words = f"in {', '.join(f'{name} {count}' for name, count in inside.items())}"
    return tuple(textwrap.wrap(words, _LINE_LETTERS)) if inside else ()


def _key(bone: str, source: Source, wanted: Wanted) -> tuple[object, ...]:
    asked = is_network(source.key) or is_network(wanted.reference)
    return bone, source.key, wanted.reference, wanted.stamp if asked else None


def _dressed(solid: Solid, opacity: float) -> Solid:
    """Return a solid whose bone, its first part, is as transparent as chosen."""
    bone, *others = solid.parts
    glassy: Sequence[Part] = (replace(bone, opacity=opacity), *others)
    return replace(solid, parts=tuple(glassy))
