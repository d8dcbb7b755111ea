"""What lies where a person clicked, and what a region comes close to."""

from pathlib import Path

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QFileDialog, QVBoxLayout, QWidget

from napari_rpdl.data.case import Case
from napari_rpdl.evaluation.probe import Probe
from napari_rpdl.evaluation.wall_safety import WallSafety
from napari_rpdl.gui.controls import NIFTI, Button, Choice, heading, note
from napari_rpdl.gui.safety_table import SafetyTable, legend, words
from napari_rpdl.gui.session import BY_CONSENSUS, BY_NETWORK, BY_NOBODY, Session

_HINT = "Click the bone in the picture."
_HOW = "Click a line for its figures, double-click it to fly to the closest point. Between centres of voxels."
_NOTHING = "No critical structure of this bone is known."


class InspectPanel(QWidget):
    """Wishes: measure a region, colour its wall, go to a place. Shows: the voxel that was clicked, and the safety."""

    region_chosen = Signal(str)
    wall_chosen = Signal(bool)
    place_chosen = Signal(object)
    flight_chosen = Signal(object)
    save_asked = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.voxel = note(_HINT)
        self.region = Choice(())
        self.region.setToolTip("Whose drilled region is measured.")
        self.wall_box = QCheckBox("Colour the cavity's wall by distance, in 3-D")
        self.save_button = Button("Save this region…", "Write the region as NIfTI, for other programs.")
        self.table = SafetyTable()
        self.legend = note("")
        self.figures = note(_HOW)
        self._arrange()
        self._connect()
        self._allow_saving()
        self._offer(session.case)

    def _arrange(self) -> None:
        rows = QVBoxLayout(self)
        rows.addWidget(heading("Voxel"))
        rows.addWidget(self.voxel)
        rows.addWidget(heading("Distance to critical structures"))
        for widget in (self.region, self.wall_box, self.legend):
            rows.addWidget(widget)
        rows.addWidget(self.table, stretch=1)
        rows.addWidget(self.figures)
        rows.addWidget(self.save_button)

    def _connect(self) -> None:
        events = self._session.events
        self.region.currentIndexChanged.connect(lambda _: self.region_chosen.emit(self.region.currentData()))
        self.wall_box.clicked.connect(self.wall_chosen)
        self.table.chosen.connect(self._tell)
        self.table.flight_asked.connect(lambda one: self.flight_chosen.emit(one.clearance.voxel))
        self.save_button.clicked.connect(self._ask_file)
        events.measured.connect(lambda _: self._allow_saving())
        events.probe.connect(self._show_probe)
        events.safety.connect(self._show_safety)
        events.wall_shown.connect(lambda shown: self.wall_box.setChecked(shown))
        events.case.connect(self._offer)
        events.prediction.connect(lambda _: self._offer(self._session.case))

    def _offer(self, case: Case | None) -> None:
        surgeons = case.surgeons if case else ()
        who = [BY_NOBODY, *surgeons]
        who += [BY_CONSENSUS] if surgeons else []
        who += [BY_NETWORK] if self._session.prediction else []
        self.region.offer(who, ["choose whose region", *who[1:]])
        known = case is not None and case.structures is not None
        for control in (self.region, self.wall_box):
            control.setEnabled(known)
            control.setToolTip("" if known else "Needs a bone with structures.")
        self.legend.setText(legend("mm" if case is None or case.grid.spacing_known else "voxels"))

    def _allow_saving(self) -> None:
        self.save_button.allow(self._session.measured != BY_NOBODY, "Choose first whose region it shall be.")

    def _ask_file(self) -> None:
        case_id, who = self._session.case_id, self._session.measured.replace(" ", "_")
        path, _ = QFileDialog.getSaveFileName(self, "Save the region", f"{case_id}_{who}.nii.gz", NIFTI)
        if path:
            self.save_asked.emit(Path(path))

    def _show_probe(self, found: Probe | None) -> None:
        self.voxel.setText(_HINT if found is None else _sentences(found))

    def _show_safety(self, found: tuple[WallSafety, ...]) -> None:
        self.table.show_safety(found)
        self.figures.setText(_HOW if found or self._session.measured == BY_NOBODY else _NOTHING)

    def _tell(self, one: WallSafety) -> None:
        self.figures.setText(words(one).replace("<", "&lt;").replace("\n", "<br>"))
        self.place_chosen.emit(one.clearance.voxel)


def _sentences(found: Probe) -> str:
    z, y, x = found.voxel
    lines = [f"z {z}, y {y}, x {x}" + (f": <b>{found.structure}</b>" if found.structure else "")]
    if found.surgeons:
        who = ": " + ", ".join(found.drilled_by) if found.drilled_by else ""
        lines.append(f"Drilled by <b>{len(found.drilled_by)} of {found.surgeons}</b>{who}")
    if found.nearest is not None:
        lines.append(f"{found.nearest.name}: {found.nearest.distance:.1f} {found.unit} away")
    return "<br>".join(lines)
