"""The list of bones that a training must not see."""

from html import escape
from pathlib import Path

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QListWidget, QListWidgetItem, QWidget

from napari_rpdl.data.dataset import Dataset

_HEIGHT = 110


class HeldOut(QListWidget):
    """Cases of a dataset to tick; Qt's ``itemChanged`` tells of a tick."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._folder: Path | None = None
        self.setMaximumHeight(_HEIGHT)
        self.setToolTip("Ticked bones are never shown to the network, so that it can be judged on them.")

    def offer(self, dataset: Dataset | None) -> None:
        """Offer the cases, the last one ticked; those of the same dataset, which gained a region, stay as ticked."""
        case_ids = dataset.case_ids if dataset else ()
        same = dataset is not None and dataset.folder == self._folder
        held = self.ticked() if same else case_ids[1:][-1:]
        self._dataset, self._folder = dataset, dataset.folder if dataset else None
        self.blockSignals(True)
        self.clear()
        for case_id in case_ids:
            item = QListWidgetItem(case_id)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if case_id in held else Qt.CheckState.Unchecked)
            self.addItem(item)
        self.blockSignals(False)
        self.scrollToBottom()

    def ticked(self) -> tuple[str, ...]:
        """Return the names of the ticked cases, in the dataset's order."""
        items = [self.item(row) for row in range(self.count())]
        return tuple(item.text() for item in items if item.checkState() == Qt.CheckState.Checked)

    def words(self) -> str:
        """Say how many bones are left to learn from (HTML); a bone is held out with all cases that show it."""
        if self._dataset is None:
            return "Open a dataset to train on."
        ticked, entries = self.ticked(), self._dataset.entries
        bones = {entry.bone for entry in entries}
        out = {entry.bone for entry in entries if entry.case_id in ticked}
        left = f"<b>{len(bones - out)}</b> of {len(bones)} bones of {escape(self._dataset.name)}"
        return f"Learns from {left}; {len(out)} held out."
