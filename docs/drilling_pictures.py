"""Make the pictures of docs/drilling.md.

    xvfb-run -a -s "-screen 0 1600x1000x24 +extension GLX" python docs/drilling_pictures.py

On a copy of the phantom (synthetic), a burr follows what two simulated surgeons both
drilled, from the outside inwards; the window then shows it being drilled further, with the
real mouse, and played.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import numpy as np
import screenshots
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.sample import sample_dataset_folder
from napari_rpdl.drilling.recorded import RecordedDrilling
from napari_rpdl.drilling.region import Tool
from napari_rpdl.drilling.surroundings import Surroundings
from napari_rpdl.gui.app import open_viewer

CASE, SURGEON = "bone_1", "anna"
BURR_MM = 5.0
SECONDS_PER_POSITION = 0.1


def main() -> None:
    """Drill without a window, then take three pictures with one."""
    dataset = copied()
    drill_alone(dataset)
    viewer, workspace = open_viewer(dataset.folder, CASE)
    viewer.window._qt_window.resize(*screenshots.SIZE)
    screenshots.wait(workspace)
    drill, replay = workspace.drilling.drill, workspace.drilling.replay

    workspace.show_tab("Drill")
    words = [choice.words for choice in workspace.session.drill_starts]
    drill.starts.setCurrentIndex(words.index(f"the region of {SURGEON}"))
    drill.start_button.click()
    screenshots.wait(workspace)
    drag(viewer, [(x, 40) for x in range(-90, 40, 10)])
    drag(viewer, [(x, 70) for x in range(-80, 20, 10)])
    screenshots.take(viewer, "drill")
    workspace.bones.views["axial"].click()
    screenshots.wait(workspace)
    drag(viewer, [(90 - 6 * step, 30 + 4 * step) for step in range(12)])
    screenshots.take(viewer, "drill_slice")
    drill.stop_button.click()
    workspace.bones.solid_button.click()
    screenshots.wait(workspace)

    workspace.show_tab("Replay")
    replay.who.setCurrentIndex(replay.who.findData(SURGEON))
    replay.open_button.click()
    screenshots.wait(workspace)
    replay.slider.setValue(int(0.6 * replay.slider.maximum()))
    screenshots.wait(workspace)
    screenshots.take(viewer, "replay")
    viewer.close()


def copied() -> Dataset:
    """Return a copy of the phantom that may be written."""
    folder = Path(tempfile.mkdtemp()) / "phantom"
    shutil.copytree(sample_dataset_folder(), folder, copy_function=shutil.copyfile)
    return Dataset.open(folder)


def drill_alone(dataset: Dataset) -> None:
    """Drill what two surgeons agree on, layer by layer from the outside, and save it."""
    case = dataset.case(CASE)
    agreed = np.sum(case.masks(), axis=0) >= 4
    clock = [0.0]
    drilling = RecordedDrilling.begin(
        Surroundings(case), "nothing", "", np.zeros(agreed.shape, bool), None, lambda: clock[0]
    )
    layers = np.flatnonzero(agreed.any(axis=(0, 1)))
    for x in layers[:: 3 if case.side == "left" else -3]:
        for z in np.flatnonzero(agreed[:, :, x].any(axis=1))[::3]:
            way = np.flatnonzero(agreed[z, :, x])[::2]
            drilling.begin_stroke(Tool(BURR_MM, margin=0.5))
            for y in way if z % 2 else way[::-1]:
                drilling.extend(np.array([z, y, x], float), lifted=True)
                clock[0] += SECONDS_PER_POSITION
            drilling.end_stroke()
            clock[0] += 0.5
    drilling.save(dataset.folder, SURGEON)


def drag(viewer: object, offsets: list[tuple[int, int]]) -> None:
    """Drag the mouse through places around the middle of the canvas."""
    canvas = viewer.window._qt_viewer.canvas.native
    middle = QPoint(canvas.width() // 2, canvas.height() // 2)
    places = [middle + QPoint(*offset) for offset in offsets]
    left, no_key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas, left, no_key, places[0])
    for place in places:
        time.sleep(0.012)  # vispy leaves out moves that come faster
        globally = QPointF(canvas.mapToGlobal(place))
        move = QMouseEvent(QEvent.Type.MouseMove, QPointF(place), globally, Qt.MouseButton.NoButton, left, no_key)
        QApplication.sendEvent(canvas, move)
    QTest.mouseRelease(canvas, left, no_key, places[-1])


if __name__ == "__main__":
    main()
