"""Where to cut bones open, in one line."""

from dataclasses import replace

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QHBoxLayout, QSlider, QToolButton, QWidget

from napari_rpdl.gui.controls import Choice
from napari_rpdl.gui.cut import WHOLE, Cut, CutAxis

_WORDS: dict[CutAxis, str] = {
    "": "whole bone",
    "axial": "axial cut",
    "coronal": "coronal cut",
    "sagittal": "sagittal cut",
}
_STEPS = 200
_NOTHING = "Choose an axial, coronal or sagittal cut first."


class CutControls(QWidget):
    """Wishes a cut, shows the one that is chosen."""

    cut_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cut = WHOLE
        self.axis = Choice(())
        self.axis.offer(tuple(_WORDS), tuple(_WORDS.values()))
        self.axis.setToolTip("Cut the bone open in 3-D.")
        self.place = QSlider(Qt.Orientation.Horizontal)
        self.place.setRange(0, _STEPS)
        self.flip = _toggle("⇄", "Keep the other part.")
        self.structures = _toggle("✂", "Cut structures, too; else they stay whole and stand out of the face.")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.axis)
        row.addWidget(self.place, stretch=1)
        row.addWidget(self.flip)
        row.addWidget(self.structures)
        self.axis.currentIndexChanged.connect(lambda _: self._wish(axis=self.axis.currentData()))
        self.place.valueChanged.connect(lambda value: self._wish(place=value / _STEPS))
        self.flip.toggled.connect(lambda on: self._wish(flipped=on))
        self.structures.toggled.connect(lambda on: self._wish(structures=on))
        self.show_cut(WHOLE)

    def show_cut(self, cut: Cut) -> None:
        """Show a cut without wishing for it."""
        self._cut = cut
        self.axis.choose(cut.axis)
        for control in (self.place, self.flip, self.structures):
            control.blockSignals(True)
            control.setEnabled(bool(cut.axis))
        self.place.setToolTip("Move the cut." if cut.axis else _NOTHING)
        if round(self.place.value()) != round(cut.place * _STEPS):
            self.place.setValue(round(cut.place * _STEPS))
        self.flip.setChecked(cut.flipped)
        self.structures.setChecked(cut.structures)
        for control in (self.place, self.flip, self.structures):
            control.blockSignals(False)

    def _wish(self, **change: object) -> None:
        self.cut_chosen.emit(replace(self._cut, **change))  # type: ignore[arg-type]


def _toggle(sign: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(sign)
    button.setToolTip(tip)
    button.setCheckable(True)
    return button
