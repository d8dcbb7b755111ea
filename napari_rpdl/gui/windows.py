"""How large a window has to be."""

from typing import Any

from qtpy.QtGui import QGuiApplication

ROOMY = 1440, 900
"""Width and height at which no panel of ours is cut off."""


def make_room(viewer: Any) -> None:
    """Enlarge a viewer's window that is smaller than our docks need, as far as the screen goes."""
    *_, width, height = viewer.window.geometry()
    screen = QGuiApplication.primaryScreen().availableSize()
    viewer.window.resize(max(width, min(ROOMY[0], screen.width())), max(height, min(ROOMY[1], screen.height())))
