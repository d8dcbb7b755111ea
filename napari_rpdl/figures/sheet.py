"""A figure measured in millimetres from its upper left corner, whose pictures lie on whole pixels."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D, Transform
from numpy.typing import NDArray

from napari_rpdl.figures.canvas import INK, bare

MM_PER_INCH, MM_PER_POINT = 25.4, 25.4 / 72
_LINE = 1.25  # of a line's size


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A white page.

    Attributes:
        figure: what is drawn on; ``figure.dpi`` is the resolution of its pictures.
        width: pixels.
        height: pixels.
    """

    figure: Figure
    width: int
    height: int

    @classmethod
    def new(cls, width_mm: float, height_mm: float, dpi: int) -> "Sheet":
        """Return an empty sheet that draws with Agg."""
        width, height = (max(1, round(length / MM_PER_INCH * dpi)) for length in (width_mm, height_mm))
        figure = Figure(figsize=(width / dpi, height / dpi), dpi=dpi, facecolor="white")
        FigureCanvasAgg(figure)
        return cls(figure, width, height)

    def pixels(self, length_mm: float) -> int:
        """Return how many whole pixels a length is."""
        return pixels_of(length_mm, self.figure.dpi)

    def axes(self, left_mm: float, top_mm: float, width_mm: float, height_mm: float) -> Axes:
        """Return bare axes with a box on whole pixels."""
        return self._axes(*map(self.pixels, (left_mm, top_mm, width_mm, height_mm)))

    def picture(self, left_mm: float, top_mm: float, pixels: NDArray[np.uint8]) -> Axes:
        """Put a picture (rows, columns, 3) on the sheet, pixel on pixel, and return its axes (0..1, upwards)."""
        height, width = pixels.shape[:2]
        axes = self._axes(self.pixels(left_mm), self.pixels(top_mm), width, height)
        # "none" keeps the pixels as they are in vector files too.
        axes.imshow(pixels, extent=(0, 1, 0, 1), aspect="auto", interpolation="none")
        return axes

    def text(self, left_mm: float, top_mm: float, text: str, size: float, **style: Any) -> None:  # noqa: ANN401 - matplotlib's
        """Write at a place; ``size`` in points."""
        style = {"color": INK, "ha": "left", "va": "top", **style}
        self.figure.text(left_mm, top_mm, text, fontsize=size, transform=self._from_mm, **style)

    def swatch(self, left_mm: float, top_mm: float, side_mm: float, color: str) -> None:
        """Draw a square of one colour."""
        self.figure.add_artist(
            Rectangle((left_mm, top_mm), side_mm, side_mm, color=color, linewidth=0, transform=self._from_mm)
        )

    def line(self, left_mm: float, top_mm: float, length_mm: float, width: float, color: str) -> None:
        """Draw a level line; ``width`` in points."""
        ends = (left_mm, left_mm + length_mm)
        line = Line2D(ends, (top_mm, top_mm), linewidth=width, color=color, solid_capstyle="butt")
        line.set_transform(self._from_mm)
        self.figure.add_artist(line)

    @property
    def _from_mm(self) -> Transform:
        """Return the way from mm to the figure's display, whatever resolution it is drawn at."""
        inches = Affine2D().scale(1 / MM_PER_INCH, -1 / MM_PER_INCH).translate(0, self.height / self.figure.dpi)
        return inches + self.figure.dpi_scale_trans

    def _axes(self, left: int, top: int, width: int, height: int) -> Axes:
        bottom = self.height - top - height
        box = (left / self.width, bottom / self.height, width / self.width, height / self.height)
        return bare(self.figure.add_axes(box))


def pixels_of(length_mm: float, dpi: float) -> int:
    """Return how many whole pixels a length is."""
    return round(length_mm / MM_PER_INCH * dpi)


def line_mm(size: float) -> float:
    """Return how far apart lines of a size in points stand."""
    return size * MM_PER_POINT * _LINE


@lru_cache(maxsize=4096)
def text_width(text: str) -> float:
    """Return the width of a line in the sheet's font, in mm for each point of its size."""
    return float(TextPath((0, 0), text, size=100).get_extents().width) / 100 * MM_PER_POINT if text.strip() else 0.0


def fitting_size(lines: list[str], width_mm: float, largest: float, smallest: float) -> float:
    """Return the size in points, between two bounds, at which all lines fit into a width."""
    widest = max(map(text_width, lines), default=0.0)
    return largest if widest <= 0 else min(largest, max(smallest, width_mm / widest))


def shortened(text: str, width_mm: float, size: float) -> str:
    """Return ``text`` so that it fits into a width: whole, or with its end replaced by an ellipsis."""
    if text_width(text) * size <= width_mm:
        return text
    kept = text
    while kept and text_width(kept + "…") * size > width_mm:
        kept = kept[:-1]
    return kept + "…"


def broken(text: str, width_mm: float, size: float) -> list[str]:
    """Return the lines of a paragraph that fit into a width; single longer words stay whole."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer) * size <= width_mm:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
