"""Volume and distance over a recorded drilling, with a line where it is played."""

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QWidget

from napari_rpdl.gui.palette import DISTANCES

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

if TYPE_CHECKING:
    from napari_rpdl.data.volume import Grid
    from napari_rpdl.drilling.replay import Course

_REDRAW_MS = 100
_INK, _PAPER = "#d0d4dc", "#262930"
_VOLUME, _NEAR = "#56B4E9", "#E69F00"
_MOST_POINTS = 1500
_NO_HEIGHT = 1e-3  # of the lower curve beside the upper, where there is no distance to draw


class CourseCurves(FigureCanvasQTAgg):
    """Two curves over the steps of a drilling; the line follows at most ten times a second."""

    def __init__(self, parent: QWidget | None = None) -> None:
        figure = Figure(figsize=(3.4, 2.6), facecolor=_PAPER, layout="constrained")
        super().__init__(figure)
        self.setParent(parent)
        self.setMinimumHeight(230)
        self._upper, self._lower = figure.subplots(2, 1, sharex=True)
        self._lines = [axes.axvline(0, color=_INK, linewidth=1) for axes in (self._upper, self._lower)]
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REDRAW_MS)
        self._timer.timeout.connect(self.draw_idle)

    def show_course(self, course: "Course", grid: "Grid") -> None:
        """Draw the curves of another drilling."""
        for axes in (self._upper, self._lower):
            axes.clear()
        steps = np.unique(np.linspace(0, len(course) - 1, _MOST_POINTS).astype(int))
        known = grid.spacing_known
        size = prod(grid.steps) / 1000 if known else 1.0
        self._upper.plot(steps + 1, course.volume[steps] * size, color=_VOLUME, linewidth=1.5)
        self._upper.set_ylabel("cm³ drilled" if known else "voxels drilled", color=_INK, fontsize=8)
        self._lower.set_visible(course.distance is not None)
        if course.distance is not None:
            self._lower.plot(steps + 1, _lowest(course.distance, steps), color=_NEAR, linewidth=0.9)
            if known:
                self._lower.axhspan(0, 1, color=DISTANCES["inside"], alpha=0.18, linewidth=0)
            self._lower.set_ylabel(f"burr to critical, {course.unit}", color=_INK, fontsize=8)
            self._lower.set_ylim(bottom=0)
        alone = course.distance is None
        self._upper.get_gridspec().set_height_ratios((1, _NO_HEIGHT) if alone else (1, 1))
        self._upper.tick_params(labelbottom=alone)
        shown = self._upper if alone else self._lower
        shown.set_xlabel("positions of the burr", color=_INK, fontsize=8)
        self._lines = [axes.axvline(0, color=_INK, linewidth=1) for axes in (self._upper, self._lower)]
        for axes in (self._upper, self._lower):
            self._style(axes)
        self.draw_idle()

    def show_step(self, step: int) -> None:
        """Move the line."""
        for line in self._lines:
            line.set_xdata([step, step])
        if not self._timer.isActive():
            self._timer.start()

    def _style(self, axes: Any) -> None:
        axes.set_facecolor(_PAPER)
        axes.tick_params(colors=_INK, labelsize=7)
        for side, spine in axes.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_color(_INK)


def _lowest(distance: Floats, steps: Integers) -> Floats:
    """Return the smallest distance from each drawn step to the next, so that no close call is drawn away."""
    lowest: Floats = np.minimum.reduceat(distance, steps)
    return lowest
