"""Open a dataset, choose a bone, look at it."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from napari_rpdl.data.case import Case
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.gui.camera import VIEWS, View
from napari_rpdl.gui.case_table import CaseTable
from napari_rpdl.gui.controls import Button, Section, heading, note, swatch
from napari_rpdl.gui.memory import is_there
from napari_rpdl.gui.session import CaseFacts, Session, Thumbnail

_MOST_LETTERS = 30
_NO_DATASET = "Open a dataset first."
_NO_STRUCTURES = "This bone has no structures, only drilled regions."


class BonesPanel(QWidget):
    """Wishes: open, step, look. Shows: the dataset, its bones, the structures of the one chosen."""

    open_asked = Signal()
    sample_asked = Signal()
    last_asked = Signal()
    case_chosen = Signal(str)
    step_asked = Signal(int)
    view_asked = Signal(str)
    dimensions_asked = Signal(int)
    opacity_chosen = Signal(float)
    structures_hidden = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.open_button = Button("Open dataset…", "A folder with dataset.json in it.")
        self.sample_button = Button(
            "Open phantom sample", "Synthetic bones and simulated surgeons that come with the plugin."
        )
        self.last_button = Button("Open last", "")
        self.last_button.hide()
        self.title = note("No dataset is open.")
        self.search = QLineEdit()
        self.search.setPlaceholderText("find a bone: name, left, right, predicted, graded")
        self.search.setClearButtonEnabled(True)
        self.bones = CaseTable()
        self.previous_button = Button("◀ Previous (Shift+N)", "Show the bone before.")
        self.next_button = Button("Next (N) ▶", "Show the next bone.")
        self.solid_button = Button("3-D", "Show the bone as a solid.")
        self.slices_button = Button("Slices", "Show slices; drag the slider under the picture.")
        self.views: dict[View, Button] = {
            choice.view: Button(f"{choice.title} (Shift+{choice.key})", choice.tip) for choice in VIEWS
        }
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(5, 100)
        self.opacity.setValue(100)
        self.opacity.setToolTip("Make the bone transparent to see the structures inside.")
        self.structures = QListWidget()
        self.structures.setMinimumHeight(170)
        self._arrange()
        self._connect()
        self._show_dataset(session.dataset)
        self._show_case(session.case)
        self._show_opacity(session.bone_opacity)

    def offer_last(self, dataset: Path | None) -> None:
        """Offer to open the dataset of last time, while none is open and it is still there."""
        if dataset is not None and is_there(dataset / "dataset.json"):
            name = dataset.name
            short = name if len(name) <= _MOST_LETTERS else f"{name[: _MOST_LETTERS - 1]}…"
            self.last_button.setText("Open last: " + short.replace("&", "&&"))  # one is the mark of a key
            self.last_button.setToolTip(str(dataset))
            self.last_button.show()

    def _arrange(self) -> None:
        rows = QVBoxLayout(self)
        sources = QHBoxLayout()
        sources.addWidget(self.open_button)
        sources.addWidget(self.sample_button)
        rows.addLayout(sources)
        rows.addWidget(self.last_button)
        rows.addWidget(self.title)
        rows.addWidget(self.search)
        rows.addWidget(self.bones)
        grid = QGridLayout()
        buttons = (self.previous_button, self.next_button, self.solid_button, self.slices_button, *self.views.values())
        for place, button in enumerate(buttons):
            grid.addWidget(button, place // 2, place % 2)
        rows.addLayout(grid)
        rows.addWidget(heading("Bone opacity"))
        rows.addWidget(self.opacity)
        rows.addWidget(Section("Structures in 3-D", self.structures, opened=True))
        rows.addStretch()

    def _connect(self) -> None:
        self.open_button.clicked.connect(lambda: self.open_asked.emit())
        self.sample_button.clicked.connect(lambda: self.sample_asked.emit())
        self.last_button.clicked.connect(lambda: self.last_asked.emit())
        self.search.textChanged.connect(self.bones.find)
        self.bones.case_chosen.connect(self.case_chosen)
        self.previous_button.clicked.connect(lambda: self.step_asked.emit(-1))
        self.next_button.clicked.connect(lambda: self.step_asked.emit(1))
        self.solid_button.clicked.connect(lambda: self.dimensions_asked.emit(3))
        self.slices_button.clicked.connect(lambda: self.dimensions_asked.emit(2))
        for view, button in self.views.items():
            button.clicked.connect(partial(self._ask_view, view))
        self.opacity.valueChanged.connect(lambda value: self.opacity_chosen.emit(value / 100))
        self.structures.itemChanged.connect(self._tick)
        self._session.events.dataset.connect(self._show_dataset)
        self._session.events.facts.connect(self._show_facts)
        self._session.events.thumbnail.connect(self._show_thumbnail)
        self._session.events.case.connect(self._show_case)
        self._session.events.bone_opacity.connect(self._show_opacity)

    def _show_dataset(self, dataset: Dataset | None) -> None:
        self.bones.show_dataset(dataset)
        if dataset is not None:
            self.last_button.hide()
            self.title.setText(f"<b>{dataset.name}</b><br>{_summary(dataset)}")
            self.title.setToolTip(f"{dataset.folder}\n{dataset.origin}\nLicence: {dataset.licence}")
        self._show_facts(self._session.facts)
        for button in (self.previous_button, self.next_button):
            button.allow(dataset is not None, _NO_DATASET)

    def _show_case(self, case: Case | None) -> None:
        shown = case is not None
        for button in (self.solid_button, self.slices_button, *self.views.values()):
            button.allow(shown, _NO_DATASET)
        self.opacity.setEnabled(case is not None and case.structures is not None)
        self._list_structures(case)
        if case is not None:
            self.bones.mark(case.case_id)

    def _show_opacity(self, opacity: float) -> None:
        self.opacity.blockSignals(True)
        self.opacity.setValue(round(100 * opacity))
        self.opacity.blockSignals(False)

    def _show_facts(self, facts: Mapping[str, CaseFacts]) -> None:
        self.bones.show_facts(facts)
        self.bones.find(self.search.text())

    def _show_thumbnail(self, thumbnail: Thumbnail | None) -> None:
        if thumbnail is not None:
            self.bones.show_thumbnail(thumbnail.case_id, thumbnail.pixels)

    def _list_structures(self, case: Case | None) -> None:
        self.structures.blockSignals(True)
        self.structures.clear()
        if case is not None and case.structures is not None:
            present = set(np.unique(case.labels()).tolist()) & set(case.table.codes_of("critical", "landmark", "other"))
            for structure in case.table.structures:
                if structure.code in present:
                    self.structures.addItem(_item(structure.code, structure.name, structure.color, self._session))
        self.structures.setToolTip("" if self.structures.count() else _NO_STRUCTURES)
        self.structures.blockSignals(False)

    def _ask_view(self, view: View, _: bool = False) -> None:
        self.view_asked.emit(view)

    def _tick(self, _: QListWidgetItem) -> None:
        items = [self.structures.item(row) for row in range(self.structures.count())]
        hidden = {i.data(Qt.ItemDataRole.UserRole) for i in items if i.checkState() != Qt.CheckState.Checked}
        self.structures_hidden.emit(frozenset(hidden))


def _summary(dataset: Dataset) -> str:
    bones = len({entry.bone for entry in dataset.entries})
    cases = "" if bones == len(dataset) else f", {len(dataset)} cases"
    return f"{bones} bones{cases}, {len(dataset.surgeons)} surgeons"


def _item(code: int, name: str, color: str, session: Session) -> QListWidgetItem:
    item = QListWidgetItem(swatch(color), name)
    item.setData(Qt.ItemDataRole.UserRole, code)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
    item.setCheckState(Qt.CheckState.Checked if code not in session.hidden_structures else Qt.CheckState.Unchecked)
    return item
