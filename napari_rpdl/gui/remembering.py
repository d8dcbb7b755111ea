"""Choices that are there again the next day: between the session and the memory."""

from pathlib import Path

from qtpy.QtCore import QObject, QTimer

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.gui.coordinators.cases import CaseCoordinator
from napari_rpdl.gui.memory import Memory
from napari_rpdl.gui.session import Session

_RESTING_MS = 500


class Remembering:
    """Notes choices once the hand rests, and makes them again.

    Bone and surgeons come back together with their dataset, as far as they still fit it;
    everything else is there from the start.

    Args:
        session: the desk.
        memory: what is remembered.
        cases: is told which bone comes first.
        parent: nothing is noted once it is deleted.
    """

    def __init__(self, session: Session, memory: Memory, cases: CaseCoordinator, parent: QObject) -> None:
        self._session, self._memory = session, memory
        self._open: Path | None = None
        self._resting = QTimer(parent)
        self._resting.setSingleShot(True)
        self._resting.setInterval(_RESTING_MS)
        self._resting.timeout.connect(self.note)
        last, events = memory.last, session.events
        session.rpmap, session.bone_opacity, session.view = last.rpmap, last.bone_opacity, last.view
        cases.first_of = self._first_of
        events.dataset.connect(self._hear_dataset)
        events.run.connect(lambda run: memory.note(run=run and run.absolute()))
        for chosen in (events.rpmap, events.bone_opacity, events.view, events.case, events.surgeons, events.left_out):
            chosen.connect(lambda _: self._resting.start())  # a file is not written while a hand drags

    def note(self) -> None:
        """Remember what is chosen now."""
        session = self._session
        self._memory.note(rpmap=session.rpmap, bone_opacity=session.bone_opacity, view=session.view)
        if session.case is not None:
            left_out = tuple(sorted(session.left_out))
            self._memory.note(case_id=session.case_id, surgeons=session.surgeons, left_out=left_out)

    def _hear_dataset(self, dataset: Dataset | None) -> None:
        folder = dataset.folder.absolute() if dataset is not None else None
        if dataset is None or folder == self._open:
            return  # it has only gained a region
        self._open = folder
        last = self._memory.last
        if folder == last.dataset:
            self._session.surgeons = tuple(name for name in last.surgeons if name in dataset.surgeons)
            self._session.left_out = frozenset(last.left_out) & frozenset(dataset.surgeons)
        else:
            self._memory.note(dataset=folder, case_id="", surgeons=(), left_out=())

    def _first_of(self, dataset: Dataset) -> str:
        """Return the bone that was shown last, the first where it no longer exists."""
        last = self._memory.last
        there = last.dataset == dataset.folder.absolute() and last.case_id in dataset.case_ids
        return last.case_id if there else dataset.case_ids[0]
