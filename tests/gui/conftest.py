"""A viewer that neither reads the user's settings nor trips over software OpenGL."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HEADLESS = sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
if HEADLESS:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, by name, what needs pixels where there is no display."""
    for item in items:
        if HEADLESS and item.get_closest_marker("needs_display"):
            item.add_marker(pytest.mark.skip(reason="needs an X server with OpenGL (xvfb-run)"))


@pytest.fixture(scope="session", autouse=True)
def _own_napari_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the user's napari settings out of the tests, and the tests out of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NAPARI_CONFIG", str(tmp_path_factory.mktemp("napari") / "settings.yaml"))
        yield


@pytest.fixture(autouse=True)
def _safe_opengl(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work around Mesa's llvmpipe, which crashes in glDeleteProgram, and around no OpenGL at all."""
    import vispy.gloo.glir as glir

    monkeypatch.setattr(glir.GlirProgram, "delete", lambda self: None)
    if HEADLESS:
        import napari._vispy.layers.image
        import napari._vispy.utils.gl  # noqa: F401

        for name, module in list(sys.modules.items()):
            if name.startswith("napari._vispy"):
                if hasattr(module, "get_gl_extensions"):
                    monkeypatch.setattr(module, "get_gl_extensions", lambda: "")
                if hasattr(module, "get_max_texture_sizes"):
                    monkeypatch.setattr(module, "get_max_texture_sizes", lambda: (16384, 2048))


@pytest.fixture(autouse=True)
def _runs_in_tmp(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Never write a run or what is remembered into the home folder."""
    monkeypatch.setattr("napari_rpdl.gui.memory.FILE", tmp_path / "config" / "workspace.json")
    monkeypatch.setattr("napari_rpdl.gui.coordinators.trainings.RUNS", tmp_path / "runs")


@pytest.fixture(autouse=True)
def _no_training_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer the question that a closing window asks; nobody else would."""
    monkeypatch.setattr("napari_rpdl.gui.workspace.ask_whether_it_goes_on", lambda: False)


@pytest.fixture
def idle(qtbot: Any) -> Callable[[Any], None]:
    """Wait until a ``Jobs`` has had nothing to do for a moment."""

    def wait(jobs: Any, seconds: float = 60) -> None:
        still_since = [time.monotonic()]

        def quiet() -> bool:
            if jobs.names:
                still_since[0] = time.monotonic()
            return time.monotonic() - still_since[0] > 0.25

        qtbot.waitUntil(quiet, timeout=int(seconds * 1000))

    return wait
