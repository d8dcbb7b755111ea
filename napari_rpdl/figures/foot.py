"""What stands below a figure: a legend of colours, and a note."""

from collections.abc import Sequence
from dataclasses import dataclass

from napari_rpdl.figures.canvas import GREY
from napari_rpdl.figures.sheet import Sheet, broken, line_mm, text_width

_SIZE = 6.0  # points
_SWATCH, _BESIDE, _BETWEEN, _ABOVE = 2.0, 0.8, 3.0, 0.5  # mm
Entry = tuple[str, str]
"""A colour ("#rrggbb") and what it means."""


@dataclass(frozen=True, slots=True)
class Foot:
    """Lines that fit into a width.

    Attributes:
        legend: for each line the entries with their distance from the left in mm.
        note: the lines of a paragraph.
    """

    legend: tuple[tuple[tuple[float, Entry], ...], ...]
    note: tuple[str, ...]

    @classmethod
    def of(cls, legend: Sequence[Entry], note: str, width_mm: float) -> "Foot":
        """Break a legend and a note into lines."""
        return cls(_packed(legend, width_mm), tuple(broken(note, width_mm, _SIZE)))

    @property
    def height_mm(self) -> float:
        """How much room it takes; none where there is nothing to say."""
        lines = len(self.legend) + len(self.note)
        return _ABOVE + lines * line_mm(_SIZE) if lines else 0.0

    def draw(self, sheet: Sheet, left_mm: float, top_mm: float) -> None:
        """Put it on a sheet."""
        top = top_mm + _ABOVE
        for line in self.legend:
            for at, (color, name) in line:
                sheet.swatch(left_mm + at, top, _SWATCH, color)
                beside = left_mm + at + _SWATCH + _BESIDE
                sheet.text(beside, top + _SWATCH / 2, name, _SIZE, va="center_baseline")
            top += line_mm(_SIZE)
        for text in self.note:
            sheet.text(left_mm, top, text, _SIZE, color=GREY)
            top += line_mm(_SIZE)


def _packed(legend: Sequence[Entry], width: float) -> tuple[tuple[tuple[float, Entry], ...], ...]:
    lines: list[list[tuple[float, Entry]]] = []
    at = 0.0
    for entry in legend:
        needed = _SWATCH + _BESIDE + text_width(entry[1]) * _SIZE
        if not lines or at + needed > width:
            lines.append([])
            at = 0.0
        lines[-1].append((at, entry))
        at += needed + _BETWEEN
    return tuple(map(tuple, lines))
