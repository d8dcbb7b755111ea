"""A bone as it was, and as each surgeon left it (paper, Fig. 1)."""

from string import ascii_lowercase

from matplotlib.figure import Figure

from napari_rpdl.data.case import Case
from napari_rpdl.errors import InputError
from napari_rpdl.figures.grid_figure import GridRow, GridTile, draw_grid, wrapped
from napari_rpdl.settings import SurgeonsFigureSettings


def surgeons_figure(case: Case, settings: SurgeonsFigureSettings | None = None, note: str = "") -> Figure:
    """Return the bone and each surgeon's result, lettered (a), (b), ... as in the paper.

    Args:
        case: the bone; ``settings.case`` is not looked at.
        settings: which surgeons, in which order, and how it is printed.
        note: a paragraph below everything.

    Raises:
        InputError: nobody drilled this bone, or not one of the surgeons that were named.
    """
    settings = settings or SurgeonsFigureSettings()
    surgeons = settings.surgeons or case.surgeons
    if not surgeons:
        msg = f"{case.case_id} has no annotations, so there are no results to draw. Choose another case."
        raise InputError(msg)
    tiles = [GridTile("Original"), *(GridTile(name, case.annotation(name).mask) for name in surgeons)]
    lettered = tuple(GridTile(f"({_letter(i)}) {tile.caption}", tile.drilled) for i, tile in enumerate(tiles))
    return draw_grid(wrapped(GridRow(case, lettered), settings.columns), settings, note=note)


def _letter(index: int) -> str:
    """Return a, b ... z, aa, ab ..."""
    more, last = divmod(index, len(ascii_lowercase))
    return (_letter(more - 1) if more else "") + ascii_lowercase[last]
