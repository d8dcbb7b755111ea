"""How a training went: losses and validation Dice over the epochs."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from napari_rpdl.figures.canvas import GREY, INK, PALE, PREDICTION_COLOR, new_figure

_TRAINING, _VALIDATION = "#0072b2", PREDICTION_COLOR


def learning_curve_figure(
    epochs: Sequence[int],
    training_loss: Sequence[float],
    validation_loss: Sequence[float | None] = (),
    validation_dice: Sequence[float | None] = (),
    best_epoch: int | None = None,
) -> Figure:
    """Return the loss curves and, where there are any, the validation Dice beside them.

    All sequences run parallel to ``epochs``; None marks epochs without a validation.
    ``best_epoch`` is marked by a line: the weights that predictions use.
    """
    scored = any(value is not None for value in validation_dice)
    figure = new_figure(7.2 if scored else 4.2, 2.7, layout="constrained")
    panels = figure.subplots(1, 2 if scored else 1, squeeze=False)[0]
    _curve(panels[0], epochs, training_loss, _TRAINING, "training")
    _curve(panels[0], epochs, validation_loss, _VALIDATION, "validation")
    _finish(panels[0], "Loss", best_epoch)
    if panels[0].lines:
        panels[0].legend(frameon=False, fontsize=8)
    if scored:
        _curve(panels[1], epochs, validation_dice, _VALIDATION, "validation")
        _finish(panels[1], "Dice on validation bones", best_epoch)
    return figure


def _curve(axes: Axes, epochs: Sequence[int], values: Sequence[float | None], color: str, label: str) -> None:
    points = [(epoch, value) for epoch, value in zip(epochs, values, strict=False) if value is not None]
    if points:
        marker = "o" if len(points) < 2 else ""
        axes.plot(*zip(*points, strict=True), color=color, label=label, linewidth=1.6, marker=marker, markersize=4)


def _finish(axes: Axes, title: str, best_epoch: int | None) -> None:
    if best_epoch is not None:
        axes.axvline(best_epoch, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), label=f"best epoch ({best_epoch})")
    axes.set_title(title, fontsize=9, loc="left", color=INK, weight="bold")
    axes.set_xlabel("epoch", fontsize=8, color=GREY)
    axes.tick_params(labelsize=8, colors=GREY, length=3)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(color=PALE, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(PALE)
