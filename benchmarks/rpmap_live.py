"""Live controls of the reward-penalty map beside plain napari whose layer's data is replaced by hand, in one run.

    xvfb-run -a -s "-screen 0 1600x1000x24 +extension GLX" python benchmarks/rpmap_live.py [--grids 64 256]

Seven phantom (synthetic) surgeons, one bone, slices (3-D follows when the hand rests). Each round a person drags a
bar, types a penalty, or leaves a surgeon out; the time is from the wish until the frame is drawn (wall), and the
processor time of the whole process. The bar: 50 ms at 64³ and 300 ms at 256³. Plain napari makes the map anew from
the masks as Eq. (1) says, with NumPy, and puts it into an Image layer of its own viewer. Rounds alternate.
"""

import argparse
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
import vispy.gloo.glir as glir
from phantoms import phantoms
from qtpy.QtWidgets import QApplication

from napari_rpdl.data.case import Case
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.gui import memory
from napari_rpdl.gui.app import open_viewer
from napari_rpdl.gui.workspace import Workspace

memory.FILE = Path(tempfile.mkdtemp()) / "workspace.json"
glir.GlirProgram.delete = lambda self: None  # Mesa's software OpenGL crashes when it deletes programs
Times = list[tuple[float, float]]


@contextmanager
def timed(into: Times) -> Iterator[None]:
    """Add the wall and processor seconds of a block, drawing included."""
    wall, processor = time.perf_counter(), time.process_time()
    yield
    QApplication.processEvents()
    into.append((time.perf_counter() - wall, time.process_time() - processor))


def settle(workspace: Workspace) -> None:
    """Let the window live until nothing has run for half a second."""
    still_since = time.monotonic()
    while time.monotonic() - still_since < 0.5:
        QApplication.processEvents()
        if workspace.jobs.names:
            still_since = time.monotonic()


def wishes(workspace: Workspace) -> dict[str, Callable[[int], None]]:
    """Return what a person does, by name; each takes the number of the round."""
    panel = workspace.rpmap

    def drag(number: int) -> None:
        panel.worths.bars.select(3)
        panel.worths.bars.change(0.3 + 0.01 * number)

    def type_penalty(number: int) -> None:
        control = panel.form.control("penalty")
        control.value = str(0.5 + 0.01 * number)
        control.native.editingFinished.emit()

    def leave_out(_: int) -> None:
        next(iter(panel.ticks.values())).click()

    return {"a bar is dragged": drag, "a penalty is typed": type_penalty, "a surgeon is left out": leave_out}


def by_hand(layer: napari.layers.Image, case: Case, penalty: float) -> None:
    """Replace a layer's data by the map made with NumPy."""
    votes = np.sum(case.masks(), axis=0, dtype=np.uint8)
    largest = votes.max()
    layer.data = np.where(votes > 0, votes / np.float32(largest), np.float32(-penalty)).astype(np.float32)


def said(times: Times) -> str:
    """Return median and largest wall time, and median processor time."""
    wall, processor = ([1e3 * value for value in column] for column in zip(*times, strict=True))
    slowest = f"(slowest {max(wall):.0f})"
    return f"wall {statistics.median(wall):6.1f} ms {slowest}, processor {statistics.median(processor):6.1f} ms"


def measure(folder: Path, rounds: int) -> None:
    """Measure one grid, and print."""
    plain = napari.Viewer()
    viewer, workspace = open_viewer(folder)
    settle(workspace)
    workspace.bones.slices_button.click()
    workspace.show_tab("RPMap")
    workspace.rpmap.show_box.click()
    settle(workspace)
    case = workspace.session.case
    assert case is not None
    layer = plain.add_image(np.zeros(case.grid.shape, np.float32), contrast_limits=(-1, 1), colormap="PiYG")
    plain.dims.set_point(0, case.grid.shape[0] // 2)
    for name, wish in wishes(workspace).items():
        ours: Times = []
        theirs: Times = []
        for number in range(rounds + 1):
            with timed(ours):
                wish(number)
            with timed(theirs):
                by_hand(layer, case, 0.5 + 0.01 * number)
        ratio = statistics.median(one for one, _ in ours[1:]) / statistics.median(one for one, _ in theirs[1:])
        print(f"  {name}: {said(ours[1:])}; by hand: {said(theirs[1:])}; ratio {ratio:.2f}", flush=True)
        settle(workspace)
    workspace.jobs.close()
    viewer.close()
    plain.close()


def main() -> None:
    """Measure the grids."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--grids", type=int, nargs="+", default=[64, 256])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--datasets", type=Path, help="where datasets phantom_<grid> are kept between runs")
    arguments = parser.parse_args()
    for grid, folder in phantoms(arguments.grids, arguments.datasets):
        surgeons = len(Dataset.open(folder).surgeons)
        print(f"{grid}³ x {surgeons} surgeons, load average {os.getloadavg()[0]:.1f}", flush=True)
        measure(folder, arguments.rounds)


if __name__ == "__main__":
    main()
