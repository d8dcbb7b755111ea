"""napari's colour maps for structures, surgeons, maps and predictions."""

import numpy as np
from napari.utils.colormaps import Colormap, DirectLabelColormap, ensure_colormap
from numpy.typing import NDArray

from napari_rpdl.data.structures import StructureTable
from napari_rpdl.gui.palette import AGREED, NETWORK, PENALTY, REWARD, rgb


def structure_labels(table: StructureTable) -> DirectLabelColormap:
    """Return label colours of a table; air is transparent."""
    colors: dict[int | None, str] = {s.code: s.color for s in table.structures if s.role != "air"}
    return DirectLabelColormap(color_dict={None: "transparent", 0: "transparent", **colors})


def one_color_labels(color: str) -> DirectLabelColormap:
    """Return the colours of a mask."""
    return DirectLabelColormap(color_dict={None: "transparent", 0: "transparent", 1: color})


def difference_labels(one: str, other: str) -> DirectLabelColormap:
    """Return the colours of agreement (1, grey), of what only one (2) and only another (3) drilled."""
    return DirectLabelColormap(color_dict={None: "transparent", 0: "transparent", 1: AGREED, 2: one, 3: other})


def rpmap_colormap(penalties: bool) -> Colormap:
    """Return penalty (-1) over transparent zero to reward (+1).

    Without ``penalties`` only rewards have a colour: in 3-D the penalties, which are
    everywhere that no surgeon drilled, would hide them.
    """
    penalty, reward = _rgba(PENALTY, 0.38), _rgba(REWARD, 0.9)
    zero = np.array([1.0, 1.0, 1.0, 0.0])
    low = penalty if penalties else zero
    colors = [low, low * (1, 1, 1, 0.45), zero, reward * (1, 1, 1, 0.5), reward]
    return Colormap(np.array(colors), controls=[0, 0.25, 0.5, 0.75, 1], name="reward and penalty")


def probability_colormap() -> Colormap:
    """Return transparent (0) to the network's colour (1)."""
    color = _rgba(NETWORK, 0.75)
    return Colormap(np.array([color * (1, 1, 1, 0), color]), name="probability")


def gray() -> Colormap:
    """Return the colours of a CT."""
    return ensure_colormap("gray")


def _rgba(color: str, alpha: float = 1.0) -> NDArray[np.float64]:
    return np.array([*rgb(color), alpha])
