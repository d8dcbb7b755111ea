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
from napari_rpdl.data.volume import Shape
from napari_rpdl.figures.canvas import GREY, INK, PREDICTION_COLOR, bare, new_figure, surgeon_color

Plane = Literal["axial", "coronal", "sagittal"]
Window = tuple[float, float, float, float]
Box = tuple[float, float, float, float]
Scalar = TypeVar("Scalar", bound=np.generic)

PLANES: tuple[Plane, ...] = ("axial", "coronal", "sagittal")
_AXIS: dict[Plane, int] = {"axial": 0, "coronal": 1, "sagittal": 2}
_EDGES: dict[Plane, str] = {"axial": "APRL", "coronal": "SIRL", "sagittal": "SIAP"}  # top, bottom, left, right
_AIR, _BONE = (246, 247, 248), (203, 199, 191)
_PAPER = (255, 255, 255)
_STRENGTH = 0.75  # of a structure's colour against white, so that outlines stay visible
_OUTLINE_SIGMA = 0.6
_WIDTH, _GAP = 7.4, 0.12  # inches
_LEGEND_COLUMNS = 4


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

    def layers(self, shape: Shape) -> int:
        """Return how many such layers a grid of ``shape`` (z, y, x) has."""
        return shape[_AXIS[self.plane]]

    def aspect(self, case: Case) -> float:
        """Return the height of a voxel divided by its width."""
        height, width = np.delete(case.grid.steps, _AXIS[self.plane])
        return float(height / width)


def busiest_slice(masks: Sequence[Mask], plane: Plane) -> Slice:
    """Return the layer in which all masks together have most voxels; the middle one where all are empty."""
    others = tuple(axis for axis in range(3) if axis != _AXIS[plane])
    counts = sum(np.count_nonzero(mask, axis=others) for mask in masks)
    return Slice(plane, int(np.argmax(counts)) if np.any(counts) else masks[0].shape[_AXIS[plane]] // 2)


def window_of(masks: Sequence[Mask], where: Slice, case: Case, margin: float = 0.15) -> Window:
    """Return the (left, right, bottom, top) pixel limits of a square round all masks of the slice.

    The square is ``margin`` of the region's longer side wider all round, but not larger
    than the field of view where the region allows it, and it is moved inside.
    """
    layer = where.of(np.logical_or.reduce(list(masks)))
    found = np.nonzero(layer if layer.any() else np.ones_like(layer))
    heights = (where.aspect(case), 1.0)
    spans = [(int(index.min()) - 0.5, int(index.max()) + 0.5) for index in found]
    longer = max((high - low) * height for (low, high), height in zip(spans, heights, strict=True))
    field = min(count * height for count, height in zip(layer.shape, heights, strict=True))
    side = max(longer, min(longer * (1 + 2 * margin), field))
    (top, bottom), (left, right) = (
        _moved_inside(sum(span) / 2, side / height, count)
        for span, height, count in zip(spans, heights, layer.shape, strict=True)
    )
    return left, right, bottom, top


def _moved_inside(center: float, length: float, count: int) -> tuple[float, float]:
    """Return the limits of a stretch of pixels, moved between -0.5 and ``count`` - 0.5 where it fits."""
    low = center - length / 2
    low = (count - length) / 2 - 0.5 if length > count else min(max(low, -0.5), count - 0.5 - length)
    return low, low + length


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
    figure, boxes = panels_with_legend(3, surgeon_lines(case, prediction is not None, name))
    for box, plane in zip(boxes, PLANES, strict=True):
        axes = figure.add_axes(box)
        where = busiest_slice(masks, plane)
        draw_bone(axes, case, where)
        for rank, mask in enumerate(case.masks()):
            draw_outline(axes, mask, where, surgeon_color(rank), 0.9)
        if prediction is not None:
            draw_outline(axes, prediction, where, PREDICTION_COLOR, 2.2)
        finish_panel(axes, case, where, window_of(shown, where, case), f"{plane}, layer {where.index}")
    return figure


def panels_with_legend(
    panels: int, lines: Sequence[Line2D], beneath: float = 0.0, beside: float = 0.0
) -> tuple[Figure, list[Box]]:
    """Return a figure with a legend below, and boxes for square panels side by side above it.

    Args:
        panels: how many.
        lines: the legend's entries.
        beneath: inches left free under each panel.
        beside: inches left free at the right of each panel.
    """
    rows = -(-len(lines) // _LEGEND_COLUMNS)
    side = (_WIDTH - panels * (beside + _GAP)) / panels
    below = 0.12 + 0.17 * rows + beneath
    height = below + side + 0.3
    figure = new_figure(_WIDTH, height)
    figure.legend(
        handles=list(lines),
        loc="lower center",
        ncols=_LEGEND_COLUMNS,
        bbox_to_anchor=(0.5, 0.0),
        borderaxespad=0.3,
        frameon=False,
        fontsize=7.5,
        handlelength=1.4,
        labelcolor=INK,
    )
    lefts = [_GAP / 2 + panel * (side + beside + _GAP) for panel in range(panels)]
    return figure, [(left / _WIDTH, below / height, side / _WIDTH, side / height) for left in lefts]


def surgeon_lines(case: Case, predicted: bool = False, name: str = "prediction") -> list[Line2D]:
    """Return a legend's entry for every surgeon of the case, after that of the prediction if there is one."""
    prediction = [Line2D([], [], color=PREDICTION_COLOR, linewidth=2.2, label=name)] if predicted else []
    return prediction + [Line2D([], [], color=surgeon_color(k), label=s) for k, s in enumerate(case.surgeons)]


def finish_panel(axes: Axes, case: Case, where: Slice, window: Window, title: str) -> None:
    """Cut the panel to ``window``, and write its title and where the patient's sides are.

    A drill recording (no structures, no CT) gets no sides: nobody has said how it lies.
    """
    axes.set_xlim(window[0], window[1])
    axes.set_ylim(window[2], window[3])
    if case.structures is not None or case.ct is not None:
        draw_edges(axes, where.plane)
    axes.set_title(title, fontsize=8.5, weight="bold", color=INK, pad=4)


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
