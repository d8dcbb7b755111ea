"""How a reward-penalty map arises, in one slice of a real bone (paper, Sec. III-B and Fig. 2)."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from napari_rpdl.consensus.rpmap import PAPER, RPMap, rpmap
from napari_rpdl.consensus.votes import Votes, vote_map
from napari_rpdl.data.case import Case
from napari_rpdl.errors import InputError
from napari_rpdl.figures.canvas import GREY, PALE, REWARD_PENALTY_COLORS, bare, surgeon_color
from napari_rpdl.figures.number_grid import signed
from napari_rpdl.figures.rpmap_steps import vote_colors
from napari_rpdl.figures.slices import (
    Plane,
    Slice,
    busiest_slice,
    draw_bone,
    draw_outline,
    finish_panel,
    panels_with_legend,
    surgeon_lines,
    window_of,
)
from napari_rpdl.settings import RPMapSettings


def rpmap_figure(case: Case, settings: RPMapSettings = PAPER, plane: Plane = "axial") -> Figure:
    """Return what the surgeons drilled, how often each voxel was drilled, and what it is worth.

    The slice is the layer of ``plane`` in which the surgeons drilled most. Outlines,
    votes and map show the same part of it. Zero is white in the map.

    Raises:
        InputError: nobody drilled this bone.
    """
    masks = case.masks()
    if not masks:
        msg = f"{case.case_id} has no annotations, so there is no reward-penalty map to draw. Choose another case."
        raise InputError(msg)
    where = busiest_slice(masks, plane)
    votes = vote_map(masks)
    figure, boxes = panels_with_legend(3, surgeon_lines(case), beneath=0.3, beside=0.42)
    panels = [figure.add_axes(box) for box in boxes]
    draw_bone(panels[0], case, where)
    for rank, mask in enumerate(masks):
        draw_outline(panels[0], mask, where, surgeon_color(rank))
    draw_votes(panels[1], case, votes, len(masks), where)
    draw_map(panels[2], case, rpmap(votes, len(masks), settings), where)
    titles = (f"{len(masks)} surgeons drilled", "How many drilled it", "Reward-penalty map")
    for axes, title in zip(panels, titles, strict=True):
        finish_panel(axes, case, where, window_of(masks, where, case), title)
    _write_steps(panels, settings)
    return figure


def draw_votes(axes: Axes, case: Case, votes: Votes, surgeons: int, where: Slice) -> None:
    """Draw a slice of a vote map and its colour bar."""
    colors, norm = vote_colors(surgeons)
    picture = bare(axes).imshow(
        where.of(votes), cmap=colors, norm=norm, aspect=where.aspect(case), interpolation="nearest"
    )
    _color_bar(axes, picture, list(range(surgeons + 1)) if surgeons <= 10 else [0, surgeons])


def draw_map(axes: Axes, case: Case, values: RPMap, where: Slice) -> None:
    """Draw a slice of a reward-penalty map and its colour bar; zero is white."""
    limit = float(np.abs(values).max()) or 1.0
    picture = bare(axes).imshow(
        where.of(values),
        cmap=REWARD_PENALTY_COLORS,
        norm=Normalize(-limit, limit),
        aspect=where.aspect(case),
        interpolation="nearest",
    )
    _color_bar(axes, picture, [-limit, -limit / 2, 0, limit / 2, limit])


def _color_bar(axes: Axes, picture: ScalarMappable, ticks: list[float] | list[int]) -> None:
    box = axes.get_position()
    bar_axes = axes.figure.add_axes((box.x1 + 0.008, box.y0, 0.011, box.height))
    bar = axes.figure.colorbar(picture, cax=bar_axes, ticks=ticks, format=lambda value, _: signed(value))
    bar.outline.set_edgecolor(PALE)
    bar_axes.minorticks_off()
    bar_axes.tick_params(labelsize=7, colors=GREY, length=2, pad=2)


def _write_steps(panels: Sequence[Axes], settings: RPMapSettings) -> None:
    """Write under each picture what was computed, with the settings that were used."""
    divisor = {"surgeons": "/ K", "surgeons-1": "/ (K − 1)", "largest": "/ max c", "none": ""}[settings.normalisation]
    single = ", single votes 0" if settings.single_votes == "zero" else ""
    reward = f"$M = c$ {divisor}{single};  −{settings.penalty:g} × max where $c = 0$"
    for axes, step in zip(panels, ("$y_k$: drilled or not", "$c = \\sum_k\\, y_k$", reward), strict=True):
        axes.text(0.5, -0.03, step, transform=axes.transAxes, ha="center", va="top", fontsize=8, color=GREY)
