"""Keys that act in the picture and in the workspace beside it."""

from collections.abc import Callable
from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtGui import QKeySequence
from qtpy.QtWidgets import QShortcut, QWidget


class Keys:
    """Binds keys in a viewer and in a dock of it.

    A table or a list that a person has just clicked would take letters for a search, and
    napari would never hear of them: there the dock listens. Letters that are typed into a
    line of text stay there.
    """

    def __init__(self, viewer: Any, dock: QWidget) -> None:
        self._viewer, self._dock = viewer, dock

    def bind(self, keys: str, act: Callable[[], object]) -> None:
        """Let keys act; ``keys`` are written as Qt does, ``Shift+N``."""
        self._viewer.bind_key(keys.replace("+", "-").replace("Ctrl", "Control"), lambda _: act(), overwrite=True)
        shortcut = QShortcut(QKeySequence(keys), self._dock)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(act)
