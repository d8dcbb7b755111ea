"""Planes through a bone, drawn as a clinician expects them, with outlines of drilled regions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray
from scipy import ndimage

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.figures.canvas import GREY, INK, PREDICTION_COLOR, bare, new_figure, surgeon_color

Plane = Literal["axial", "coronal", "sagittal"]
Scalar = TypeVar("Scalar", bound=np.generic)

PLANES: tuple[Plane, ...] = ("axial", "coronal", "sagittal")
_AXIS: dict[Plane, int] = {"axial": 0, "coronal": 1, "sagittal": 2}
_EDGES: dict[Plane, str] = {"axial": "APRL", "coronal": "SIRL", "sagittal": "SIAP"}  # top, bottom, left, right
_AIR, _BONE = (246, 247, 248), (203, 199, 191)
_PAPER = (255, 255, 255)
_STRENGTH = 0.75  # of a structure's colour against white, so that outlines stay visible
_OUTLINE_SIGMA = 0.6


@dataclass(frozen=True, slots=True)
class Slice:
    """One plane of a grid: its name and the index of the voxel layer."""

    plane: Plane
    index: int

    def of(self, voxels: NDArray[Scalar]) -> NDArray[Scalar]:
        """Return the layer of (z, y, x) as it is shown.

        Axial and coronal layers have the patient's right on the left, as on a light
        box; sagittal ones the front on the left. Front or crown is up.
        """
        return np.moveaxis(voxels, _AXIS[self.plane], 0)[self.index, ::-1, ::-1]

    def aspect(self, case: Case) -> float:
        """Return the height of a voxel divided by its width."""
        height, width = np.delete(case.grid.steps, _AXIS[self.plane])
        return float(height / width)


def busiest_slice(masks: Sequence[Mask], plane: Plane) -> Slice:
    """Return the layer in which all masks together have most voxels; the middle one where all are empty."""
    others = tuple(axis for axis in range(3) if axis != _AXIS[plane])
    counts = sum(np.count_nonzero(mask, axis=others) for mask in masks)
    return Slice(plane, int(np.argmax(counts)) if np.any(counts) else masks[0].shape[_AXIS[plane]] // 2)


def window_of(masks: Sequence[Mask], where: Slice, margin: float = 0.3) -> tuple[float, float, float, float]:
    """Return (left, right, bottom, top) pixel limits round all masks of the slice, ``margin`` of their size wider."""
    layer = where.of(np.logical_or.reduce(list(masks)))
    rows, columns = np.nonzero(layer if layer.any() else np.ones_like(layer))
    pad = margin * max(np.ptp(rows), np.ptp(columns)) + 1
    left, right = max(columns.min() - pad, -0.5), min(columns.max() + pad, layer.shape[1] - 0.5)
    top, bottom = max(rows.min() - pad, -0.5), min(rows.max() + pad, layer.shape[0] - 0.5)
    return float(left), float(right), float(bottom), float(top)


def draw_bone(axes: Axes, case: Case, where: Slice) -> None:
    """Draw the slice's structures in pale colours, or its CT, or plain paper where there is neither."""
    bare(axes)
    if case.structures is not None:
        picture = _lookup(case)[where.of(case.labels())]
    elif case.ct is not None:
        picture = where.of(case.ct.voxels)
    else:
        picture = np.full((*where.of(np.empty(case.grid.shape, np.bool_)).shape, 3), _PAPER, np.uint8)
    axes.imshow(picture, cmap="gray", aspect=where.aspect(case), interpolation="nearest")


def draw_outline(axes: Axes, mask: Mask, where: Slice, color: str, width: float = 1.1) -> None:
    """Draw the border of ``mask`` in the slice as one smooth line; nothing where it is absent."""
    smooth = ndimage.gaussian_filter(where.of(mask).astype(np.float32), _OUTLINE_SIGMA)
    if smooth.max() > 0.5:
        axes.contour(smooth, levels=[0.5], colors=[color], linewidths=width)


def draw_edges(axes: Axes, plane: Plane) -> None:
    """Write where the patient's front, right, … lie at the picture's edges."""
    top_bottom = ((0.5, 0.98, "center", "top"), (0.5, 0.02, "center", "bottom"))
    left_right = ((0.02, 0.5, "left", "center"), (0.98, 0.5, "right", "center"))
    for letter, (x, y, horizontal, vertical) in zip(_EDGES[plane], top_bottom + left_right, strict=True):
        text = axes.text(x, y, letter, transform=axes.transAxes, ha=horizontal, va=vertical, fontsize=7, color=GREY)
        text.set_path_effects([withStroke(linewidth=2, foreground="white")])


def slices_figure(case: Case, prediction: Mask | None = None, name: str = "prediction") -> Figure:
    """Return three planes through the drilled region with every surgeon's outline and the prediction's.

    Each plane shows the layer that holds most of what the surgeons drilled.
    """
    masks = case.masks() or [np.zeros(case.grid.shape, np.bool_)]
    shown = [*masks, prediction] if prediction is not None else masks
    figure = new_figure(7.4, 3.0)
    for panel, plane in enumerate(PLANES):
        axes = figure.add_axes((0.01 + panel * 0.33, 0.17, 0.32, 0.75))
        where = busiest_slice(masks, plane)
        draw_bone(axes, case, where)
        for rank, mask in enumerate(case.masks()):
            draw_outline(axes, mask, where, surgeon_color(rank), 0.9)
        if prediction is not None:
            draw_outline(axes, prediction, where, PREDICTION_COLOR, 2.2)
        _finish(axes, where, window_of(shown, where))
    figure.legend(handles=_legend(case, prediction is not None, name), loc="lower center", ncols=8, **LEGEND)
    return figure


LEGEND = {"frameon": False, "fontsize": 7.5, "handlelength": 1.4, "columnspacing": 1.4, "labelcolor": INK}
"""How all legends beneath slices look."""


def surgeon_lines(case: Case) -> list[Line2D]:
    """Return a legend's entry for every surgeon of the case."""
    return [Line2D([], [], color=surgeon_color(rank), label=name) for rank, name in enumerate(case.surgeons)]


def _legend(case: Case, predicted: bool, name: str) -> list[Line2D]:
    prediction = [Line2D([], [], color=PREDICTION_COLOR, linewidth=2.2, label=name)] if predicted else []
    return [*prediction, *surgeon_lines(case)]


def _finish(axes: Axes, where: Slice, window: tuple[float, float, float, float]) -> None:
    axes.set_xlim(window[0], window[1])
    axes.set_ylim(window[2], window[3])
    draw_edges(axes, where.plane)
    axes.set_title(f"{where.plane}, layer {where.index}", fontsize=8.5, color=INK, pad=4)


def _lookup(case: Case) -> NDArray[np.uint8]:
    """Return the colour of every structure code on paper, uint8 (256, 3)."""
    lookup = np.tile(np.array(_BONE, np.uint8), (256, 1))
    for structure in case.table.structures:
        if structure.role == "air":
            lookup[structure.code] = _AIR
        elif structure.role != "bone":
            color = np.array([int(structure.color[i : i + 2], 16) for i in (1, 3, 5)])
            lookup[structure.code] = np.rint(255 - (255 - color) * _STRENGTH)
    return lookup
