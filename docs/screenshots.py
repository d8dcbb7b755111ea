"""Make the README's pictures of the workspace.

    xvfb-run -a -s "-screen 0 1600x1000x24 +extension GLX" python docs/screenshots.py

Opens the real window on the phantom (synthetic), presses the real buttons, trains a
small network for two minutes or so, and writes ``docs/images/workspace_*.png``.
"""

import os
import tempfile
import time
from pathlib import Path

os.environ["NAPARI_CONFIG"] = str(Path(tempfile.mkdtemp()) / "settings.yaml")

import vispy.gloo.glir as glir
from few_colors import keep_few_colors
from napari._qt.dialogs.qt_notification import NapariQtNotification
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QWidget

from napari_rpdl.data.sample import sample_dataset_folder
from napari_rpdl.gui import memory
from napari_rpdl.gui.app import open_viewer
from napari_rpdl.gui.session import BY_NOBODY
from napari_rpdl.gui.workspace import Workspace
from napari_rpdl.settings import NetworkSettings, TrainingSettings

memory.FILE = Path(tempfile.mkdtemp()) / "workspace.json"
glir.GlirProgram.delete = lambda self: None  # Mesa's software OpenGL crashes when it deletes programs

IMAGES = Path(__file__).parent / "images"
SIZE = 1440, 900
TRAINING = TrainingSettings(
    grid=32, epochs=60, steps_per_epoch=4, network=NetworkSettings(channels=(8, 16, 32)), device="cpu", threads=1
)


def main() -> None:
    """Go through the workspace as a person would, and take a picture of each panel."""
    viewer, workspace = open_viewer(sample_dataset_folder())
    viewer.window._qt_window.resize(*SIZE)
    wait(workspace)
    take(viewer, "bones")

    workspace.show_tab("Surgeons")
    choose(workspace.surgeons.left_by, "surgeon_1")
    wait(workspace)
    take(viewer, "surgeons")

    workspace.surgeons.matrix.cellClicked.emit(0, 3)
    workspace.bones.views["axial"].click()
    wait(workspace)
    take(viewer, "differences")
    workspace.surgeons.none_button.click()

    workspace.show_tab("RPMap")
    workspace.rpmap.show_box.setChecked(True)
    workspace.rpmap.consensus.setValue(4)
    wait(workspace)
    take(viewer, "rpmap")
    workspace.rpmap.show_box.setChecked(False)

    workspace.show_tab("Inspect")
    workspace.bones.views["surgical"].click()
    choose(workspace.inspect.region, "surgeon_1")
    workspace.inspect.wall_box.click()
    wait(workspace)
    workspace.inspect.table.cellClicked.emit(0, 0)
    wait(workspace)
    take(viewer, "inspect")
    workspace.inspect.wall_box.click()
    choose(workspace.inspect.region, BY_NOBODY)
    choose(workspace.surgeons.left_by, BY_NOBODY)
    workspace.rpmap.consensus.setValue(0)
    workspace.surgeons.none_button.click()

    workspace.show_tab("Train")
    workspace.bones.solid_button.click()
    train(workspace)
    workspace.tabs.currentWidget().ensureWidgetVisible(workspace.train.curves)
    take(viewer, "train")
    wait(workspace, seconds=900)

    workspace.show_tab("Predict")
    workspace.cases.show_case("bone_9")
    wait(workspace)
    workspace.predict.predict_button.click()
    wait(workspace)
    workspace.predict.cut_box.click()
    wait(workspace)
    take(viewer, "predict")
    sights(viewer, workspace)
    viewer.close()


def sights(viewer: object, workspace: Workspace) -> None:
    """Cut a bone open, see three slices, and compare three bones by eight."""
    strip = workspace.sights.strip
    workspace.show_tab("Surgeons")
    workspace.cases.show_case("bone_2")
    wait(workspace)
    choose(workspace.surgeons.left_by, "surgeon_1")
    choose(strip.cut.axis, "axial")
    strip.cut.place.setValue(110)
    wait(workspace)
    workspace.bones.views["posterior"].click()
    viewer.scene.camera.zoom *= 0.85
    wait(workspace)
    take(viewer, "cut")
    viewer.scene.camera.zoom /= 0.85
    choose(strip.cut.axis, "")

    workspace.bones.views["surgical"].click()
    workspace.surgeons.all_button.click()
    strip.slices_button.click()
    wait(workspace)
    take(viewer, "slices")
    strip.slices_button.click()

    strip.compare_button.click()
    compare = workspace.sights.compare
    for row in range(compare.bones.count()):
        shown = Qt.CheckState.Checked if row < 3 else Qt.CheckState.Unchecked
        compare.bones.item(row).setCheckState(shown)
    wait(workspace)
    take_window(compare, "compare")
    choose(compare.reference, "surgeon:surgeon_1")
    wait(workspace)
    take_window(compare, "compare_differences")
    compare.close()


def train(workspace: Workspace) -> None:
    """Start a small training and return in its midst."""
    workspace.train.form.show_settings(TRAINING)
    workspace.train.folder.setText(str(Path(tempfile.mkdtemp()) / "run"))
    workspace.train.train_button.click()
    deadline = time.monotonic() + 600
    while len(workspace.session.training.epochs) < TRAINING.epochs // 2 and time.monotonic() < deadline:
        breathe()


def choose(control: object, value: str) -> None:
    """Choose a value as a person would, with its signal."""
    control.setCurrentIndex(control.findData(value))


def wait(workspace: Workspace, seconds: float = 120) -> None:
    """Let the window live until the background has been idle for half a second."""
    deadline = time.monotonic() + seconds
    idle_since = time.monotonic()
    while time.monotonic() < deadline and time.monotonic() - idle_since < 0.5:
        breathe()
        if workspace.jobs.names:
            idle_since = time.monotonic()


def breathe() -> None:
    """Handle what the window has to do."""
    QApplication.processEvents()
    time.sleep(0.01)


def take(viewer: object, name: str) -> None:
    """Write one picture, without the messages that happen to float over it."""
    for message in viewer.window._qt_window.findChildren(NapariQtNotification):
        message.close()
    for _ in range(30):
        breathe()
    IMAGES.mkdir(exist_ok=True)
    path = IMAGES / f"workspace_{name}.png"
    viewer.window.screenshot(str(path), flash=False)
    keep_few_colors(path)


def take_window(window: QWidget, name: str) -> None:
    """Write a picture of a window beside the viewer's."""
    for _ in range(30):
        breathe()
    path = IMAGES / f"workspace_{name}.png"
    window.grab().save(str(path))
    keep_few_colors(path)


if __name__ == "__main__":
    main()
