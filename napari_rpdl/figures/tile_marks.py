"""What stands on a picture of a bone: how long a centimetre is, and where the patient's body lies."""

import numpy as np
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from napari_rpdl.data.case import Case, Side
from napari_rpdl.figures.sheet import Sheet
from napari_rpdl.figures.view_frame import view_axes
from napari_rpdl.settings import BoneFigureSettings, View

_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_PLACES = (
    (0.5, 0.015, "center", "top"),
    (0.5, 0.985, "center", "bottom"),
    (0.015, 0.5, "left", "center"),
    (0.985, 0.5, "right", "center"),
)
_SHARE = 0.34  # of the picture's width, at most
_LETTERS = (("I", "S"), ("P", "A"), ("med", "lat"))  # towards lower and higher z, y and x of a right ear


def scale_bar(case: Case, extent: float) -> tuple[float, str]:
    """Return the bar's share of the picture's width, and its label.

    The largest of 1, 2, 5, 10 ... that is at most a third of the picture; in mm, in
    voxels where nobody has said how large a voxel is.

    Args:
        case: the bone.
        extent: width of the picture in the units of the case's grid.
    """
    longest = max((step for step in _STEPS if step <= _SHARE * extent), default=_STEPS[0])
    unit = "mm" if case.grid.spacing_known else ("voxel" if longest == 1 else "voxels")
    return longest / extent, f"{longest} {unit}"


def edge_letters(view: View, side: Side | None) -> tuple[str, str, str, str]:
    """Return which way of the body lies at the top, bottom, left and right of a picture.

    A: front, P: back, S: crown, I: feet, "lat" and "med": away from and towards the
    body's middle. An oblique edge gets the letter of the direction it is closest to.
    """
    down, right, _ = view_axes(view)
    left_letter, right_letter = _letter(-right), _letter(right)
    if side == "left":  # its picture is the mirror image of a right ear's
        left_letter, right_letter = right_letter, left_letter
    return _letter(-down), _letter(down), left_letter, right_letter


def _letter(direction: NDArray[np.float64]) -> str:
    axis = int(np.argmax(np.abs(direction)))
    return _LETTERS[axis][int(direction[axis] > 0)]


def draw_marks(
    sheet: Sheet, box: tuple[float, float, float], case: Case, extent: float, settings: BoneFigureSettings
) -> None:
    """Draw the scale bar and the letters on a picture.

    Args:
        sheet: the page.
        box: left, top and side of the picture in mm.
        case: the bone.
        extent: width of the picture in the units of the case's grid.
        settings: view and background.
    """
    left, top, side = box
    ink, paper = ("#e8ebee", "black") if settings.background == "black" else ("#3a424a", "white")
    size = float(np.clip(side * 0.22, 3.5, 6.0))
    style = {"color": ink, "path_effects": [withStroke(linewidth=size / 5, foreground=paper)]}
    share, label = scale_bar(case, extent)
    bar = (left + 0.04 * side, top + 0.955 * side, share * side)
    sheet.line(*bar, size / 4, ink)
    sheet.text(bar[0] + bar[2] / 2, bar[1] - 0.02 * side, label, size, ha="center", va="bottom", **style)
    if case.structures is None and case.ct is None:
        return  # nobody has said how a drill recording lies
    for letter, (x, y, horizontal, vertical) in zip(edge_letters(settings.view, case.side), _PLACES, strict=True):
        sheet.text(left + x * side, top + y * side, letter, size, ha=horizontal, va=vertical, **style)
