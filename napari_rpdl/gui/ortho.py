"""Three slices through one voxel: evented state, no Qt."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from psygnal import SignalGroupDescriptor

from napari_rpdl.gui.cut import CutAxis

AXES: tuple[CutAxis, ...] = ("axial", "coronal", "sagittal")
EDGES: dict[CutAxis, tuple[str, str, str, str]] = {
    "axial": ("A", "P", "R", "L"),
    "coronal": ("S", "I", "R", "L"),
    "sagittal": ("S", "I", "A", "P"),
}
"""The patient's directions at the top, bottom, left and right of each slice."""


@dataclass(frozen=True, slots=True, eq=False)
class SliceShown:
    """One slice.

    Attributes:
        axis: which way it lies.
        pixels: uint8 (height, width, 3).
        aspect: height / width, as it shall look.
        cross: where the other two slices cross it: shares of its width and height from its upper left corner.
        rank: number of the layer, from 1, and how many there are.
    """

    axis: CutAxis
    pixels: NDArray[np.uint8]
    aspect: float
    cross: tuple[float, float]
    rank: tuple[int, int]


@dataclass
class Ortho:
    """What the three slices show; the coordinator sets it, the panel watches it.

    Attributes:
        slices: axial, coronal and sagittal; empty while there is no bone.
        words: what lies where they cross.
        seen: whether anybody looks.
    """

    events: ClassVar[SignalGroupDescriptor] = SignalGroupDescriptor()

    slices: tuple[SliceShown, ...] = ()
    words: str = ""
    seen: bool = False
