"""The reward-penalty map: settings, and what its colours mean."""

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from napari_rpdl.data.case import Case
from napari_rpdl.gui.controls import Choice, heading, note
from napari_rpdl.gui.forms import SettingsForm
from napari_rpdl.gui.palette import PENALTY, REWARD
from napari_rpdl.gui.session import Session
from napari_rpdl.settings import RPMAP_VARIANTS, RPMapSettings

_CUSTOM = "custom"
_MEANING = (
    f"<span style='color:{REWARD}'>■</span> <b>reward</b>: surgeons drilled here, the stronger the more of them<br>"
    f"<span style='color:{PENALTY}'>■</span> <b>penalty</b>: nobody drilled here<br>"
    "□ zero: neither (transparent)<br>In 3-D only rewards are shown."
)


class RPMapPanel(QWidget):
    """Wishes: show the map, with these settings. Shows: its legend and range."""

    shown_chosen = Signal(bool)
    settings_chosen = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.show_box = QCheckBox("Show the reward-penalty map")
        self.variant = Choice([*RPMAP_VARIANTS, _CUSTOM])
        self.variant.setToolTip("The paper's map, or what the published code does instead.")
        self.form: SettingsForm[RPMapSettings] = SettingsForm(RPMapSettings)
        self.range = note()
        self._arrange()
        self._connect(session)
        self._show_case(session.case)

    def _arrange(self) -> None:
        rows = QVBoxLayout(self)
        rows.addWidget(self.show_box)
        rows.addWidget(heading("Variant"))
        rows.addWidget(self.variant)
        rows.addWidget(self.form)
        rows.addWidget(heading("Colours"))
        rows.addWidget(note(_MEANING))
        rows.addWidget(self.range)
        rows.addStretch()

    def _connect(self, session: Session) -> None:
        self.show_box.toggled.connect(self.shown_chosen)
        self.variant.currentIndexChanged.connect(self._use_variant)
        self.form.changed.connect(lambda: self.settings_chosen.emit(self.form.settings()))
        session.events.case.connect(self._show_case)
        session.events.rpmap.connect(self._show_settings)
        session.events.rpmap_range.connect(self._show_range)

    def _use_variant(self, _: int) -> None:
        if (settings := RPMAP_VARIANTS.get(self.variant.currentData())) is not None:
            self.settings_chosen.emit(settings)

    def _show_settings(self, settings: RPMapSettings) -> None:
        self.form.show_settings(settings)
        named = [name for name, variant in RPMAP_VARIANTS.items() if variant == settings]
        self.variant.choose(named[0] if named else _CUSTOM)

    def _show_case(self, case: Case | None) -> None:
        drilled = case is not None and bool(case.annotations)
        self.show_box.setEnabled(drilled)
        self.show_box.setToolTip("" if drilled else "Needs a bone that at least one surgeon has drilled.")

    def _show_range(self, limits: tuple[float, float] | None) -> None:
        self.range.setText(f"Values from {limits[0]:.2f} to {limits[1]:.2f}." if limits else "")
