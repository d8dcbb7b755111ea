"""A small grid of cells with a colour and a number each."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from napari_rpdl.figures.canvas import GREY, INK, bare

_LIGHT_INK = "#ffffff"
_GRID = "#b8c0c6"


def draw_number_grid(axes: Axes, colors: NDArray[np.float64], numbers: Sequence[Sequence[str]], size: float) -> None:
    """Draw (rows, columns) cells, the first row on top.

    Args:
        axes: what to draw on; its box should have the grid's proportions.
        colors: (rows, columns, 3 or 4), 0..1.
        numbers: what stands in each cell.
        size: of the numbers in points.
    """
    rows, columns = colors.shape[:2]
    bare(axes).imshow(colors, extent=(0, columns, rows, 0), aspect="auto", interpolation="none")
    for row in range(rows + 1):
        axes.plot([0, columns], [row, row], color=_GRID, linewidth=0.4, clip_on=False)
    for column in range(columns + 1):
        axes.plot([column, column], [0, rows], color=_GRID, linewidth=0.4, clip_on=False)
    for (row, column), brightness in np.ndenumerate(_brightness(colors)):
        text = numbers[row][column]
        ink = (GREY if text == "0" else INK) if brightness > 0.5 else _LIGHT_INK
        axes.text(column + 0.5, row + 0.52, text, ha="center", va="center_baseline", fontsize=size, color=ink)
    axes.set_xlim(0, columns)
    axes.set_ylim(rows, 0)


def signed(value: float) -> str:
    """Return a number as it is read: no zeros behind the point, a true minus."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("0", "-0") else text.replace("-", "−")


def _brightness(colors: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(colors[..., :3] @ np.array([0.299, 0.587, 0.114]), np.float64)
