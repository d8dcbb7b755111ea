"""What is seen beside and inside the bone: other bones, three slices, a cut. In sight on every tab."""

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from napari_rpdl.data.case import Case
from napari_rpdl.gui.controls import Button
from napari_rpdl.gui.cut_controls import CutControls
from napari_rpdl.gui.session import Session

_NO_BONE = "Open a dataset first."
_NO_STRUCTURES = "This bone has no structures to cut open, only drilled regions."


class SightPanel(QWidget):
    """Wishes: compare, show three slices, cut. Shows: what is on."""

    compare_asked = Signal()
    slices_asked = Signal(bool)
    cut_chosen = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.compare_button = Button("Compare… (Shift+G)", "Several bones and surgeons side by side, as in a paper.")
        self.slices_button = Button("Three slices (Shift+O)", "Axial, coronal and sagittal slices under the picture.")
        self.slices_button.setCheckable(True)
        self.cut = CutControls()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(2, 4, 2, 0)
        rows.setSpacing(4)
        buttons = QHBoxLayout()
        buttons.addWidget(self.compare_button)
        buttons.addWidget(self.slices_button)
        rows.addLayout(buttons)
        rows.addWidget(self.cut)
        self.compare_button.clicked.connect(lambda: self.compare_asked.emit())
        self.slices_button.clicked.connect(lambda on: self.slices_asked.emit(on))
        self.cut.cut_chosen.connect(self.cut_chosen)
        session.events.case.connect(self._show_case)
        session.events.cut.connect(self.cut.show_cut)
        self._show_case(session.case)

    def show_slices_on(self, on: bool) -> None:
        """Show whether the three slices are in sight."""
        self.slices_button.setChecked(on)

    def _show_case(self, case: Case | None) -> None:
        for button in (self.compare_button, self.slices_button):
            button.allow(case is not None, _NO_BONE)
        reason = _NO_BONE if case is None else "" if case.structures is not None else _NO_STRUCTURES
        self.cut.setEnabled(not reason)
        self.cut.setToolTip(reason)
