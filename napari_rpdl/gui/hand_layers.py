"""Layers that a person brought into the viewer, made into a dataset."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Annotation, Case, Side
from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.data.importers.drilled_volumes import table_of
from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event, Said
from napari_rpdl.gui.space import grid_of

_LARGEST = 255
_NO_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True, eq=False)
class HandLayer:
    """A labels layer.

    Attributes:
        name: as the person sees it.
        voxels: whole numbers (z, y, x).
        grid: where they lie, from the layer's scale, translation and units.
    """

    name: str
    voxels: NDArray[Any]
    grid: Grid

    @classmethod
    def of(cls, layer: Any) -> "HandLayer":
        """Return a napari layer.

        Raises:
            InputError: it has not three axes, or no whole numbers.
        """
        voxels = np.asarray(layer.data)
        if voxels.ndim != 3 or not (np.issubdtype(voxels.dtype, np.integer) or voxels.dtype == np.bool_):
            msg = (
                f"Expected the layer {layer.name!r} to hold whole numbers along three axes (z, y, x), got "
                f"{voxels.dtype} {voxels.shape}. Convert it to labels first (right-click it in the layer list)."
            )
            raise InputError(msg)
        about = {name: getattr(layer, name) for name in ("metadata", "scale", "translate", "units")}
        z, y, x = voxels.shape
        return cls(str(layer.name), voxels, grid_of((z, y, x), about))


def use_layers(
    bone: HandLayer | None, drilled: Sequence[HandLayer], out: Path, side: Side | None = None
) -> Iterator[Event]:
    """Write a dataset of one bone from layers, each checked at once; iterate to write.

    Args:
        bone: labels of structures, 0 is air; codes that the table of the temporal bone lacks get a table of
            their own. None where the bone is not known.
        drilled: a layer for each surgeon, whose name becomes the surgeon's; everything but 0 was removed.
        out: an empty or new folder.
        side: of the ear; None where unknown.

    Raises:
        InputError: no layer was given, one lies on another grid than the first, or the bone is an image.
    """
    layers = [*([bone] if bone is not None else []), *drilled]
    if not layers:
        msg = "Choose the layer of the bone, or at least one of a drilled region."
        raise InputError(msg)
    for layer in layers[1:]:
        _check_together(layers[0], layer)
    structures = None if bone is None else Volume(_codes(bone), layers[0].grid)
    table = (
        TEMPORAL_BONE if structures is None else table_of(np.unique(structures.voxels), f"The layer {layers[0].name!r}")
    )
    annotations = tuple(Annotation(_name(layer), layer.voxels != 0) for layer in drilled)
    grid = layers[0].grid
    return _write(Case(_name(layers[0]), grid, table, structures=structures, annotations=annotations, side=side), out)


def _check_together(first: HandLayer, other: HandLayer) -> None:
    if other.voxels.shape != first.voxels.shape:
        msg = (
            f"Expected all layers to have the shape of {first.name!r}, {first.voxels.shape} (z, y, x), but "
            f"{other.name!r} has {other.voxels.shape}. Leave it out, or resample it first."
        )
        raise InputError(msg)
    if not other.grid.matches(first.grid) or other.grid.spacing_known != first.grid.spacing_known:
        msg = (
            f"Expected all layers to lie where {first.name!r} lies (spacing {_spacing(first)}), but {other.name!r} "
            f"has spacing {_spacing(other)} or another place. Set scale and translation of the layer, or resample it."
        )
        raise InputError(msg)


def _codes(bone: HandLayer) -> NDArray[np.uint8]:
    if bone.voxels.min() < 0 or bone.voxels.max() > _LARGEST:
        msg = f"Expected the bone {bone.name!r} to hold codes of structures from 0 to {_LARGEST}. Is it an image?"
        raise InputError(msg)
    return bone.voxels.astype(np.uint8)


def _write(case: Case, out: Path) -> Iterator[Event]:
    origin = "layers chosen by hand in the viewer"
    with DatasetWriter(
        out, name=case.case_id, table=case.table, surgeons=case.surgeons, origin=origin, licence=""
    ) as writer:
        writer.add(case)
    yield Said(f"{case.case_id}: {len(case.annotations)} drilled regions, in {out}.")


def _name(layer: HandLayer) -> str:
    return _NO_NAME.sub("_", layer.name).strip("_.-") or "layer"


def _spacing(layer: HandLayer) -> str:
    spacing = layer.grid.spacing_mm
    return "unknown" if spacing is None else f"{' x '.join(f'{part:g}' for part in spacing)} mm"
