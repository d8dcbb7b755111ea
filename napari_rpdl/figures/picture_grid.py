"""Finished pictures in rows and columns for print: what a window shows, with text that stays text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.textpath import TextPath
from numpy.typing import NDArray

from napari_rpdl.errors import InputError
from napari_rpdl.figures.canvas import GREY, INK, bare, new_figure

_WIDTH = 7.2  # inches: both columns of a journal's page
_LEFT, _EDGE, _LINE, _MARK = 0.22, 0.05, 0.115, 0.11
_DPI = 600
_SIZE = 6.5  # points


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One tile.

    Attributes:
        pixels: uint8 (side, side, 3).
        caption: above its other lines.
        lines: beneath the caption.
        mark: "#rrggbb" before the caption; none where empty.
    """

    pixels: NDArray[np.uint8]
    caption: str
    lines: tuple[str, ...] = ()
    mark: str = ""


def picture_grid(
    rows: Sequence[tuple[str, Sequence[Picture]]], legend: Sequence[tuple[str, str]] = (), note: str = ""
) -> Figure:
    """Return a figure of 600 dpi, as wide as a journal's page, with a row for each title and a square for each picture.

    Args:
        rows: titles, written upwards at the side, and pictures; they may be of different length.
        legend: colours "#rrggbb" and their meaning, beneath all rows.
        note: the last line, such as what data it is.

    Raises:
        InputError: there is no picture.
    """
    columns = max((len(pictures) for _, pictures in rows), default=0)
    if not columns:
        msg = "Expected at least one picture, got none. Tick bones and columns first."
        raise InputError(msg)
    side = (_WIDTH - _LEFT - _EDGE) / columns
    below = [_LINE * (1.6 + max((len(p.lines) for p in pictures), default=0)) for _, pictures in rows]
    foot = _LINE * (1.4 * bool(legend) + 1.4 * bool(note))
    figure = new_figure(_WIDTH, _EDGE + sum(side + text for text in below) + foot)
    figure.set_dpi(_DPI)
    size = _fitting([text for _, pictures in rows for p in pictures for text in (_marked(p), *p.lines)], side)
    top = figure.get_figheight() - _EDGE
    for (title, pictures), text in zip(rows, below, strict=True):
        _write(figure, 0.08, top - side / 2, title, rotation=90, va="center", weight="bold")
        for column, picture in enumerate(pictures):
            _draw(figure, picture, _LEFT + column * side, top, side - _EDGE, size)
        top -= side + text
    if legend:
        _draw_legend(figure, legend, top)
        top -= 1.4 * _LINE
    _write(figure, _LEFT, top, note, color=GREY)
    return figure


def _draw(figure: Figure, picture: Picture, left: float, top: float, side: float, size: float) -> None:
    width, height = figure.get_size_inches()
    axes = bare(figure.add_axes((left / width, (top - side) / height, side / width, side / height)))
    axes.imshow(picture.pixels, interpolation="none")
    middle, line = left + side / 2, top - side - 0.3 * _LINE
    room = _MARK if picture.mark else 0.0
    caption = _write(figure, middle + room / 2, line, picture.caption, ha="center", weight="bold", fontsize=size)
    if picture.mark:
        half = caption.get_window_extent().width / figure.dpi / 2
        _write(figure, middle - half - room / 2, line, "■", color=picture.mark, fontsize=size)
    for rank, text in enumerate(picture.lines, start=1):
        _write(figure, middle, line - rank * _LINE, text, ha="center", color=GREY, fontsize=size)


def _marked(picture: Picture) -> str:
    return f"■ {picture.caption}" if picture.mark else picture.caption


def _fitting(texts: Sequence[str], side: float) -> float:
    """Return the size in points at which every line is as wide as a tile at most."""
    widest = max((TextPath((0, 0), text or " ", size=100).get_extents().width for text in texts), default=0.0)
    return min(_SIZE, (side - 2 * _EDGE) * 72 / max(widest, 1e-6) * 100 * 0.93)  # bold letters are wider


def _draw_legend(figure: Figure, legend: Sequence[tuple[str, str]], top: float) -> None:
    left = _LEFT
    for color, meaning in legend:
        _write(figure, left, top, "■", color=color)
        _write(figure, left + _MARK, top, meaning)
        left += 0.3 + TextPath((0, 0), meaning, size=_SIZE).get_extents().width / 72


def _write(figure: Figure, left: float, top: float, text: str, **style: Any) -> Text:  # noqa: ANN401 - matplotlib's
    width, height = figure.get_size_inches()
    return figure.text(left / width, top / height, text, **{"fontsize": _SIZE, "color": INK, "va": "top", **style})
