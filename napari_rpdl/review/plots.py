"""Pictures of a study's results."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from napari_rpdl.evaluation.paired import Interval
from napari_rpdl.figures.canvas import GREY, INK, PREDICTION_COLOR, new_figure
from napari_rpdl.review.preference import Preference
from napari_rpdl.review.ratings import TOTAL
from napari_rpdl.review.results import MeasureResult
from napari_rpdl.review.scale import ENDS
from napari_rpdl.review.study import SURGEONS

_TITLE_LENGTH = 60


def points_figure(result: MeasureResult) -> Figure:
    """Draw a measure: a column of dots for each method, a dot for each bone, the mean and its interval."""
    methods = list(result.points)
    figure = new_figure(2.2 + 1.2 * len(methods), 4.2, layout="constrained")
    axes = figure.add_subplot()
    means = dict(zip(result.comparison.methods, result.comparison.means, strict=True)) if result.comparison else {}
    for column, method in enumerate(methods):
        scores = list(result.points[method].values())
        spread = np.linspace(-0.12, 0.12, len(scores)) if len(scores) > 1 else [0.0]
        axes.plot(column + np.asarray(spread), scores, "o", color=_color(method), alpha=0.55, markersize=5)
        if method in means:
            _bar(figure, column + 0.28, means[method], _color(method))
    axes.set_xticks(range(len(methods)), methods)
    axes.set_xlim(-0.5, len(methods) - 0.3)
    axes.set_ylabel(result.measure.title)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def items_figure(measures: Sequence[MeasureResult]) -> Figure:
    """Draw the mean of every item for every method as shades and numbers; the total is left out."""
    items = [one for one in measures if one.measure.id != TOTAL and one.points]
    methods = sorted({method for one in items for method in one.points})
    share = np.full((len(items), len(methods)), np.nan)
    figure = new_figure(5.2 + 0.9 * len(methods), 1.0 + 0.3 * max(len(items), 1), layout="constrained")
    axes = figure.add_subplot()
    for row, one in enumerate(items):
        low, high = ENDS[one.measure.kind]
        for column, method in enumerate(methods):
            if method in one.points:
                mean = float(np.mean(list(one.points[method].values())))
                share[row, column] = (mean - low) / (high - low)
                color = "white" if share[row, column] > 0.6 else INK
                axes.text(column, row, f"{mean:.2f}", ha="center", va="center", color=color, fontsize=8)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(len(methods)), methods)
    axes.set_yticks(range(len(items)), [one.measure.title[:_TITLE_LENGTH] for one in items], fontsize=8)
    axes.tick_params(length=0)
    return figure


def strengths_figure(preference: Preference) -> Figure:
    """Draw the log-strength of every method, the strongest on top."""
    order = np.argsort([strength.value for strength in preference.strengths])
    figure = new_figure(6.0, 1.2 + 0.4 * len(order), layout="constrained")
    axes = figure.add_subplot()
    for row, place in enumerate(order.tolist()):
        strength, color = preference.strengths[place], _color(preference.methods[place])
        if strength.low is not None and strength.high is not None:
            axes.plot([strength.low, strength.high], [row, row], color=color, linewidth=2)
        axes.plot(strength.value, row, "o", color=color)
    axes.axvline(0, color=GREY, linewidth=0.8, linestyle=":")
    axes.set_yticks(range(len(order)), [preference.methods[place] for place in order.tolist()])
    axes.set_xlabel("log-strength (right is preferred)")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _bar(figure: Figure, column: float, mean: Interval, color: str) -> None:
    axes = figure.axes[0]
    axes.plot([column - 0.1, column + 0.1], [mean.value] * 2, color=color, linewidth=2.5)
    if mean.low is not None and mean.high is not None:
        axes.plot([column] * 2, [mean.low, mean.high], color=color, linewidth=1.5)


def _color(method: str) -> str:
    return INK if method == SURGEONS else PREDICTION_COLOR
