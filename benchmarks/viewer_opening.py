"""Opening bones in the workspace beside plain napari with the same layers added by hand, in one run.

    xvfb-run -a -s "-screen 0 1600x1000x24 +extension GLX" python benchmarks/viewer_opening.py [--grids 64 256]

Phantom (synthetic) bones. Seven surgeons are ticked, and three networks answer about every
bone (at once: the viewer is measured, not the networks): their mean, their spread, the decided
region, scores, oracle and baseline. Times are from the wish until bone, surgeons and predicted
region are drawn, and until scores, oracle, baseline and hot spots are there, too (wall), and the
processor time of the whole process. The workspace reads files, makes surfaces and fills its layers again; plain napari
only gets copies of the finished layers, added by hand to an empty viewer.

Also: one move of the threshold slider until the layers know it, and a frame, which is napari's
to draw (in software where there is no GPU); and a hundred switches of bones (layers, Qt widgets,
resident memory).
"""

import argparse
import gc
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ["NAPARI_CONFIG"] = str(Path(tempfile.mkdtemp()) / "settings.yaml")

import napari
import numpy as np
import psutil
import vispy.gloo.glir as glir
from phantoms import phantoms
from qtpy.QtWidgets import QApplication, QWidget

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.gui import memory
from napari_rpdl.gui.app import open_viewer
from napari_rpdl.gui.workspace import Workspace
from napari_rpdl.learning.prediction import Prediction

memory.FILE = Path(tempfile.mkdtemp()) / "workspace.json"
glir.GlirProgram.delete = lambda self: None  # Mesa's software OpenGL crashes when it deletes programs
BACKGROUND = ("thumbnails", "overview", "runs", "devices")
"""Jobs that nobody waits for."""
SHOWING = ("case", "prediction", "decision")
"""Jobs that make what is drawn: bone, surgeons and prediction; all others measure it."""


@contextmanager
def timed(into: list[tuple[float, float]]) -> Iterator[None]:
    """Add the wall and processor seconds of a block."""
    wall, processor = time.perf_counter(), time.process_time()
    yield
    into.append((time.perf_counter() - wall, time.process_time() - processor))


def until_still(busy: Callable[[], bool] = lambda: False) -> None:
    """Let the window live until nothing is to be done: no job, and an empty queue of events twice."""
    still = 0
    while still < 2:
        began = time.perf_counter()
        QApplication.processEvents()
        still = 0 if busy() or time.perf_counter() - began > 0.004 else still + 1
        if busy():
            time.sleep(0.001)


def busy(workspace: Workspace) -> Callable[[], bool]:
    """Return what says whether the workspace has something to do that a person waits for."""
    return lambda: any(name not in BACKGROUND for name in workspace.jobs.names)


def drawing(workspace: Workspace) -> Callable[[], bool]:
    """Return what says whether something is still to be drawn."""
    return lambda: any(name in SHOWING for name in workspace.jobs.names)


def opened(dataset: Dataset) -> tuple[Workspace, napari.Viewer]:
    """Return a workspace with seven surgeons and the answer of three networks shown, on every bone."""
    viewer, workspace = open_viewer(dataset.folder)
    answer(workspace, dataset)
    until_still(busy(workspace))
    workspace.surgeons.all_button.click()
    workspace.predict.on_box.setEnabled(True)
    workspace.predict.on_box.click()
    until_still(lambda: bool(workspace.jobs.names))  # pictures of the table, too
    return workspace, viewer


def ours(workspace: Workspace, rounds: int, until: Callable[[], bool]) -> list[tuple[float, float]]:
    """Return the times of going to the next bone, as long as ``until`` says that something is to be done."""
    times: list[tuple[float, float]] = []
    for _ in range(rounds):
        with timed(times):
            workspace.bones.next_button.click()
            until_still(until)
        assert workspace.session.prediction.case_id == workspace.session.case_id
        until_still(lambda: bool(workspace.jobs.names))
    return times


def answer(workspace: Workspace, dataset: Dataset) -> None:
    """Let three networks answer at once: this measures the viewer, not the networks."""
    from napari_rpdl.gui.coordinators import predictions

    said: dict[str, Prediction] = {}
    for case in dataset:
        members = tuple(mask.astype(np.float32) for mask in case.masks()[:3])
        mean = np.mean(members, axis=0, dtype=np.float32)
        said[case.case_id] = Prediction(case.case_id, mean, np.std(members, axis=0, dtype=np.float32), members)
    predictions._predict = lambda _, case, __: said[case.case_id]
    workspace.session.run = Path(tempfile.mkdtemp())
    workspace.session.more_runs = (Path("second"), Path("third"))


def by_hand(shown: napari.Viewer, rounds: int) -> list[tuple[float, float]]:
    """Return the times of adding copies of all layers of a viewer to an empty plain one, as visible as they are."""
    times: list[tuple[float, float]] = []
    for _ in range(rounds):
        viewer = napari.Viewer()
        viewer.dims.ndisplay = shown.dims.ndisplay
        until_still()
        with timed(times):
            for layer in shown.layers:
                add_copy(viewer, layer)
            until_still()
        viewer.close()
    return times


def add_copy(viewer: napari.Viewer, layer: napari.layers.Layer) -> None:
    """Add a layer of the same kind, data and place."""
    place = {"scale": layer.scale, "translate": layer.translate, "visible": layer.visible, "opacity": layer.opacity}
    if isinstance(layer, napari.layers.Surface):
        viewer.add_surface(layer.data[:2], vertex_colors=layer.vertex_colors, shading="none", **place)
    elif isinstance(layer, napari.layers.Labels):
        viewer.add_labels(np.asarray(layer.data), **place)
    else:
        viewer.add_image(np.asarray(layer.data), rendering=layer.rendering, **place)


def switches(workspace: Workspace, viewer: napari.Viewer, count: int) -> str:
    """Switch bones; say what has grown."""
    before = after = (0, 0, 0.0)
    for number in range(count + 10):
        if number == 10:
            before = _counts(viewer)
        workspace.bones.next_button.click()
        until_still(busy(workspace))
        after = _counts(viewer)
    return (
        f"{count} switches: layers {before[0]} -> {after[0]}, widgets {before[1]} -> {after[1]}, "
        f"resident memory {before[2]:.0f} -> {after[2]:.0f} MB"
    )


def _counts(viewer: napari.Viewer) -> tuple[int, int, float]:
    gc.collect()
    widgets = len(viewer.window._qt_window.findChildren(QWidget))
    return len(viewer.layers), widgets, psutil.Process().memory_info().rss / 1e6


def slider(workspace: Workspace) -> list[tuple[float, float]]:
    """Return the times until the layers know of single moves of the threshold; the frame is not in them."""
    times: list[tuple[float, float]] = []
    for value in range(20, 60, 4):
        with timed(times):
            workspace.predict.threshold.setValue(value)
        QApplication.processEvents()
    until_still(lambda: bool(workspace.jobs.names))
    return times


def frames(viewer: napari.Viewer) -> list[tuple[float, float]]:
    """Return the times of frames that napari draws anew because the camera has come nearer."""
    times: list[tuple[float, float]] = []
    for _ in range(6):
        viewer.camera.zoom *= 1.01
        with timed(times):
            QApplication.processEvents()
    return times


def said(times: list[tuple[float, float]]) -> str:
    """Return median wall and processor time."""
    wall, processor = (statistics.median(column) for column in zip(*times, strict=True))
    return f"wall {1e3 * wall:7.0f} ms, processor {1e3 * processor:7.0f} ms"


def beside(workspace: Workspace, viewer: napari.Viewer, label: str, in_3d: bool, arguments: argparse.Namespace) -> None:
    """Print the times of the workspace, and of plain napari, in 3-D or in slices."""
    (workspace.bones.solid_button if in_3d else workspace.bones.slices_button).click()
    until_still(lambda: bool(workspace.jobs.names))
    shown, measured = (ours(workspace, arguments.rounds, until(workspace)) for until in (drawing, busy))
    print(f"{label}: workspace, next bone, drawn:   {said(shown)}", flush=True)
    print(f"{label}: workspace, and all measured:   {said(measured)}", flush=True)
    print(f"{label}: plain napari, the same layers: {said(by_hand(viewer, arguments.by_hand))}", flush=True)
    print(f"{label}: threshold moved, not drawn:    {said(slider(workspace)[1:])}", flush=True)
    print(f"{label}: a frame by napari:             {said(frames(viewer)[1:])}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--grids", type=int, nargs="+", default=[64, 256])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--by-hand", type=int, default=3)
    parser.add_argument("--switches", type=int, default=100)
    parser.add_argument("--datasets", type=Path, help="where datasets phantom_<grid> are kept between runs")
    arguments = parser.parse_args()
    for grid, folder in phantoms(arguments.grids, arguments.datasets):
        print(f"load average before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
        workspace, viewer = opened(Dataset.open(folder))
        for in_3d in (True, False):
            beside(workspace, viewer, f"{grid}, {'3-D' if in_3d else 'slices'}", in_3d, arguments)
        if grid == arguments.grids[0]:
            print(f"{grid}: {switches(workspace, viewer, arguments.switches)}", flush=True)
        workspace.jobs.close()
        viewer.close()


if __name__ == "__main__":
    main()
