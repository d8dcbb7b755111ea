"""What must be true of OpenGL while napari makes a layer."""

from collections.abc import Iterator
from contextlib import contextmanager

from qtpy.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext


@contextmanager
def current_context() -> Iterator[None]:
    """Lend OpenGL a context of no window for a while, where it has none.

    napari asks OpenGL for its extensions when it makes the first image of a program, and takes it for granted that
    vispy's current canvas is OpenGL's too. It is not where Qt has let go of that canvas since it was drawn last, or
    where its window is gone: OpenGL then answers nothing, and the layer is lost half made. Does nothing where a
    context is current, or where there is no program with windows.
    """
    if QGuiApplication.instance() is None or QOpenGLContext.currentContext() is not None:
        yield
        return
    surface, context = QOffscreenSurface(), QOpenGLContext()
    surface.create()
    if context.create():
        context.makeCurrent(surface)
    try:
        yield
    finally:
        if QOpenGLContext.currentContext() == context:
            context.doneCurrent()
