"""How wide and high our docks are, from one day to the next; place and size of the window are napari's to remember."""

from collections.abc import Callable

from qtpy.QtCore import QSize, Qt, QTimer
from qtpy.QtWidgets import QDockWidget, QMainWindow, QWidget

from napari_rpdl.data.case import Case
from napari_rpdl.gui.memory import Memory
from napari_rpdl.gui.session import Session
from napari_rpdl.gui.sights import Sights

_ACROSS, _UPRIGHT = Qt.Orientation.Horizontal, Qt.Orientation.Vertical


class Docks:
    """Notes and brings back the workspace's width, the three slices with their height, and the size of Compare.

    Args:
        workspace: lies in a dock of the viewer's window once it is shown.
        sights: shows the three slices.
        session: tells when there is a bone to slice.
        memory: what is remembered.
    """

    def __init__(self, workspace: QWidget, sights: Sights, session: Session, memory: Memory) -> None:
        self._workspace, self._sights, self._memory = workspace, sights, memory
        self._placed = self._brought = self._compared = False
        self._due: list[Callable[[], None]] = []
        self._soon = QTimer(workspace)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._act)
        sights.ortho.seen.connect(self._follow_slices)
        sights.compare.opened.connect(self._open_compare)
        sights.compare.closed.connect(self._close_compare)
        session.events.case.connect(self._bring_slices)

    def place(self) -> None:
        """Give the workspace its width of last time, once."""
        if not self._placed:
            self._placed = True
            self._later(lambda: stretch(self._workspace, _ACROSS, self._memory.last.dock_width))

    def note(self) -> None:
        """Remember what the window looks like."""
        width = extent(self._workspace, _ACROSS)
        if width is not None and self._workspace.isVisible():
            self._memory.note(dock_width=width)
        if self._brought:
            self._memory.note(slices_shown=self._sights.ortho.isVisible())

    def _bring_slices(self, case: Case | None) -> None:
        if case is not None and not self._brought:
            self._brought = True
            if self._memory.last.slices_shown:
                self._later(lambda: self._sights.show_slices(True))

    def _follow_slices(self, seen: bool) -> None:
        slices = self._sights.ortho
        if seen:
            self._later(lambda: stretch(slices, _UPRIGHT, self._memory.last.slices_height))
        elif (height := extent(slices, _UPRIGHT)) is not None:
            self._memory.note(slices_height=height)

    def _open_compare(self) -> None:
        compare, size = self._sights.compare, self._memory.last.compare_size
        if size is not None and not self._compared:
            compare.resize(QSize(*size).boundedTo(compare.screen().availableSize()))
        self._compared = True

    def _close_compare(self) -> None:
        if self._compared:
            self._memory.note(compare_size=(self._sights.compare.width(), self._sights.compare.height()))

    def _later(self, act: Callable[[], None]) -> None:
        """Act when Qt has laid the window out."""
        self._due.append(act)
        self._soon.start(0)

    def _act(self) -> None:
        due, self._due = self._due, []
        for act in due:
            act()


def extent(widget: QWidget, along: Qt.Orientation) -> int | None:
    """Return the width or height of the dock that ``widget`` lies in; None where it floats or lies in none."""
    dock = _dock_of(widget)
    if dock is None or dock.isFloating():
        return None
    return int(dock.width() if along == _ACROSS else dock.height())


def stretch(widget: QWidget, along: Qt.Orientation, pixels: int | None) -> None:
    """Give the dock that ``widget`` lies in a width or height, as far as the rest of the window lets it."""
    dock = _dock_of(widget)
    window = widget.window()
    if dock is not None and pixels is not None and isinstance(window, QMainWindow):
        window.resizeDocks([dock], [pixels], along)


def _dock_of(widget: QWidget) -> QDockWidget | None:
    above: QWidget | None = widget
    while above is not None and not isinstance(above, QDockWidget):
        above = above.parentWidget()
    return above
