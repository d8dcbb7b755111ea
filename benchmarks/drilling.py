"""How long a stroke of the burr, and taking it back, take until they are seen, beside napari painting the same ball.

Run with ``python benchmarks/drilling.py`` where there is a display (``.ci/on-display``);
a few minutes and 2 GB of memory. Both ways are done in turn, stroke after stroke, each in
its own viewer's window, on the phantom (synthetic) at 64 voxels an axis and at 256 (the
same bone, every voxel repeated). Ours drills, keeps the stroke on the disk, makes the
bone's surface anew where the burr was and shows it; napari's paints a ball into a Labels
layer and shows that.

Two figures: the processor time until the program is done with a stroke, which other work
on the machine does not lengthen; and the time until the frame is drawn, most of which a
software OpenGL takes, if that is what draws. Medians are printed, of strokes and then of
undoing them all.
"""

import os
import platform
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
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
from napari_rpdl.drilling.burr import Box
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
    """Milliseconds: processor time of the program, and time until the frame is drawn."""

    done: list[float] = field(default_factory=list)
    drawn: list[float] = field(default_factory=list)

    def median(self) -> tuple[float, float]:
        """Return both medians."""
        return float(np.median(self.done)), float(np.median(self.drawn))


@dataclass(frozen=True)
class Side:
    """A viewer, and what is timed in it."""

    viewer: napari.Viewer
    stroke: Callable[[tuple[int, int, int]], object]
    undo: Callable[[], object]
    strokes: Times = field(default_factory=Times)
    undos: Times = field(default_factory=Times)

    def time(self, times: Times, act: Callable[..., object], *what: object) -> None:
        """Do something, let it be drawn, and note how long both took."""
        start, begun = perf_counter(), thread_time()
        act(*what)
        times.done.append(1000 * (thread_time() - begun))
        show(self.viewer)
        times.drawn.append(1000 * (perf_counter() - start))


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


def ours(case: Case, is_3d: bool, folder: Path) -> Side:
    """Return a viewer with the bone on the bench, and the burr."""
    viewer = napari.Viewer()
    layers = Layers(viewer)
    layers.show_case(case)
    start = np.zeros(case.grid.shape, bool)
    drilling = RecordedDrilling.begin(Surroundings(case), "nothing", "", start, folder)
    surface = carved_bone(case, "#e8dcc0", drilling.region.mask)
    layers.drilling.show(surface, drilling.region.mask)
    layers.standpoint.set_3d(is_3d)
    layers.standpoint.fit()

    def see(box: Box | None) -> None:
        if box is not None and is_3d:
            layers.drilling.changed(surface, surface.carve(box))
        elif box is not None:
            layers.drilling.changed(None, False)

    def stroke(place: tuple[int, int, int]) -> None:
        drilling.begin_stroke(Tool(float(BALL)))
        box = drilling.extend(np.array(place, float))
        drilling.end_stroke()
        see(box)

    return Side(viewer, stroke, lambda: see(drilling.undo()))


def naparis(case: Case, is_3d: bool) -> Side:
    """Return a viewer with a Labels layer, and its brush."""
    viewer = napari.Viewer()
    viewer.add_labels(case.labels(), opacity=0.5)
    layer = viewer.add_labels(np.zeros(case.grid.shape, np.uint8))
    layer.n_edit_dimensions, layer.brush_size, layer.mode = 3, BALL, "paint"
    viewer.dims.ndisplay = 3 if is_3d else 2
    viewer.dims.set_point(0, case.grid.shape[0] // 2)
    return Side(viewer, lambda place: layer.paint(place, 1), layer.undo)


def compare(case: Case, is_3d: bool) -> tuple[Side, Side]:
    """Return ours and napari's, timed stroke by stroke in turn."""
    with tempfile.TemporaryDirectory() as folder:
        sides = ours(case, is_3d, Path(folder)), naparis(case, is_3d)
        for side in sides:
            show(side.viewer)
        for place in places(case):
            for side in sides:
                side.time(side.strokes, side.stroke, place)
        for _ in range(STROKES):
            for side in sides:
                side.time(side.undos, side.undo)
        for side in sides:
            side.viewer.close()
    return sides


def main() -> None:
    """Print where this runs, then one line for each size and view."""
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, napari {napari.__version__}"
    )
    print(f"\nA burr of {BALL} voxels, median of {STROKES} strokes, ms\n")
    print("| voxels | view | what | ours | napari | ours, drawn | napari, drawn | ratio |")
    print("|---:|---|---|---:|---:|---:|---:|---:|")
    for size in map(int, sys.argv[1:] or ("64", "256")):
        case = bone(size)
        for is_3d in (False, True):
            mine, theirs = compare(case, is_3d)
            view = "3-D" if is_3d else "slice"
            for what, our, their in (("stroke", mine.strokes, theirs.strokes), ("undo", mine.undos, theirs.undos)):
                (done, drawn), (their_done, their_drawn) = our.median(), their.median()
                print(
                    f"| {size}³ | {view} | {what} | {done:.1f} | {their_done:.1f} "
                    f"| {drawn:.0f} | {their_drawn:.0f} | {drawn / their_drawn:.1f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
