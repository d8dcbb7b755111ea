from types import SimpleNamespace

from qtpy.QtGui import QGuiApplication

from napari_rpdl.gui.windows import ROOMY, make_room


def resized(width, height, qapp):
    sizes = []
    window = SimpleNamespace(geometry=lambda: (0, 0, width, height), resize=lambda *size: sizes.append(size))
    make_room(SimpleNamespace(window=window))
    return sizes[0]


def test_a_small_window_grows_as_far_as_the_screen_and_a_large_one_stays(qapp):
    screen = QGuiApplication.primaryScreen().availableSize()
    assert resized(100, 100, qapp) == (min(ROOMY[0], screen.width()), min(ROOMY[1], screen.height()))
    assert resized(5000, 4000, qapp) == (5000, 4000)
