"""Loss curves that follow a training without getting in its way."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from qtpy.QtCore import QTimer
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QWidget

from napari_rpdl.gui.palette import surgeon_color
from napari_rpdl.learning.events import EpochEnded

_REDRAW_MS = 2000
"""Matplotlib draws for 15 ms: one click in a hundred would wait for that, were it done oftener."""
_MARGINS = {"left": 0.14, "right": 0.98, "bottom": 0.22, "top": 0.96}
"""Fixed, because to lay the picture out anew takes as long again as to draw it."""
_LONGEST = 34
_INK, _PAPER = "#d0d4dc", "#262930"
TRAINING, VALIDATION = "#56B4E9", "#E69F00"


class Curves(FigureCanvasQTAgg):
    """Training and validation loss over epochs; redrawn every other second at most."""

    def __init__(self, parent: QWidget | None = None) -> None:
        figure = Figure(figsize=(3.4, 2.1), facecolor=_PAPER)
        figure.subplots_adjust(**_MARGINS)
        super().__init__(figure)
        self.setParent(parent)
        self.setMinimumHeight(190)
        self._axes = figure.add_subplot(facecolor=_PAPER)
        (self._training,) = self._axes.plot([], [], color=TRAINING, label="training", linewidth=1.6)
        (self._validation,) = self._axes.plot([], [], color=VALIDATION, label="validation", linewidth=1.6)
        (self._best,) = self._axes.plot([], [], "o", color=VALIDATION, label="best", markersize=5)
        self._count = 0
        self._style()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REDRAW_MS)
        self._timer.timeout.connect(self._redraw)

    def show_epochs(self, epochs: Sequence[EpochEnded]) -> None:
        """Draw these epochs soon."""
        self._count = len(epochs)
        watched = [(epoch.epoch, epoch.validation_loss) for epoch in epochs if epoch.validation_loss is not None]
        best = [epoch for epoch in epochs if epoch.best][-1:]
        self._training.set_data([e.epoch for e in epochs], [e.training_loss for e in epochs])
        self._validation.set_data([epoch for epoch, _ in watched], [loss for _, loss in watched])
        self._best.set_data([e.epoch for e in best], [_watched_loss(e) for e in best])
        if not self._timer.isActive():
            self._timer.start()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Catch up with what was not drawn while hidden."""
        super().showEvent(event)
        self._timer.start()

    def _redraw(self) -> None:
        if self._count:
            self._axes.relim()
            self._axes.autoscale(enable=True)
            self._axes.autoscale_view()
        if self.isVisible():  # also without an epoch: the curves of another training must go
            self.draw_idle()

    def _style(self) -> None:
        style(self._axes)
        self._axes.set(xlim=(0, 10), ylim=(0, 1))
        self._axes.legend(fontsize=7, frameon=False, labelcolor=_INK, loc="upper right")


def style(axes: Axes) -> None:
    """Let axes of losses over epochs look like the dark panels around them."""
    axes.set_xlabel("epoch", color=_INK, fontsize=8)
    axes.set_ylabel("loss", color=_INK, fontsize=8)
    axes.tick_params(colors=_INK, labelsize=7)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(_INK)


def _watched_loss(epoch: EpochEnded) -> float:
    return epoch.training_loss if epoch.validation_loss is None else epoch.validation_loss


class RunCurves(FigureCanvasQTAgg):
    """The curves of several runs in one picture: a colour for each run, training thin and validation thick."""

    def __init__(self, parent: QWidget | None = None) -> None:
        figure = Figure(figsize=(3.4, 2.3), facecolor=_PAPER, layout="constrained")
        super().__init__(figure)
        self.setParent(parent)
        self.setMinimumHeight(210)
        self._axes = figure.add_subplot(facecolor=_PAPER)

    def show_runs(self, runs: Sequence[tuple[str, Sequence[EpochEnded]]]) -> None:
        """Draw the named runs; without validation a run's training curve is the thick one."""
        self._axes.clear()
        drawn = [(name, epochs) for name, epochs in runs if epochs]
        for rank, (name, epochs) in enumerate(drawn):
            color = surgeon_color(rank + 1)
            watched = [(epoch.epoch, epoch.validation_loss) for epoch in epochs if epoch.validation_loss is not None]
            trained = [(epoch.epoch, epoch.training_loss) for epoch in epochs]
            if watched:
                self._axes.plot(*zip(*trained, strict=True), color=color, linewidth=0.8, alpha=0.7)
            self._axes.plot(*zip(*(watched or trained), strict=True), color=color, linewidth=1.8, label=_short(name))
        style(self._axes)
        if drawn:
            self._axes.legend(fontsize=7, frameon=False, labelcolor=_INK, loc="upper right")
        self.draw_idle()


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST // 2]}…{name[-_LONGEST // 2 :]}"
