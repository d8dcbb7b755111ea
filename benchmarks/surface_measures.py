"""How long surface Dice, HD95 and mean surface distance of an answer with 7 surgeons take, beside MONAI.

Run with ``python benchmarks/surface_measures.py``; about a minute. Both ways run in turn,
round after round, on one thread, and MONAI's time is divided by ours of the same round.
Processor time is taken, so that a busy machine matters little. The figures are compared
before anything is timed.
"""

from collections.abc import Callable
from time import process_time

import numpy as np
import torch
from monai.metrics import compute_average_surface_distance, compute_hausdorff_distance, compute_surface_dice
from numpy.typing import NDArray

from napari_rpdl.data.case import Mask
from napari_rpdl.evaluation.surfaces import Surface, distances_between

SURGEONS, ROUNDS, TOLERANCE = 7, 5, 1.0
SIZES = (64, 128)

Figures = NDArray[np.float64]


def balls(size: int) -> list[Mask]:
    """Return overlapping balls of about 4 % of the grid each, as surgeons drill; the last is the answer."""
    random = np.random.default_rng(0)
    masks = []
    for _ in range(SURGEONS + 1):
        centre = size * (0.5 + 0.03 * random.normal(size=3))
        z, y, x = (axis - middle for axis, middle in zip(np.indices((size,) * 3, sparse=True), centre, strict=True))
        masks.append(z**2 + y**2 + x**2 < (size * 0.21) ** 2)
    return masks


def ours(masks: list[Mask]) -> Figures:
    """Measure by k-d trees, every surface once."""
    *surgeons, answer = (Surface(mask, (1.0, 1.0, 1.0)) for mask in masks)
    found = [distances_between(answer, surgeon) for surgeon in surgeons]
    return np.array([[one.dice(TOLERANCE), one.hausdorff(), one.average()] for one in found], np.float64)


def monai(masks: list[Mask]) -> Figures:
    """Measure by MONAI's three functions."""
    *surgeons, answer = (torch.from_numpy(mask)[None, None].float() for mask in masks)
    rows = []
    for surgeon in surgeons:
        both = {"y_pred": answer, "y": surgeon, "include_background": True}
        near = compute_surface_dice(class_thresholds=[TOLERANCE], **both)
        far = compute_hausdorff_distance(percentile=95, **both)
        mean = compute_average_surface_distance(symmetric=True, **both)
        rows.append([near.item(), far.item(), mean.item()])
    return np.array(rows)


def seconds(measure: Callable[[list[Mask]], Figures], masks: list[Mask]) -> float:
    """Return the processor time of one call."""
    start = process_time()
    measure(masks)
    return process_time() - start


def main() -> None:
    """Print the medians."""
    torch.set_num_threads(1)
    for size in SIZES:
        masks = balls(size)
        np.testing.assert_allclose(ours(masks), monai(masks), rtol=1e-5)
        times = np.array([[seconds(measure, masks) for measure in (ours, monai)] for _ in range(ROUNDS)])
        mine, theirs = 1000 * np.median(times, axis=0)
        ratio = np.median(times[:, 1] / times[:, 0])
        print(f"{size}^3, {SURGEONS} surgeons: ours {mine:.0f} ms, MONAI {theirs:.0f} ms, {ratio:.1f} times ours")


if __name__ == "__main__":
    main()
