"""Bones side by side: as they were, as surgeons left them, as networks would (paper, Figs. 1 and 4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.errors import InputError
from napari_rpdl.figures.bone_view import lateral_view
from napari_rpdl.figures.canvas import GREY, INK, bare, new_figure

_TILE = 1.75  # inches
_LINE = 0.17
_LEFT = 0.34
_EDGE = 0.06


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One picture of a row.

    Attributes:
        caption: who drilled, or which method answered.
        drilled: bool (z, y, x), what to take away; None for the bone as it was.
        scores: lines beneath the caption, such as "Dice 0.71".
    """

    caption: str
    drilled: Mask | None = None
    scores: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One bone and its pictures, the first of which usually shows it untouched."""

    case: Case
    tiles: tuple[Tile, ...]
    name: str = ""

    @property
    def title(self) -> str:
        """What stands at the row's side."""
        return self.name or self.case.case_id


def comparison_figure(rows: Sequence[Row], tile_pixels: int = 320) -> Figure:
    """Return a grid with a row for each bone and a column for each tile, as the paper's Fig. 4.

    Rows may be of different length.

    Raises:
        InputError: no rows, or a row without tiles.
    """
    if not rows or not all(row.tiles for row in rows):
        msg = "Expected at least one bone with at least one picture to compare, got none. Choose bones and surgeons."
        raise InputError(msg)
    columns = max(len(row.tiles) for row in rows)
    heights = [_TILE + _LINE * (1.3 + max(len(tile.scores) for tile in row.tiles)) + _EDGE for row in rows]
    figure = new_figure(_LEFT + columns * _TILE + _EDGE, sum(heights) + _EDGE)
    top = sum(heights)
    for row, height in zip(rows, heights, strict=True):
        _draw_row(figure, row, top, tile_pixels)
        top -= height
    return figure


def wrapped(row: Row, columns: int) -> list[Row]:
    """Break a row into several of at most ``columns`` tiles; all bear its title."""
    starts = range(0, len(row.tiles), columns)
    return [Row(row.case, row.tiles[start : start + columns], row.name) for start in starts]


def surgeons_figure(case: Case, surgeons: Sequence[str] = (), columns: int = 4, tile_pixels: int = 320) -> Figure:
    """Return the bone as it was and as each surgeon left it, as the paper's Fig. 1; all where none is named."""
    tiles = [Tile("Original"), *(Tile(name, case.annotation(name).mask) for name in surgeons or case.surgeons)]
    return comparison_figure(wrapped(Row(case, tuple(tiles)), columns), tile_pixels)


def _draw_row(figure: Figure, row: Row, top: float, tile_pixels: int) -> None:
    width, height = figure.get_size_inches()
    for column, tile in enumerate(row.tiles):
        left = _LEFT + column * _TILE
        box = (left / width, (top - _TILE) / height, (_TILE - _EDGE) / width, (_TILE - _EDGE) / height)
        axes = bare(figure.add_axes(box))
        axes.imshow(lateral_view(row.case, tile.drilled, tile_pixels))
        _write_caption(axes, tile)
    middle = (top - _TILE / 2) / height
    figure.text(
        0.12 / width, middle, row.title, rotation=90, ha="left", va="center", fontsize=8.5, weight="bold", color=INK
    )


def _write_caption(axes: Axes, tile: Tile) -> None:
    for line, text in enumerate((tile.caption, *tile.scores)):
        below = -(0.06 + line * _LINE) / (_TILE - _EDGE)
        color, weight = (INK, "bold") if line == 0 else (GREY, "normal")
        axes.text(
            0.5, below, text, transform=axes.transAxes, ha="center", va="top", fontsize=8, color=color, weight=weight
        )
