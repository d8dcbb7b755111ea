"""Methods beside each other: one mark for each bone, so that nobody mistakes a mean for a result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from napari_rpdl.figures.canvas import GREY, INK, PALE, new_figure, surgeon_color

_MARKERS = "osD^vP"
_DASHES = ((0, (4, 2)), (0, (1, 1.5)), "-")
_UPRIGHT_NAMES = 5
_LINE_INCHES = 0.27
_TALL = 0.34


@dataclass(frozen=True, slots=True)
class Series:
    """One method in one measure.

    Attributes:
        title: name for people.
        values: bone -> value; bones that are missing are not drawn.
        low: lower end of the interval of the mean, None where there is none.
        high: its upper end.
        baseline: drawn in grey, apart from what was trained.
    """

    title: str
    values: Mapping[str, float]
    low: float | None = None
    high: float | None = None
    baseline: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One measure of several methods.

    Attributes:
        title: above the panel.
        series: in the order of the rows, from the top.
        reference: a value that is marked by a line, such as 1 for a ratio.
    """

    title: str
    series: Sequence[Series]
    reference: float | None = None


def dots_figure(panels: Sequence[Panel]) -> Figure:
    """Return a row for each method: a faint dot for each bone, the mean and its interval.

    All panels have the same methods in the same order, two panels beside each other; a
    method without a value leaves its row empty.

    Args:
        panels: at least one.
    """
    rows, columns = len(panels[0].series), min(len(panels), 2)
    lines = -(-len(panels) // columns)
    figure = new_figure(3.4 * columns + 1.8, (_LINE_INCHES * rows + 0.8) * lines, layout="constrained")
    grid = figure.subplots(lines, columns, sharey=True, squeeze=False)
    for place, panel in zip(grid.ravel(), panels, strict=False):
        _dots(place, panel)
    for place in grid.ravel()[len(panels) :]:
        place.set_visible(False)
    grid[0, 0].set_yticks(range(rows), [series.title for series in panels[0].series])
    grid[0, 0].set_ylim(rows - 0.5, -0.5)
    return figure


def bones_figure(series: Sequence[Series], bones: Sequence[str], label: str) -> Figure:
    """Return a line for each method over the bones, on which methods can be compared pair by pair.

    Args:
        series: methods; gaps are left where a bone is missing.
        bones: their order.
        label: of the values.
    """
    figure = new_figure(max(7.5, 0.55 * len(bones) + 3.4), 3.4, layout="constrained")
    axes = figure.subplots()
    trained = baselines = 0
    for one in series:
        style: dict[str, Any]
        if one.baseline:
            style = {"color": GREY, "linestyle": _DASHES[baselines % len(_DASHES)], "linewidth": 1.1}
            baselines += 1
        else:
            style = {"color": surgeon_color(trained), "linewidth": 1.4, "marker": _MARKERS[trained // 8 % 6]}
            trained += 1
        values = [one.values.get(bone, np.nan) for bone in bones]
        axes.plot(range(len(bones)), values, markersize=4, label=one.title, **style)
    crowded = len(bones) > _UPRIGHT_NAMES
    axes.set_xticks(range(len(bones)), bones, rotation=30 if crowded else 0, ha="right" if crowded else "center")
    _plain(axes, label)
    figure.legend(loc="outside right upper", frameon=False, fontsize=8)
    return figure


def _dots(axes: Axes, panel: Panel) -> None:
    trained = 0
    for row, one in enumerate(panel.series):
        color = GREY if one.baseline else surgeon_color(trained)
        trained += not one.baseline
        values = list(one.values.values())
        if not values:
            continue
        spread = np.linspace(-_TALL / 2, _TALL / 2, len(values)) if len(values) > 1 else [0.0]
        axes.scatter(values, row + np.asarray(spread), s=9, color=color, alpha=0.45, linewidths=0)
        if one.low is not None and one.high is not None:
            axes.plot([one.low, one.high], [row, row], color=color, linewidth=2.2, solid_capstyle="butt")
        axes.plot([np.mean(values)], [row], marker="D", markersize=5, color=color, markeredgecolor="white")
    if panel.reference is not None:
        axes.axvline(panel.reference, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    _plain(axes, panel.title)
    axes.tick_params(axis="y", length=0, labelsize=8, labelcolor=INK)


def _plain(axes: Axes, title: str) -> None:
    axes.set_title(title, fontsize=9, loc="left", color=INK, weight="bold")
    axes.tick_params(labelsize=8, colors=GREY, length=3)
    axes.grid(color=PALE, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(PALE)
