"""What the person compares side by side: evented state, no Qt."""

from dataclasses import dataclass
from typing import ClassVar

from psygnal import SignalGroupDescriptor

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.gui.cut import CutAxis
from napari_rpdl.gui.solids import TileRow

ORIGINAL = "original"
"""Key of the bone before drilling."""


@dataclass(frozen=True, slots=True)
class Source:
    """What can stand in a column.

    Attributes:
        key: unique.
        title: what a person reads.
        color: "#rrggbb" of a surgeon or a network; empty for the original.
        tip: where it comes from.
    """

    key: str
    title: str
    color: str = ""
    tip: str = ""


@dataclass
class Comparison:
    """Rows are bones, columns are sources; coordinators set the fields, panels watch ``events.<field>``.

    Attributes:
        bones: all that can be chosen, in the dataset's order.
        sources: all that can be chosen.
        rows: chosen bones, in the dataset's order.
        columns: keys of chosen sources, in the order of ``sources``.
        reference: key of the source that all others are coloured and scored against; none where empty.
        axis: layers of voxels across this axis instead of solids; solids where empty.
        tiles: what the grid shows.
        origin: what data it is, said beneath every picture.
        busy: what is being made; empty when all is there.
    """

    events: ClassVar[SignalGroupDescriptor] = SignalGroupDescriptor()

    bones: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    reference: str = ""
    axis: CutAxis = ""
    tiles: tuple[TileRow, ...] = ()
    origin: str = ""
    busy: str = ""


def origin_of(dataset: Dataset | None) -> str:
    """Return what must stand beneath every picture of this data."""
    if dataset is None:
        return ""
    kind = "" if "synthetic" in dataset.name.lower() else "phantom (synthetic), "
    return f"{dataset.name}: {kind}no real bone, no real surgeon" if dataset.synthetic else dataset.name
