"""How all trainings of an experiment went: a panel for each method, a line for each run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from napari_rpdl.figures.canvas import GREY, INK, PALE, PREDICTION_COLOR, new_figure

_COLUMNS = 3
_TRAINING, _VALIDATION = "#0072b2", PREDICTION_COLOR
Curve = Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class History:
    """One run: (epoch, value) where there is a value.

    Attributes:
        training: loss on what is learned.
        validation: loss on what watches; may be empty.
    """

    training: Curve
    validation: Curve


def training_curves_figure(runs: Mapping[str, Sequence[History]]) -> Figure:
    """Return the losses of every run, a panel for each method.

    Every panel has a scale of its own: losses of different methods do not compare.

    Args:
        runs: name of the method -> its runs; at least one method.
    """
    columns = min(_COLUMNS, len(runs))
    rows = -(-len(runs) // columns)
    figure = new_figure(3.1 * columns + 0.4, 2.3 * rows + 0.4, layout="constrained")
    places = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, (title, histories) in zip(places, runs.items(), strict=False):
        _panel(axes, f"{title} ({len(histories)} run{'s' if len(histories) != 1 else ''})", histories)
    for axes in places[len(runs) :]:
        axes.set_visible(False)
    handles = [places[0].plot([], [], color=color)[0] for color in (_TRAINING, _VALIDATION)]
    names = ["training loss", "validation loss"]
    figure.legend(handles, names, loc="outside upper right", ncols=2, frameon=False, fontsize=8)
    return figure


def _panel(axes: Axes, title: str, histories: Sequence[History]) -> None:
    longest = max((len(history.training) for history in histories), default=0)
    axes.set_xlim(0, max(longest, 1) + 1)
    for history in histories:
        for curve, color in ((history.training, _TRAINING), (history.validation, _VALIDATION)):
            if curve:
                marker = "o" if len(curve) < 2 else ""
                epochs, losses = zip(*curve, strict=True)
                axes.plot(epochs, losses, color=color, linewidth=0.8, alpha=0.55, marker=marker, markersize=3)
    axes.set_title(title, fontsize=8, loc="left", color=INK, weight="bold")
    axes.set_xlabel("epoch", fontsize=8, color=GREY)
    axes.tick_params(labelsize=7, colors=GREY, length=3)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    axes.grid(color=PALE, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(PALE)
