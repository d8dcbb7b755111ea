"""Blank figures, their colours, and how they become files: Agg without a display, never pyplot."""

from pathlib import Path
from typing import Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from napari_rpdl.errors import InputError
from napari_rpdl.files import replacing

INK, GREY, PALE = "#1b1f24", "#5b6570", "#d5dade"
PREDICTION_COLOR = "#d1226b"
"""What the network answers; no surgeon has it."""
_SURGEON_COLORS = ("#0072b2", "#e69f00", "#009e73", "#56b4e9", "#cc79a7", "#8c6d1f", "#7a5bd0", "#4d4d4d")
_VECTOR_RULES = {"svg.fonttype": "none", "svg.hashsalt": "napari-rpdl", "pdf.fonttype": 42}
KINDS = ("png", "pdf", "svg")
"""Endings of the files that figures are written to."""
_UNDATED: dict[str, dict[str, None]] = {"png": {}, "pdf": {"CreationDate": None}, "svg": {"Date": None}}
_DPI = 160

REWARD_PENALTY_COLORS = LinearSegmentedColormap.from_list(
    "reward_penalty", ["#b5502b", "#e8a07a", "#ffffff", "#6aa9d3", "#0f4f8f"]
)
"""Diverging: penalties are warm, rewards blue, zero is neutral; safe for the colour-blind."""


def surgeon_color(rank: int) -> str:
    """Return the colour of the ``rank``-th surgeon of a dataset; colours come round again after eight."""
    return _SURGEON_COLORS[rank % len(_SURGEON_COLORS)]


def new_figure(width: float, height: float, layout: Literal["constrained"] | None = None) -> Figure:
    """Return an empty white figure of ``width`` x ``height`` inches that draws with Agg."""
    figure = Figure(figsize=(width, height), dpi=_DPI, facecolor="white", layout=layout)
    FigureCanvasAgg(figure)
    return figure


def save_figure(figure: Figure, stem: Path) -> tuple[Path, Path]:
    """Write ``stem``.png and ``stem``.svg, beside and renamed; return both paths.

    Text stays text in the SVG. The same figure gives the same bytes.
    """
    png, svg = stem.with_name(stem.name + ".png"), stem.with_name(stem.name + ".svg")
    write_figure(figure, png)
    write_figure(figure, svg)
    return png, svg


def write_figure(figure: Figure, path: Path) -> None:
    """Write a figure at its own resolution, as its file's ending says: .png, .pdf or .svg.

    Text stays text in vector files: fonts are embedded in a PDF and named in an SVG. The
    same figure gives the same bytes.

    Raises:
        InputError: another ending, or the file cannot be written.
    """
    kind = kind_of(path)
    # The vector backends take these rules from nowhere else; they are back as they were afterwards.
    with replacing(path) as beside, mpl.rc_context(_VECTOR_RULES):
        figure.savefig(beside, format=kind, dpi=figure.dpi, metadata=_UNDATED[kind])


def kind_of(path: Path) -> str:
    """Return what kind of file a figure becomes; an InputError names the endings there are."""
    kind = path.suffix.lower().removeprefix(".")
    if kind not in KINDS:
        msg = f"Expected a figure's file to end in {', '.join(f'.{k}' for k in KINDS)}, got {path.name!r}. Rename it."
        raise InputError(msg)
    return kind


def bare(axes: Axes) -> Axes:
    """Take ticks and frame away; return the axes."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_frame_on(False)
    return axes
