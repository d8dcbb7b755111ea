"""Bones side by side, as in the paper's Fig. 4, and what chooses them."""

from functools import partial
from pathlib import Path

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QShowEvent
from qtpy.QtWidgets import (
    QApplication,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from napari_rpdl.gui.camera import SLICED, VIEWS, View, stance
from napari_rpdl.gui.comparison import ORIGINAL, Comparison, Source
from napari_rpdl.gui.controls import Button, Choice, heading, marked, note, swatch
from napari_rpdl.gui.cut_controls import CutControls
from napari_rpdl.gui.differing import difference_legend
from napari_rpdl.gui.session import Session
from napari_rpdl.gui.solids import TileRow
from napari_rpdl.gui.tile_grid import TileGrid

_CONTROLS_WIDTH = 290
_SIZE = 1360, 820
_NO_BONE = "Tick at least one bone and one column."
_FORMATS = "Picture (*.png);;PDF, text stays text (*.pdf);;SVG, text stays text (*.svg)"
_HINT = (
    "Drag a bone to turn all; Shift or the right button shifts, the wheel zooms, a double click shows all again. "
    "Click a bone to see it in the viewer. Drop a NIfTI mask on a row, or a folder of masks or of a run anywhere."
)
_MEANS = (
    "Dice (Eq. 5) and RPD (Eq. 6): mean over the surgeons of the bone; of a surgeon, over the others. "
    "Voxels inside critical structures are named."
)


class ComparePanel(QWidget):
    """Wishes: bones, columns, a reference, cuts, files. Shows: the grid, its captions and its legend."""

    rows_chosen = Signal(object)
    columns_chosen = Signal(object)
    reference_chosen = Signal(str)
    axis_chosen = Signal(str)
    cut_chosen = Signal(object)
    files_dropped = Signal(object, str)
    figure_asked = Signal(object, object)
    tile_chosen = Signal(str, str)
    opened = Signal()
    closed = Signal()

    def __init__(self, session: Session, comparison: Comparison, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._comparison = comparison
        self.grid: TileGrid | None = None
        self._watched = False
        self.bones = QListWidget()
        self.columns = QListWidget()
        self.reference = Choice(())
        self.reference.setToolTip("Colour and score everything against one column.")
        self.axis = Choice(())
        self.axis.offer(
            ("", "axial", "coronal", "sagittal"), ("solids", "axial slices", "coronal slices", "sagittal slices")
        )
        self.cut = CutControls()
        self.views: dict[View, Button] = {
            choice.view: Button(choice.title, f"{choice.tip} (Shift+{choice.key})")
            for choice in VIEWS
            if choice.view not in SLICED
        }
        for choice in VIEWS:
            if choice.view in self.views:
                self.views[choice.view].setShortcut(f"Shift+{choice.key}")
        self.add_button = Button("Add mask…", "A NIfTI mask of one bone (.nii, .nii.gz).")
        self.add_run_button = Button("Add folder…", "The folder of a training, or of masks named after bones.")
        self.save_button = Button("Save figure…", "PNG, PDF or SVG for print, as the grid is seen now.")
        self.status = note()
        self.legend = QLabel()
        self.origin = QLabel()
        self._place = QVBoxLayout()
        self._arrange()
        self._connect(session)
        self._offer_bones(comparison.bones)
        self._offer_sources(comparison.sources)
        self._show_reference(comparison.reference)
        self.cut.show_cut(session.cut)

    def _arrange(self) -> None:
        self.setWindowTitle("Compare bones — napari-rpdl")
        self.resize(*_SIZE)
        self.setAcceptDrops(True)
        controls = QWidget()
        controls.setFixedWidth(_CONTROLS_WIDTH)
        rows = QVBoxLayout(controls)
        rows.setContentsMargins(6, 6, 6, 6)
        for title, control in (("Rows: bones", self.bones), ("Columns: who drilled", self.columns)):
            rows.addWidget(heading(title))
            rows.addWidget(control, stretch=1)
        adding = QHBoxLayout()
        adding.addWidget(self.add_button)
        adding.addWidget(self.add_run_button)
        rows.addLayout(adding)
        rows.addWidget(heading("Compare with"))
        rows.addWidget(self.reference)
        rows.addWidget(heading("Show"))
        rows.addWidget(self.axis)
        rows.addWidget(self.cut)
        views = QGridLayout()
        for place, button in enumerate(self.views.values()):
            views.addWidget(button, place // 2, place % 2)
        rows.addLayout(views)
        rows.addWidget(self.save_button)
        rows.addWidget(self.status)
        rows.addWidget(_small(_HINT))
        rows.addWidget(_small(_MEANS))
        self._place.addWidget(self.legend)
        self._place.addWidget(self.origin)
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 4)
        whole.addWidget(controls)
        whole.addLayout(self._place, stretch=1)

    def _connect(self, session: Session) -> None:
        self.bones.itemChanged.connect(lambda _: self.rows_chosen.emit(_ticked(self.bones)))
        self.columns.itemChanged.connect(lambda _: self.columns_chosen.emit(_ticked(self.columns)))
        self.reference.currentIndexChanged.connect(lambda _: self.reference_chosen.emit(self.reference.currentData()))
        self.axis.currentIndexChanged.connect(lambda _: self.axis_chosen.emit(self.axis.currentData()))
        self.cut.cut_chosen.connect(self.cut_chosen)
        for view, button in self.views.items():
            button.clicked.connect(partial(self._look, view))
        self.add_button.clicked.connect(self._ask_masks)
        self.add_run_button.clicked.connect(self._ask_folder)
        self.save_button.clicked.connect(self._ask_figure)
        events = self._comparison.events
        events.bones.connect(self._offer_bones)
        events.sources.connect(self._offer_sources)
        events.rows.connect(lambda rows: _tick(self.bones, rows))
        events.columns.connect(lambda columns: _tick(self.columns, columns))
        events.reference.connect(self._show_reference)
        events.axis.connect(lambda axis: self.axis.choose(axis))
        events.tiles.connect(self._show_tiles)
        events.origin.connect(lambda origin: self.origin.setText(origin))
        events.busy.connect(lambda busy: self.status.setText(busy))
        session.events.cut.connect(self.cut.show_cut)

    # -- showing ----------------------------------------------------------------------

    def _offer_bones(self, bones: tuple[str, ...]) -> None:
        _fill(self.bones, [Source(bone, bone) for bone in bones])
        _tick(self.bones, self._comparison.rows)

    def _offer_sources(self, sources: tuple[Source, ...]) -> None:
        _fill(self.columns, sources)
        _tick(self.columns, self._comparison.columns)
        others = [source for source in sources if source.key != ORIGINAL]
        self.reference.offer(("", *(s.key for s in others)), ("nobody", *(s.title for s in others)))
        self.reference.choose(self._comparison.reference)

    def _show_reference(self, key: str) -> None:
        self.reference.choose(key)
        self.legend.setVisible(bool(key))
        words = difference_legend(self.reference.currentText() if key else "")
        self.legend.setText("&nbsp;&nbsp; ".join(marked(color, word) for color, word in words))

    def _show_tiles(self, tiles: tuple[TileRow, ...]) -> None:
        if self.grid is not None:
            self.grid.show_rows(tiles)
        self.save_button.allow(any(tile.content for row in tiles for tile in row.tiles), _NO_BONE)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Make the grid when it is first seen: OpenGL takes its time, and Qt 6 shows the window again for it."""
        if self.grid is None:
            self.grid = TileGrid()
            self.grid.tile_chosen.connect(self._choose_tile)
            self._place.insertWidget(0, self.grid, stretch=1)
        self._show_tiles(self._comparison.tiles)
        super().showEvent(event)
        if not self._watched:
            self._watched = True
            self.opened.emit()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Tell that nobody looks any more."""
        super().closeEvent(event)
        self._watched = False
        self.closed.emit()

    # -- wishing ----------------------------------------------------------------------

    def _look(self, view: View, _: bool = False) -> None:
        if self.grid is not None:
            self.grid.look(stance(view, "right"))  # left ears are held in the mirror image

    def _choose_tile(self, row: int, column: int) -> None:
        chosen = [source.key for source in self._comparison.sources if source.key in self._comparison.columns]
        if self.grid is not None:
            self.grid.choose(row, column)
        self.tile_chosen.emit(self._comparison.rows[row], chosen[column])

    def _ask_masks(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self, "Masks of drilled regions", "", "NIfTI (*.nii *.nii.gz)")
        if paths:
            self.files_dropped.emit(tuple(map(Path, paths)), "")

    def _ask_folder(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, "Folder of a training, or of masks named after bones"):
            self.files_dropped.emit((Path(folder),), "")

    def _ask_figure(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, "Save the figure", "comparison.pdf", _FORMATS)
        if path and self.grid is not None:
            QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
            try:
                self.figure_asked.emit(Path(path), self.grid.pictures)
            finally:
                QApplication.restoreOverrideCursor()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Accept files and folders."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Take in what was dropped, on whichever row it was."""
        paths = tuple(Path(url.toLocalFile()) for url in event.mimeData().urls() if url.toLocalFile())
        at = event.position() if hasattr(event, "position") else event.posF()
        where = self.grid.mapFrom(self, at.toPoint()) if self.grid is not None else None
        row = self.grid.row_at(where.x(), where.y()) if self.grid is not None and where is not None else None
        self.files_dropped.emit(paths, self._comparison.rows[row] if row is not None else "")


def _fill(control: QListWidget, sources: list[Source] | tuple[Source, ...]) -> None:
    control.blockSignals(True)
    control.clear()
    for source in sources:
        item = QListWidgetItem(source.title)
        item.setData(Qt.ItemDataRole.UserRole, source.key)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable)
        item.setCheckState(Qt.CheckState.Unchecked)
        item.setToolTip(source.tip)
        if source.color:
            item.setIcon(swatch(source.color))
        control.addItem(item)
    control.blockSignals(False)


def _tick(control: QListWidget, keys: tuple[str, ...]) -> None:
    control.blockSignals(True)
    for row in range(control.count()):
        item = control.item(row)
        chosen = item.data(Qt.ItemDataRole.UserRole) in keys
        item.setCheckState(Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)
    control.blockSignals(False)


def _ticked(control: QListWidget) -> tuple[str, ...]:
    items = [control.item(row) for row in range(control.count())]
    return tuple(i.data(Qt.ItemDataRole.UserRole) for i in items if i.checkState() == Qt.CheckState.Checked)


def _small(text: str) -> QLabel:
    label = note(text)
    label.setStyleSheet("font-size: 11px;")
    return label
