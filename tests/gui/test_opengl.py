"""The first image of a program can be made even if Qt has let go of the canvas."""

import numpy as np
import pytest
from napari._vispy.utils import gl
from qtpy.QtGui import QOpenGLContext

from napari_rpdl.data.volume import Grid
from napari_rpdl.gui.opengl import current_context
from napari_rpdl.gui.slots import Slots
from napari_rpdl.gui.standpoint import Standpoint

pytestmark = pytest.mark.needs_display
MAP = np.linspace(-1, 1, 60, dtype=np.float32).reshape(3, 4, 5)
TRIANGLE = (np.eye(3, dtype=np.float32), np.array([[0, 1, 2]], np.int32))


def _let_go() -> None:
    current = QOpenGLContext.currentContext()
    if current is not None:
        current.doneCurrent()
    assert QOpenGLContext.currentContext() is None


def test_a_context_is_lent_only_where_there_is_none(make_napari_viewer, qtbot) -> None:
    make_napari_viewer(show=True)
    qtbot.wait(100)
    kept = QOpenGLContext.currentContext()
    with current_context():
        assert QOpenGLContext.currentContext() == kept
    assert QOpenGLContext.currentContext() == kept
    _let_go()
    gl.get_gl_extensions.cache_clear()
    with current_context():
        assert "GL_" in gl.get_gl_extensions()
    assert QOpenGLContext.currentContext() is None


def test_an_image_appears_though_no_canvas_is_current(make_napari_viewer, qtbot) -> None:
    viewer = make_napari_viewer(show=True)
    standpoint = Standpoint(viewer)
    standpoint.grid = Grid.of_shape(MAP.shape)
    viewer.dims.ndisplay = 3
    viewer.add_surface(TRIANGLE)  # so that no slider appears with the image: that would draw, and hide the fault
    qtbot.wait(100)
    gl.get_gl_extensions.cache_clear()  # as in a program that has not shown an image yet
    _let_go()
    layer = Slots(viewer, standpoint, lambda role: True).image("map", MAP)
    assert layer in viewer.layers
    assert viewer.screenshot(canvas_only=True).shape[2] == 4
