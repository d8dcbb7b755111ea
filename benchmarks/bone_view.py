"""How long one picture of a drilled bone takes, beside matplotlib drawing the same bone as a shaded surface.

    OMP_NUM_THREADS=1 python benchmarks/bone_view.py [--pixels 400] [--rounds 5] [--splits 1 2]

A phantom (synthetic) bone of 64³ as a surgeon left it, and the same bone with every voxel
split into 2³ (and 4³). The other way: scikit-image's marching cubes on the blurred bone, drawn
by matplotlib's plot_trisurf with light, in one colour, without shadows or depth. Processor time of one
thread, medians.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from scipy import ndimage
from skimage.measure import marching_cubes

from napari_rpdl.data.case import Annotation, Case
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.sample import sample_dataset_folder
from napari_rpdl.data.volume import Volume
from napari_rpdl.figures.bone_view import bone_view

SPLITS = (1, 2)


def split(case: Case, times: int) -> Case:
    """Return the case with every voxel split along each axis."""
    grid = case.grid.resampled(tuple(times * n for n in case.grid.shape))
    cube = np.ones((times,) * 3, np.uint8)
    first = case.annotations[0]
    return replace(
        case,
        grid=grid,
        structures=Volume(np.kron(case.labels(), cube), grid),
        annotations=(Annotation(first.surgeon, np.kron(first.mask, cube).astype(np.bool_)),),
    )


def surface(case: Case, pixels: int) -> None:
    """Draw the drilled bone as matplotlib does."""
    body = np.pad((case.labels() != 0) & ~case.masks()[0], 1).astype(np.float32)
    corners, triangles, _, _ = marching_cubes(ndimage.gaussian_filter(body, 0.7), 0.5)
    figure = Figure(figsize=(1, 1), dpi=pixels)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1), projection="3d")
    axes.plot_trisurf(*corners.T, triangles=triangles, color="#eee6d6")
    canvas.draw()


def seconds(work: Callable[[], object], rounds: int) -> float:
    """Return the median processor time."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return median(times)


def main() -> None:
    """Print a row for each size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pixels", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--splits", type=int, nargs="+", default=SPLITS)
    arguments = parser.parse_args()
    bone = Dataset.open(sample_dataset_folder()).case("bone_1")
    print("| grid | matplotlib, s | ours, s | ratio |\n|---|---:|---:|---:|")
    for times in arguments.splits:
        case = split(bone, times)
        made = seconds(lambda case=case: surface(case, arguments.pixels), arguments.rounds)
        drawn = seconds(lambda case=case: bone_view(case, case.masks()[0], arguments.pixels), arguments.rounds)
        print(f"| {case.grid.shape[0]}³ | {made:.2f} | {drawn:.2f} | {drawn / made:.2f} |")


if __name__ == "__main__":
    main()
