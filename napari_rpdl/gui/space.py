"""Where a case's arrays lie in the viewer, and how to find back to their file."""

from typing import Any

import numpy as np

from napari_rpdl.data.volume import Grid
from napari_rpdl.gui.cut import Plane

AXES = ("z", "y", "x")
METADATA = "napari_rpdl"


def placement(grid: Grid) -> dict[str, Any]:
    """Return scale, translation, units and axis names of a layer on ``grid``.

    Only a diagonal: napari draws oblique and axis-permuting affines wrongly or not at
    all. The full affine travels in ``metadata_of`` and is restored on saving.
    """
    unit = "mm" if grid.spacing_known else "pixel"
    return {"scale": grid.steps, "translate": grid.origin, "units": (unit,) * 3, "axis_labels": AXES}


def clipping(plane: Plane, grid: Grid) -> dict[str, Any]:
    """Return napari's clipping plane of a plane in voxels: it keeps what lies on the side of the normal.

    napari 0.9 says that it counts in voxels, but it clips surfaces in the world's coordinates.
    """
    *normal, d = plane
    length = sum(part * part for part in normal)
    voxel = [-d * part / length for part in normal]
    position = [origin + step * at for origin, step, at in zip(grid.origin, grid.steps, voxel, strict=True)]
    across = [part / step for part, step in zip(normal, grid.steps, strict=True)]
    return {"normal": tuple(across), "position": tuple(position), "enabled": True}


def metadata_of(grid: Grid, **more: object) -> dict[str, Any]:
    """Return what a layer's ``metadata`` keeps so that its array can be saved as it came."""
    kept = {
        "affine": grid.affine.tolist(),
        "spacing_known": grid.spacing_known,
        "stored_axes": grid.stored_axes,
        **more,
    }
    return {METADATA: kept}


def grid_of(shape: tuple[int, int, int], meta: dict[str, Any]) -> Grid:
    """Return the grid of an array (z, y, x) from its layer's attributes.

    ``meta`` is what napari hands to a writer. A layer that is not ours gives its scale
    and translation; units of length that are not millimetres mean an unknown spacing.
    """
    kept = meta.get("metadata", {}).get(METADATA)
    if kept is not None:
        return Grid(shape, np.array(kept["affine"], float), kept["spacing_known"], kept["stored_axes"])
    affine = np.eye(4)
    affine[:3, :3] = np.diag(np.asarray(meta.get("scale", (1, 1, 1)), float)[::-1])
    affine[:3, 3] = np.asarray(meta.get("translate", (0, 0, 0)), float)[::-1]
    known = all(str(unit) in ("mm", "millimeter") for unit in meta.get("units") or ("pixel",))
    return Grid(shape, affine, known)
