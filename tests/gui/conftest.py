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


@pytest.fixture(autouse=True)
def _keys_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a window the keyboard before each key; tests in other processes share the display and take it away."""
    from pytestqt.qtbot import QtBot
    from qtpy.QtWidgets import QApplication

    def with_keyboard(send: Callable[..., None]) -> Callable[..., None]:
        def sent(widget: Any, *keys: Any, **how: Any) -> None:
            window = widget.window()
            if window.isVisible() and not window.isActiveWindow():
                window.activateWindow()
                QApplication.setActiveWindow(window)
            send(widget, *keys, **how)

        return sent

    for name in ("keyClick", "keyClicks", "keyPress"):
        monkeypatch.setattr(QtBot, name, staticmethod(with_keyboard(getattr(QtBot, name))))


@pytest.fixture
def drag_to() -> Callable[[Any, Any], None]:
    """Move the mouse over a widget with its left button held down (QTest's moves hold no button)."""

    def move(widget: Any, place: Any) -> None:
        from qtpy.QtCore import QEvent, QPointF, Qt
        from qtpy.QtGui import QMouseEvent
        from qtpy.QtWidgets import QApplication

        left, bare, kind = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QEvent.Type.MouseMove
        everywhere = QPointF(widget.mapToGlobal(place))
        event = QMouseEvent(kind, QPointF(place), everywhere, Qt.MouseButton.NoButton, left, bare)
        QApplication.sendEvent(widget, event)

    return move


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


@pytest.fixture
def viewer(make_napari_viewer_proxy: Any) -> Any:
    """Return a real viewer; its window stays hidden."""
    return make_napari_viewer_proxy()


@pytest.fixture
def errors(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect what the person was told went wrong."""
    told: list[str] = []
    monkeypatch.setattr("napari_rpdl.gui.workspace.show_error", told.append)
    return told


@pytest.fixture
def workspace(viewer: Any, qtbot: Any, errors: list[str]) -> Iterator[Any]:
    """Dock a workspace in the viewer."""
    from napari_rpdl.gui.workspace import Workspace

    made = Workspace(viewer)
    viewer.window.add_dock_widget(made)
    yield made
    made.jobs.close()


@pytest.fixture
def opened(workspace: Any, small_dataset: Any, idle: Callable[[Any], None]) -> Any:
    """Open the small bones in the workspace."""
    workspace.open_dataset(small_dataset.folder)
    idle(workspace.jobs)
    return workspace


@pytest.fixture
def tiny() -> Any:
    """Return the settings of a training that takes a moment."""
    from napari_rpdl.settings import NetworkSettings, TrainingSettings

    network = NetworkSettings(channels=(2, 4))
    return TrainingSettings(grid=8, epochs=2, steps_per_epoch=1, network=network, device="cpu", threads=1)


@pytest.fixture
def planned(small_dataset: Any, tmp_path: Path) -> Callable[..., Any]:
    """Plan a study of the small bones: surgeons and a method "rpd_loss_fold3", ten results and two repeats."""

    def plan(scale: str = "global-rating", bones: int = 3) -> Any:
        from napari_rpdl.data.nifti import write_volume
        from napari_rpdl.data.volume import Volume
        from napari_rpdl.review.planning import plan_study
        from napari_rpdl.review.scale import find_scale
        from napari_rpdl.review.sources import Sources
        from napari_rpdl.review.study_folder import StudyFolder, write_study
        from napari_rpdl.settings.review import StudySettings

        predicted = tmp_path / "unet_run_17"
        for case in small_dataset:
            write_volume(Volume(case.masks("surgeon_2")[0], case.grid), predicted / f"{case.case_id}.nii.gz")
        sources = Sources(small_dataset, {"rpd_loss_fold3": predicted}, cases=small_dataset.case_ids[:bones])
        left_out = {("bone_3", "surgeon_3"), ("bone_2", "surgeon_1")}
        candidates = [one for one in sources.candidates() if (one.case_id, one.source) not in left_out]
        settings = StudySettings(minimum_gap=2, seed=4)
        made = plan_study(candidates, ("ada", "ben"), find_scale(scale), settings, origin="analytic test shapes")
        for _ in write_study(made, small_dataset, sources.region_of, tmp_path / "study", tmp_path / "key"):
            pass
        return StudyFolder.open(tmp_path / "study")

    return plan
