"""How a reward-penalty map arises: with numbers in principle, and in a slice of a bone (paper, Fig. 2)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from napari_rpdl.consensus.rpmap import PAPER
from napari_rpdl.consensus.votes import Votes
from napari_rpdl.data.case import Case, Mask
from napari_rpdl.errors import InputError
from napari_rpdl.figures.canvas import GREY, INK, surgeon_color
from napari_rpdl.figures.foot import Foot
from napari_rpdl.figures.number_grid import draw_number_grid, signed
from napari_rpdl.figures.rpmap_figure import draw_map, draw_votes
from napari_rpdl.figures.rpmap_steps import RPMapSteps, vote_colors
from napari_rpdl.figures.sheet import Sheet, fitting_size
from napari_rpdl.figures.slices import Slice, busiest_slice, draw_bone, draw_outline, finish_panel, window_of
from napari_rpdl.settings import RPMapFigureSettings, RPMapSettings

_EXAMPLE = (
    (".....", ".##..", ".###.", ".##..", "....."),
    (".....", "..#..", ".###.", ".###.", "..#.."),
    (".....", ".#...", ".##..", ".###.", ".##.."),
)
"""What three imagined experts marked, to show the arithmetic."""
_EDGE, _TITLE, _CAPTION, _BAR = 1.0, 4.0, 4.2, 11.0  # mm
_PATCH = 7  # voxels along each side of the part that is enlarged
_MARK = "#111111"


def rpmap_workflow(
    case: Case,
    settings: RPMapFigureSettings | None = None,
    rpmap_settings: RPMapSettings = PAPER,
    note: str = "",
) -> Figure:
    """Return the steps from masks to map: an example with numbers, a slice of the bone, and a part of it enlarged.

    Args:
        case: the bone; ``settings.case`` is not looked at.
        settings: which surgeons and slice, and how it is printed.
        rpmap_settings: the map.
        note: a paragraph below everything.

    Raises:
        InputError: nobody drilled this bone, not one of the surgeons that were named, or
            there is no such layer.
    """
    settings = settings or RPMapFigureSettings()
    names = settings.surgeons or case.surgeons
    masks = case.masks(*names) if names else []
    if not masks:
        msg = f"{case.case_id} has no annotations, so there is no reward-penalty map to draw. Choose another case."
        raise InputError(msg)
    where = _slice(masks, settings)
    width = settings.width_mm
    cell, side = (width - 2 * _EDGE - 5 * 0.03 * width) / 6, (width - 2 * _EDGE - 3 * _BAR - 2.0) / 4
    tops = np.cumsum([_EDGE, _TITLE + cell + _CAPTION, _TITLE + side + _CAPTION, _TITLE + side + 1.0])
    foot = Foot.of([(surgeon_color(k), name) for k, name in enumerate(names)], note, width - 2 * _EDGE)
    sheet = Sheet.new(width, float(tops[-1]) + foot.height_mm + _EDGE, settings.dpi)
    _draw_example(sheet, float(tops[0]), cell, rpmap_settings)
    steps = RPMapSteps.of(masks, rpmap_settings)
    _draw_slice(sheet, float(tops[1]), side, case, masks, steps, where)
    _draw_patch(sheet, float(tops[2]), side, case, masks, steps, where)
    foot.draw(sheet, _EDGE, float(tops[3]))
    return sheet.figure


def liveliest_patch(votes: Votes, side: int = _PATCH) -> tuple[int, int, int]:
    """Return top row, first column and side of the square of a slice that holds most different numbers of votes.

    Of several the one with the most borders between neighbours. A smaller slice is taken
    as far as a square fits.
    """
    side = min(side, *votes.shape)
    best, where = (-1, -1), (0, 0)
    for row in range(votes.shape[0] - side + 1):
        for column in range(votes.shape[1] - side + 1):
            patch = votes[row : row + side, column : column + side]
            borders = sum(int(np.count_nonzero(np.diff(patch.astype(int), axis=axis))) for axis in (0, 1))
            if (value := (np.unique(patch).size, borders)) > best:
                best, where = value, (row, column)
    return *where, side


def _slice(masks: Sequence[Mask], settings: RPMapFigureSettings) -> Slice:
    if settings.layer < 0:
        return busiest_slice(masks, settings.plane)
    where = Slice(settings.plane, settings.layer)
    layers = where.layers(masks[0].shape)
    if settings.layer >= layers:
        msg = f"There is no {settings.plane} layer {settings.layer}: choose one from 0 to {layers - 1}, or -1."
        raise InputError(msg)
    return where


def _draw_example(sheet: Sheet, top: float, side: float, settings: RPMapSettings) -> None:
    masks = [np.array([[mark == "#" for mark in row] for row in rows]) for rows in _EXAMPLE]
    steps = RPMapSteps.of(masks, settings)
    gap = 0.03 * sheet.width / sheet.figure.dpi * 25.4
    drawn = [np.where(mask[..., None], vote_colors(3)[0](2)[:3], vote_colors(3)[0](0)[:3]) for mask in masks]
    colors, norm = vote_colors(3)
    panels = [*drawn, colors(norm(steps.votes)), steps.colored(steps.penalised, steps.divisor)]
    panels.append(steps.colored(steps.rpmap))
    values = [*(mask.astype(int) for mask in masks), steps.votes, steps.penalised, steps.rpmap]
    titles = ["Expert 1", "Expert 2", "Expert 3", *_step_titles(steps)]
    for column, (panel, numbers, title) in enumerate(zip(panels, values, titles, strict=True)):
        left = _EDGE + column * (side + gap)
        axes = sheet.axes(left, top + _TITLE, side, side)
        draw_number_grid(axes, panel, *_written(numbers, side))
        _write_title(sheet, left, top, side, title)
        if column < 5:
            sign = ("+", "+", "=", "→", "→")[column]
            middle = (left + side + gap / 2, top + _TITLE + side / 2)
            sheet.text(*middle, sign, 9, ha="center", va="center", weight="bold")
    captions = ["", "", "", "$c = \\Sigma\\,y_k$", *_step_captions(steps)]
    for column, caption in enumerate(captions):
        _write_caption(sheet, _EDGE + column * (side + gap), top + _TITLE + side, side, caption)


def _draw_slice(
    sheet: Sheet, top: float, side: float, case: Case, masks: Sequence[Mask], steps: RPMapSteps, where: Slice
) -> None:
    panels = _panels(sheet, top, side)
    draw_bone(panels[0], case, where)
    for rank, mask in enumerate(masks):
        draw_outline(panels[0], mask, where, surgeon_color(rank), 0.8)
    draw_votes(panels[1], case, steps.votes, steps.surgeons, where)
    draw_map(panels[2], case, steps.penalised, where)
    draw_map(panels[3], case, steps.rpmap, where)
    row, column, size = liveliest_patch(where.of(steps.votes))
    for axes in panels:
        finish_panel(axes, case, where, window_of(masks, where, case), "")
        axes.add_patch(Rectangle((column - 0.5, row - 0.5), size, size, fill=False, edgecolor=_MARK, linewidth=0.9))
    titles = [f"{steps.surgeons} surgeons, {where.plane} layer {where.index}", *_step_titles(steps)]
    _write_titles(sheet, top, side, titles, ["$y_k$: drilled or not", "$c = \\Sigma\\,y_k$", *_step_captions(steps)])


def _draw_patch(
    sheet: Sheet, top: float, side: float, case: Case, masks: Sequence[Mask], steps: RPMapSteps, where: Slice
) -> None:
    panels = _panels(sheet, top, side)
    row, column, size = liveliest_patch(where.of(steps.votes))
    part = (slice(row, row + size), slice(column, column + size))
    draw_bone(panels[0], case, where)
    for rank, mask in enumerate(masks):
        draw_outline(panels[0], mask, where, surgeon_color(rank), 1.1)
    panels[0].set(xlim=(column - 0.5, column + size - 0.5), ylim=(row + size - 0.5, row - 0.5), aspect="auto")
    _frame(panels[0])
    colors, norm = vote_colors(steps.surgeons)
    votes, penalised, rpmap = (where.of(values)[part] for values in (steps.votes, steps.penalised, steps.rpmap))
    painted = (colors(norm(votes)), steps.colored(penalised, steps.divisor), steps.colored(rpmap))
    for axes, picture, numbers in zip(panels[1:], painted, (votes, penalised, rpmap), strict=True):
        draw_number_grid(axes, picture, *_written(numbers, side))
        _frame(axes)
    _write_titles(sheet, top, side, ["The marked part, enlarged", "", "", ""], ["", "", "", ""])


def _written(numbers: NDArray[Any], side: float) -> tuple[list[list[str]], float]:
    """Return what stands in the cells of a grid, and the size in points at which the widest fits."""
    texts = [[signed(float(value)) for value in row] for row in numbers]
    return texts, fitting_size([text for row in texts for text in row], side / len(texts) * 0.8, 7.5, 3.0)


def _panels(sheet: Sheet, top: float, side: float) -> list[Axes]:
    return [sheet.axes(left, top + _TITLE, side, side) for left in _lefts(side)]


def _lefts(side: float) -> list[float]:
    """Return where panels begin; the first has no colour bar beside it."""
    return [_EDGE, *(_EDGE + side + 2.0 + column * (side + _BAR) for column in range(3))]


def _frame(axes: Axes) -> None:
    axes.set_frame_on(True)
    for spine in axes.spines.values():
        spine.set(edgecolor=_MARK, linewidth=0.9)


def _step_titles(steps: RPMapSteps) -> list[str]:
    return ["Votes", "Penalty", "Reward-penalty map"]


def _step_captions(steps: RPMapSteps) -> list[str]:
    return [f"nobody: {signed(float(steps.penalised.min()))}", f"$M$: divided by {signed(steps.divisor)}"]


def _write_titles(sheet: Sheet, top: float, side: float, titles: Sequence[str], captions: Sequence[str]) -> None:
    for left, title, caption in zip(_lefts(side), titles, captions, strict=True):
        _write_title(sheet, left, top, side, title)
        _write_caption(sheet, left, top + _TITLE + side, side, caption)


def _write_title(sheet: Sheet, left: float, top: float, side: float, title: str) -> None:
    size = fitting_size([title], side * 0.88, 7.5, 4.0)
    sheet.text(left + side / 2, top + _TITLE - 0.7, title, size, ha="center", va="bottom", weight="bold", color=INK)


def _write_caption(sheet: Sheet, left: float, bottom: float, side: float, caption: str) -> None:
    sheet.text(left + side / 2, bottom + 0.6, caption, 6.5, ha="center", color=GREY)
