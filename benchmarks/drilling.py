"""How long a stroke of the burr takes until it is seen, beside napari painting the same ball.

Run with ``python benchmarks/drilling.py`` where there is a display (``.ci/on-display``);
a few minutes and 2 GB of memory. Both ways are done in turn, stroke after stroke, each in
its own viewer's window, on the phantom (synthetic) at 64 voxels an axis and at 256 (the
same bone, every voxel repeated). Ours drills, keeps the stroke on the disk, makes the
bone's surface anew where the burr was and shows it; napari's paints a ball into a Labels
layer and shows that.

Two figures: the processor time until the program is done with a stroke, which other work
on the machine does not lengthen; and the time until the frame is drawn, most of which a
software OpenGL takes, if that is what draws. Medians are printed.
"""

import os
import platform
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter, thread_time

os.environ["NAPARI_CONFIG"] = str(Path(tempfile.mkdtemp()) / "settings.yaml")

import napari
import numpy as np
import vispy.gloo.glir as glir
from qtpy.QtWidgets import QApplication

from napari_rpdl.data.case import Case
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.sample import sample_dataset_folder
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.drilling.recorded import RecordedDrilling
from napari_rpdl.drilling.region import Tool
from napari_rpdl.drilling.surroundings import Surroundings
from napari_rpdl.gui.carving import carved_bone
from napari_rpdl.gui.layers import Layers
from napari_rpdl.gui.meshes import solid_of

glir.GlirProgram.delete = lambda self: None  # Mesa's software OpenGL crashes when it deletes programs

STROKES = 9
BALL = 9
"""Diameter of the burr in voxels."""


@dataclass(frozen=True)
class Times:
    """Milliseconds of each stroke: processor time of the program, and time until the frame is drawn."""

    done: list[float]
    drawn: list[float]

    def median(self) -> tuple[float, float]:
        """Return both medians."""
        return float(np.median(self.done)), float(np.median(self.drawn))


def bone(size: int) -> Case:
    """Return the first phantom bone on ``size`` voxels an axis, in voxels."""
    case = Dataset.open(sample_dataset_folder()).case("bone_1")
    labels, grid = case.labels(), Grid.of_shape((size,) * 3)
    for axis in range(3):
        labels = np.repeat(labels, size // case.grid.shape[axis], axis)
    return replace(case, grid=grid, structures=Volume(labels, grid), annotations=())


def places(case: Case) -> list[tuple[int, int, int]]:
    """Return places on the bone's surface, along a line as a hand drills."""
    solid, size = solid_of(case), case.grid.shape[0]
    inwards = -1 if case.side != "left" else 1
    found = []
    for step in range(STROKES):
        z, y = size // 2, int(size * (0.35 + 0.3 * step / STROKES))
        column = np.flatnonzero(solid[z, y])[::inwards]
        found.append((z, y, int(column[0])))
    return found


def show(viewer: napari.Viewer) -> None:
    """Draw what waits to be drawn."""
    viewer.window._qt_viewer.canvas.native.update()
    QApplication.processEvents()


def ours(case: Case, is_3d: bool, folder: Path) -> tuple[napari.Viewer, object]:
    """Return a viewer with the bone on the bench, and a function that makes a stroke at a place."""
    viewer = napari.Viewer()
    layers = Layers(viewer)
    layers.show_case(case)
    start = np.zeros(case.grid.shape, bool)
    drilling = RecordedDrilling.begin(Surroundings(case), "nothing", "", start, folder)
    surface = carved_bone(case, "#e8dcc0", drilling.region.mask)
    layers.drilling.show(surface, drilling.region.mask)
    layers.standpoint.set_3d(is_3d)
    layers.standpoint.fit()

    def stroke(place: tuple[int, int, int]) -> None:
        drilling.begin_stroke(Tool(float(BALL)))
        box = drilling.extend(np.array(place, float))
        drilling.end_stroke()
        if box is not None and is_3d:
            layers.drilling.changed(surface, surface.carve(box))
        elif box is not None:
            layers.drilling.changed(None, False)

    return viewer, stroke


def naparis(case: Case, is_3d: bool) -> tuple[napari.Viewer, object]:
    """Return a viewer with a Labels layer, and a function that paints a ball."""
    viewer = napari.Viewer()
    viewer.add_labels(case.labels(), opacity=0.5)
    layer = viewer.add_labels(np.zeros(case.grid.shape, np.uint8))
    layer.n_edit_dimensions, layer.brush_size, layer.mode = 3, BALL, "paint"
    viewer.dims.ndisplay = 3 if is_3d else 2
    viewer.dims.set_point(0, case.grid.shape[0] // 2)
    return viewer, lambda place: layer.paint(place, 1)


def compare(case: Case, is_3d: bool) -> tuple[Times, Times]:
    """Return our times and napari's, stroke by stroke in turn."""
    with tempfile.TemporaryDirectory() as folder:
        sides = [ours(case, is_3d, Path(folder)), naparis(case, is_3d)]
        times = [Times([], []), Times([], [])]
        for viewer, _ in sides:
            show(viewer)
        for place in places(case):
            for (viewer, stroke), taken in zip(sides, times, strict=True):
                start, begun = perf_counter(), thread_time()
                stroke(place)
                taken.done.append(1000 * (thread_time() - begun))
                show(viewer)
                taken.drawn.append(1000 * (perf_counter() - start))
        for viewer, _ in sides:
            viewer.close()
    return times[0], times[1]


def main() -> None:
    """Print where this runs, then one line for each size and view."""
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, napari {napari.__version__}"
    )
    print(f"\nA burr of {BALL} voxels, median of {STROKES} strokes, ms\n")
    print("| voxels | view | ours | napari paints | ratio | ours, drawn | napari, drawn | ratio |")
    print("|---:|---|---:|---:|---:|---:|---:|---:|")
    for size in map(int, sys.argv[1:] or ("64", "256")):
        case = bone(size)
        for is_3d in (False, True):
            (done, drawn), (their_done, their_drawn) = (times.median() for times in compare(case, is_3d))
            view = "3-D" if is_3d else "slice"
            print(
                f"| {size}³ | {view} | {done:.1f} | {their_done:.1f} | {done / their_done:.1f} "
                f"| {drawn:.0f} | {their_drawn:.0f} | {drawn / their_drawn:.1f} |"
            )


if __name__ == "__main__":
    main()
