"""Three slices beside the 3-D view."""

from functools import partial

from qtpy.QtCore import Signal
from qtpy.QtGui import QHideEvent, QShowEvent
from qtpy.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from napari_rpdl.gui.cut import CutAxis
from napari_rpdl.gui.ortho import AXES, Ortho, SliceShown
from napari_rpdl.gui.slice_view import SliceView

_NO_BONE = "Open a dataset to see its slices."
_HEIGHT = 250


class OrthoPanel(QWidget):
    """Wishes: a place in a slice, a step through its layers. Shows: three slices that cross in one voxel."""

    place_chosen = Signal(str, float, float)
    stepped = Signal(str, int)
    seen = Signal(bool)

    def __init__(self, ortho: Ortho, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumHeight(_HEIGHT)
        self.views: dict[CutAxis, SliceView] = {axis: SliceView() for axis in AXES}
        self.words = QLabel(_NO_BONE)
        row = QHBoxLayout()
        row.setSpacing(4)
        for axis, view in self.views.items():
            view.setToolTip("Click or drag to move the crosshair everywhere; the wheel goes through the layers.")
            view.place_chosen.connect(partial(self.place_chosen.emit, axis))
            view.stepped.connect(partial(self.stepped.emit, axis))
            row.addWidget(view)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(4, 2, 4, 2)
        rows.setSpacing(2)
        rows.addLayout(row, stretch=1)
        rows.addWidget(self.words)
        ortho.events.slices.connect(self._show)
        ortho.events.words.connect(lambda words: self.words.setText(words or _NO_BONE))
        self._show(ortho.slices)

    def _show(self, slices: tuple[SliceShown, ...]) -> None:
        shown = {one.axis: one for one in slices}
        for axis, view in self.views.items():
            view.show_slice(shown.get(axis))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Tell that somebody looks."""
        super().showEvent(event)
        self.seen.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Tell that nobody looks."""
        super().hideEvent(event)
        self.seen.emit(False)
