"""Drilled bones in rows and columns, with captions and scores beneath (paper, Figs. 1 and 4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.data.structures import Structure
from napari_rpdl.errors import InputError
from napari_rpdl.figures.bone_view import BonePicture, bone_view
from napari_rpdl.figures.canvas import GREY
from napari_rpdl.figures.foot import Foot
from napari_rpdl.figures.sheet import MM_PER_INCH, Sheet, fitting_size, line_mm, pixels_of, shortened
from napari_rpdl.figures.surface_colors import AGREED, EXTRA, MISSED
from napari_rpdl.figures.tile_marks import draw_marks
from napari_rpdl.settings import BoneFigureSettings

_EDGE, _GAP, _ROW_GAP = 1.0, 0.8, 1.6  # mm
_TITLE_STRIP = 4.5
_LARGEST, _SMALLEST = 7.5, 4.0  # points
_UNCOLORED = ("bone", "air")


@dataclass(frozen=True, slots=True, eq=False)
class GridTile:
    """One picture of a row.

    Attributes:
        caption: who drilled, or which method answered.
        drilled: bool (z, y, x) on the case's grid, what to take away; None for the bone as it was.
        scores: lines beneath the caption, such as "Dice 0.71 ± 0.08".
    """

    caption: str
    drilled: Mask | None = None
    scores: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class GridRow:
    """One bone and its pictures, the first of which usually shows it untouched.

    Attributes:
        case: the bone.
        tiles: its pictures.
        name: what stands at the row's side; nothing where empty.
        reference: bool (z, y, x), the region that the colours of all tiles compare with;
            None for the colours of the anatomy.
    """

    case: Case
    tiles: tuple[GridTile, ...]
    name: str = ""
    reference: Mask | None = None


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where things are, in mm; tiles have a whole number of pixels, ``size`` is that of letters in points."""

    left: float
    tile: float
    tile_pixels: int
    size: float
    headed: bool
    heights: tuple[float, ...]

    @property
    def line(self) -> float:
        return line_mm(self.size)

    @property
    def head(self) -> float:
        return _EDGE + (self.line + 0.4 if self.headed else 0.0)

    def left_of(self, column: int) -> float:
        return self.left + column * (self.tile + _GAP)


def draw_grid(
    rows: Sequence[GridRow],
    settings: BoneFigureSettings | None = None,
    *,
    reference_name: str = "",
    note: str = "",
) -> Figure:
    """Return a page with a row for each bone and a column for each tile.

    Where all rows have the same captions these stand once above the columns, else
    beneath each tile. The first tile of each row bears a scale bar (in voxels where the
    spacing is unknown) and the directions of the patient's body. A legend names the
    anatomical colours that show, or, where a row has a reference, those of agreement.

    Args:
        rows: one for each bone; they may be of different length.
        settings: width, resolution, view and background.
        reference_name: what the legend calls the reference.
        note: a paragraph below everything, such as where the data come from.

    Raises:
        InputError: no rows, a row without tiles, a mask of another grid, or so many tiles
            that none would be 4 mm wide.
    """
    settings = settings or BoneFigureSettings()
    if not rows or not all(row.tiles for row in rows):
        msg = "Expected at least one bone with at least one picture to compare, got none. Choose bones and surgeons."
        raise InputError(msg)
    layout = _laid_out(rows, settings)
    pictures = [[_drawn(row, tile, layout.tile_pixels, settings) for tile in row.tiles] for row in rows]
    foot = Foot.of(_legend(rows, pictures, reference_name), note, settings.width_mm - layout.left - 3 * _EDGE)
    sheet = Sheet.new(settings.width_mm, layout.head + sum(layout.heights) + foot.height_mm + _EDGE, settings.dpi)
    top = layout.head
    if layout.headed:
        for column, tile in enumerate(max(rows, key=lambda row: len(row.tiles)).tiles):
            _write(sheet, layout, column, _EDGE, tile.caption, bold=True)
    for index, (row, drawn) in enumerate(zip(rows, pictures, strict=True)):
        _draw_row(sheet, layout, row, drawn, top)
        if index == 0 or row.case is not rows[index - 1].case:
            draw_marks(sheet, (layout.left, top, layout.tile), row.case, drawn[0].extent, settings)
        top += layout.heights[index]
    foot.draw(sheet, layout.left, top)
    return sheet.figure


def wrapped(row: GridRow, columns: int) -> list[GridRow]:
    """Break a row into several of at most ``columns`` tiles; all bear its title and reference."""
    starts = range(0, len(row.tiles), columns)
    return [GridRow(row.case, row.tiles[start : start + columns], row.name, row.reference) for start in starts]


def _laid_out(rows: Sequence[GridRow], settings: BoneFigureSettings) -> _Layout:
    columns = max(len(row.tiles) for row in rows)
    left = _EDGE + (_TITLE_STRIP if any(row.name for row in rows) else 0.0)
    wanted = (settings.width_mm - left - _EDGE - (columns - 1) * _GAP) / columns
    pixels = pixels_of(wanted, settings.dpi)
    if wanted < 4 or pixels < 16:
        msg = (
            f"{columns} pictures beside each other do not fit into {settings.width_mm:g} mm. "
            "Choose fewer surgeons or predictions, or a wider figure."
        )
        raise InputError(msg)
    tile = pixels / settings.dpi * MM_PER_INCH
    texts = [text for row in rows for t in row.tiles for text in (t.caption, *t.scores)]
    size = fitting_size(texts, tile - 1.2, _LARGEST, _SMALLEST)
    headed = _is_headed(rows)
    lines = (max(len(t.scores) for t in row.tiles) + (0 if headed else 1) for row in rows)
    return _Layout(left, tile, pixels, size, headed, tuple(tile + n * line_mm(size) + _ROW_GAP for n in lines))


def _is_headed(rows: Sequence[GridRow]) -> bool:
    captions = [[tile.caption for tile in row.tiles] for row in rows]
    return len(rows) > 1 and all(own == captions[0] for own in captions)


def _drawn(row: GridRow, tile: GridTile, pixels: int, settings: BoneFigureSettings) -> BonePicture:
    return bone_view(row.case, tile.drilled, pixels, settings.view, row.reference, settings.background)


def _draw_row(sheet: Sheet, layout: _Layout, row: GridRow, pictures: Sequence[BonePicture], top: float) -> None:
    for column, (tile, picture) in enumerate(zip(row.tiles, pictures, strict=True)):
        sheet.picture(layout.left_of(column), top, picture.pixels)
        texts = tile.scores if layout.headed else (tile.caption, *tile.scores)
        for line, text in enumerate(texts):
            below = top + layout.tile + 0.5 + line * layout.line
            _write(sheet, layout, column, below, text, bold=line == 0 and not layout.headed)
    if row.name:
        sheet.text(
            _EDGE,
            top + layout.tile / 2,
            shortened(row.name, layout.tile, _LARGEST),
            _LARGEST,
            rotation=90,
            va="center",
            weight="bold",
        )


def _write(sheet: Sheet, layout: _Layout, column: int, top: float, text: str, *, bold: bool) -> None:
    """Write one line centred on a column; bold letters are a little wider than those that were measured."""
    size = layout.size * (0.92 if bold else 1.0)
    shown = shortened(text, layout.tile, size)
    style = {"weight": "bold"} if bold else {"color": GREY}
    sheet.text(layout.left_of(column) + layout.tile / 2, top, shown, size, ha="center", **style)


def _legend(
    rows: Sequence[GridRow], pictures: Sequence[Sequence[BonePicture]], reference_name: str
) -> list[tuple[str, str]]:
    """Return (colour, name) of everything whose colour shows."""
    entries: list[tuple[str, str]] = []
    showing: set[Structure] = set()
    if any(row.reference is not None for row in rows):
        name = reference_name or "the reference"
        entries += [(AGREED, f"drilled as by {name}"), (MISSED, f"missed of {name}"), (EXTRA, f"beyond {name}")]
    for row, drawn in zip(rows, pictures, strict=True):
        seen = {code for picture in drawn for code in picture.structures}
        showing.update(s for s in row.case.table.structures if s.code in seen and s.role not in _UNCOLORED)
    return entries + [(s.color, s.name) for s in sorted(showing, key=lambda s: s.code)]
