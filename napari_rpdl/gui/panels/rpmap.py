"""The reward-penalty map: settings, who counts, what it means, and the consensus behind it."""

from pathlib import Path

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QCheckBox, QFileDialog, QGridLayout, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from napari_rpdl.consensus.implication import Implication
from napari_rpdl.consensus.rpmap import reward_table
from napari_rpdl.data.case import Case
from napari_rpdl.gui.controls import NIFTI, Button, Choice, Tick, heading, note
from napari_rpdl.gui.forms import SettingsForm
from napari_rpdl.gui.palette import PENALTY, REWARD, surgeon_color
from napari_rpdl.gui.session import Session
from napari_rpdl.gui.vote_bars import VoteBars
from napari_rpdl.gui.worth_bars import WorthEditor
from napari_rpdl.settings import RPMAP_VARIANTS, RPMapSettings

_CUSTOM = "custom"
_COLUMNS = 2
_MEANING = (
    f"<span style='color:{REWARD}'>■</span> <b>reward</b>: surgeons drilled here, the stronger the more of them<br>"
    f"<span style='color:{PENALTY}'>■</span> <b>penalty</b>: nobody drilled here<br>"
    "□ zero: neither (transparent)<br>In 3-D only rewards are shown."
)
_WHY = (
    "Of all regions 'drilled by at least k surgeons' the one with the highest mean RPD (paper, Eq. 6) to the surgeons "
    "who count, judged by this map. Penalty and normalisation do not move it: nobody drilled where the penalty is, "
    "and a factor cancels. Worths of votes do."
)


class RPMapPanel(QWidget):
    """Wishes: show the map and the consensus, with these settings and surgeons. Shows: what they mean."""

    shown_chosen = Signal(bool)
    settings_chosen = Signal(object)
    left_out_chosen = Signal(object)
    consensus_chosen = Signal(int)
    save_asked = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.show_box = QCheckBox("Show the reward-penalty map")
        self.variant = Choice([*RPMAP_VARIANTS, _CUSTOM])
        self.variant.setToolTip("The paper's map, or what the published code does instead.")
        self.form: SettingsForm[RPMapSettings] = SettingsForm(RPMapSettings, without=("worths",))
        self.worths = WorthEditor()
        self.range = note()
        self.save_button = Button("Save the map…", "Write the map as NIfTI, for other programs.")
        self.ticks: dict[str, Tick] = {}
        self.consensus = QSlider(Qt.Orientation.Horizontal)
        self.consensus.setPageStep(1)
        self.consensus_text = QLabel()
        self.bars = VoteBars()
        self.meaning = note()
        self.meaning.setToolTip(_WHY)
        self._who = QGridLayout()
        self._arrange()
        self._connect(session)
        self._show_case(session.case)
        self._show_worths()

    def _arrange(self) -> None:
        rows = QVBoxLayout(self)
        rows.addWidget(self.show_box)
        rows.addWidget(self.variant)
        rows.addWidget(self.form)
        rows.addWidget(heading("What a voxel is worth, by its votes"))
        rows.addWidget(self.worths)
        rows.addWidget(self.range)
        rows.addWidget(self.save_button)
        rows.addWidget(heading("Surgeons who count"))
        rows.addLayout(self._who)
        rows.addWidget(heading("Consensus: drilled by at least"))
        line = QHBoxLayout()
        line.addWidget(self.consensus)
        line.addWidget(self.consensus_text)
        rows.addLayout(line)
        rows.addWidget(heading("Voxels by number of surgeons"))
        rows.addWidget(self.bars)
        rows.addWidget(self.meaning)
        rows.addWidget(heading("Colours"))
        rows.addWidget(note(_MEANING))
        rows.addStretch()

    def _connect(self, session: Session) -> None:
        self.show_box.toggled.connect(self.shown_chosen)
        self.variant.currentIndexChanged.connect(self._use_variant)
        self.form.changed.connect(lambda: self.settings_chosen.emit(self.form.settings()))
        self.worths.changed.connect(self._use_worths)
        self.worths.reset_asked.connect(lambda: self._use_worths(()))
        self.consensus.valueChanged.connect(self.consensus_chosen)
        self.save_button.clicked.connect(self._ask_file)
        session.events.case.connect(self._show_case)
        session.events.rpmap.connect(self._show_settings)
        session.events.rpmap_range.connect(self._show_range)
        session.events.left_out.connect(self._show_left_out)
        session.events.consensus.connect(lambda _: self._show_consensus())
        session.events.implication.connect(lambda _: self._show_consensus())
        session.events.implication.connect(lambda _: self._show_worths())

    def _ask_file(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, "Save the map", f"{self._session.case_id}_rpmap.nii.gz", NIFTI)
        if path:
            self.save_asked.emit(Path(path))

    def _use_variant(self, _: int) -> None:
        if (settings := RPMAP_VARIANTS.get(self.variant.currentData())) is not None:
            self.settings_chosen.emit(settings)

    def _use_worths(self, worths: tuple[float, ...]) -> None:
        self.settings_chosen.emit(self._session.rpmap.model_copy(update={"worths": worths}))

    def _show_settings(self, settings: RPMapSettings) -> None:
        self.form.show_settings(settings)
        named = [name for name, variant in RPMAP_VARIANTS.items() if variant == settings]
        self.variant.choose(named[0] if named else _CUSTOM)
        self._show_worths()

    def _show_worths(self) -> None:
        settings, implied = self._session.rpmap, self._session.implication
        self.save_button.allow(implied is not None, "Needs a bone that at least one surgeon who counts has drilled.")
        if implied is None:
            self.worths.show_worths((), own=False)
            return
        largest = max((votes for votes, voxels in enumerate(implied.voxels) if voxels), default=0)
        table = settings.worths or reward_table(implied.surgeons, settings, largest).tolist()
        self.worths.show_worths(table, own=bool(settings.worths))

    def _show_case(self, case: Case | None) -> None:
        drilled = case is not None and bool(case.annotations)
        for control in (self.show_box, self.consensus):
            control.setEnabled(drilled)
            control.setToolTip("" if drilled else "Needs a bone that at least one surgeon has drilled.")
        surgeons = case.surgeons if case else ()
        if tuple(self.ticks) != surgeons:
            self._rebuild(surgeons)
        self._show_consensus()

    def _rebuild(self, surgeons: tuple[str, ...]) -> None:
        for tick in self.ticks.values():
            self._who.removeWidget(tick)
            tick.deleteLater()
        known = self._session.dataset.surgeons if self._session.dataset else surgeons
        self.ticks = {name: Tick(name, surgeon_color(known.index(name))) for name in surgeons}
        for place, tick in enumerate(self.ticks.values()):
            tick.clicked.connect(self._tell_left_out)
            self._who.addWidget(tick, place // _COLUMNS, place % _COLUMNS)
        self._show_left_out(self._session.left_out)

    def _tell_left_out(self, _: bool) -> None:
        elsewhere = self._session.left_out - self.ticks.keys()
        left_out = {name for name, tick in self.ticks.items() if not tick.isChecked()}
        self.left_out_chosen.emit(frozenset(left_out | elsewhere))

    def _show_left_out(self, left_out: frozenset[str]) -> None:
        for name, tick in self.ticks.items():
            tick.setChecked(name not in left_out)
        self._show_consensus()

    def _show_consensus(self) -> None:
        counted = sum(name not in self._session.left_out for name in self.ticks)
        least = min(self._session.consensus, counted)
        self.consensus.blockSignals(True)
        self.consensus.setRange(0, counted)
        self.consensus.setValue(least)
        self.consensus.blockSignals(False)
        self.consensus_text.setText(f"{least} of {counted}" if least else "hidden")
        implied = self._session.implication
        self.meaning.setText(_sentence(implied))
        if implied is not None:
            self.bars.show_votes(implied.voxels[1:], least or implied.votes)
        else:
            self.bars.show_votes((), 1)

    def _show_range(self, limits: tuple[float, float] | None) -> None:
        self.range.setText(f"Values from {limits[0]:.2f} to {limits[1]:.2f}." if limits else "")


def _sentence(implied: Implication | None) -> str:
    if implied is None:
        return "No surgeon counts."
    return (
        f"This map means: drill where at least <b>{implied.votes} of {implied.surgeons}</b> would "
        f"(mean RPD {implied.rpd[implied.votes - 1]:.3f})."
    )
