"""Frames per second of the comparison grid while a hand turns it, against plain napari with the same triangles.

    xvfb-run -a -s "-screen 0 1600x1000x24 +extension GLX" python benchmarks/compare_grid.py [--bones 3] [--frames 12]

Phantom (synthetic) bones. Plain napari: one viewer, the same surfaces added by hand as
surface layers in its grid mode, a canvas of the same size, the camera turned in the same
steps. Both are drawn in the same process, in turns, so that the machine's mood cancels.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

os.environ["NAPARI_CONFIG"] = str(Path(tempfile.mkdtemp()) / "settings.yaml")

import napari
import vispy.gloo.glir as glir
from qtpy.QtWidgets import QApplication

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.sample import sample_dataset_folder
from napari_rpdl.gui.meshes import joined
from napari_rpdl.gui.solids import Solid, Tile, TileRow
from napari_rpdl.gui.tile_grid import TileGrid
from napari_rpdl.gui.tile_making import bone_solid

glir.GlirProgram.delete = lambda self: None  # Mesa's software OpenGL crashes when it deletes programs
SIZE = 1100, 620
STEP = 0.01


def solids(bones: int) -> list[list[Solid]]:
    """Return the original and every surgeon's bone, row by row."""
    dataset = Dataset.open(sample_dataset_folder())
    cases = [dataset.case(case_id) for case_id in dataset.case_ids[:bones]]
    return [[bone_solid(case, mask) for mask in (None, *case.masks())] for case in cases]


def our_grid(rows: list[list[Solid]]) -> TileGrid:
    """Return the grid in a window of its own."""
    grid = TileGrid()
    grid.resize(*SIZE)
    grid.show_rows([TileRow(f"bone {at}", tuple(Tile(solid, "x") for solid in row)) for at, row in enumerate(rows)])
    grid.show()
    return grid


def plain_napari(rows: list[list[Solid]]) -> napari.Viewer:
    """Return a viewer with the same surfaces as layers in its grid mode."""
    viewer = napari.Viewer(ndisplay=3)
    for row in rows:
        for solid in row:
            mesh = joined([part.mesh for part in solid.parts])
            viewer.add_surface((mesh.vertices, mesh.faces), vertex_colors=mesh.colors, shading="none")
    viewer.canvas.grid.enabled = True
    viewer.canvas.grid.shape = (len(rows), len(rows[0]))
    for dock in ("layer list", "layer controls"):
        viewer.window._qt_window.findChild(object, dock).hide()
    viewer.window.resize(SIZE[0], SIZE[1] + 80)
    return viewer


def frame_s(turn: Callable[[], None], frames: int) -> float:
    """Return the median time of a turned and drawn frame."""
    taken = []
    for _ in range(frames + 2):
        began = time.perf_counter()
        turn()
        QApplication.processEvents()
        taken.append(time.perf_counter() - began)
    return median(taken[2:])  # the first ones fill buffers


def main() -> None:
    """Draw in turns, and print frames per second and their ratio to plain napari."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--bones", type=int, default=3)
    parser.add_argument("--frames", type=int, default=12)
    arguments = parser.parse_args()
    rows = solids(arguments.bones)
    viewer, grid = plain_napari(rows), our_grid(rows)
    for _ in range(20):
        QApplication.processEvents()

    def turn_ours() -> None:
        grid.pose = grid.pose.turned(STEP, 0)
        grid.canvas.native.repaint()

    def turn_napari() -> None:
        x, y, z = viewer.scene.camera.angles
        viewer.scene.camera.angles = (x, y + 180 * STEP, z)

    def finely() -> float:
        grid.canvas.in_hand = False
        return frame_s(turn_ours, arguments.frames)

    def coarsely() -> float:
        grid.canvas.in_hand, grid.canvas.slow = True, True
        return frame_s(turn_ours, arguments.frames)

    measured: dict[str, list[float]] = {"plain napari": [], "ours, fine": [], "ours, in the hand": []}
    for _ in range(3):
        measured["plain napari"].append(frame_s(turn_napari, arguments.frames))
        measured["ours, fine"].append(finely())
        measured["ours, in the hand"].append(coarsely())
    fine = sum(len(part.mesh.faces) for row in rows for solid in row for part in solid.parts)
    coarse = sum(len(part.coarse.faces) for row in rows for solid in row for part in solid.parts)
    print(f"{len(rows)} bones x {len(rows[0])} tiles: {fine:,} triangles, {coarse:,} in the hand (phantom, synthetic)")
    plain = median(measured["plain napari"])
    for name, seconds in measured.items():
        print(f"{name:>18}: {1 / median(seconds):6.1f} frames/s, {plain / median(seconds):5.1f} x plain napari")
    viewer.close()


if __name__ == "__main__":
    main()
