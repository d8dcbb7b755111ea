"""What File > Save writes of layers: volumes as NIfTI, surfaces as OBJ."""

import re
from itertools import chain, count
from pathlib import Path
from typing import Any

import numpy as np

from napari_rpdl.data.nifti import write_volume
from napari_rpdl.data.volume import Volume
from napari_rpdl.errors import InputError
from napari_rpdl.files import write_with
from napari_rpdl.gui.space import grid_of

_NO_FILE_NAME = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')


def write_nifti(path: str, data: Any, meta: dict[str, Any]) -> list[str]:
    """Save a labels or image layer as NIfTI in the orientation that its file had."""
    array = np.asarray(data)
    if array.ndim != 3:
        msg = f"Expected a layer with three axes, got {array.ndim}. NIfTI files of this plugin hold one volume."
        raise InputError(msg)
    target = Path(path) if path.endswith((".nii", ".nii.gz")) else Path(f"{path}.nii.gz")
    write_volume(Volume(array, grid_of((array.shape[0], array.shape[1], array.shape[2]), meta)), target)
    return [str(target)]


def write_each(path: str, layers: list[tuple[Any, dict[str, Any], str]]) -> list[str]:
    """Save several layers into a folder, each in a file named after it; a surface of nothing needs none."""
    written = []
    for name, (data, meta, kind) in zip(_file_names([str(meta["name"]) for _, meta, _ in layers]), layers, strict=True):
        if kind != "surface":
            written += write_nifti(str(Path(path) / f"{name}.nii.gz"), data, meta)
        elif len(data[1]):
            written += write_surface(str(Path(path) / f"{name}.obj"), data, meta)
    return written


def _file_names(names: list[str]) -> list[str]:
    """Return names that any system takes; those that would be one file, be it in small letters, are numbered."""
    plain = [_NO_FILE_NAME.sub("_", name).strip(" .") or "layer" for name in names]
    taken: set[str] = set()
    free = []
    for name in plain:
        others = (f"{name} ({number})" for number in count(2))
        free.append(next(each for each in chain([name], others) if each.casefold() not in taken))
        taken.add(free[-1].casefold())
    return free


def write_surface(path: str, data: Any, meta: dict[str, Any]) -> list[str]:
    """Save a surface layer as OBJ, x y z in the millimetres of the case's NIfTI files; in voxels where unknown.

    Args:
        path: gets ``.obj`` where it does not end so.
        data: vertices (n, 3; z, y, x in voxels), triangles (m, 3) and perhaps values.
        meta: of the layer.
    """
    from vispy.io import write_mesh

    vertices, triangles = np.asarray(data[0], float), np.asarray(data[1])
    if vertices.ndim != 2 or vertices.shape[1] != 3 or len(triangles) == 0:
        msg = f"Expected a surface of triangles in space, got {len(triangles)} triangles of {vertices.shape} vertices."
        raise InputError(msg)
    affine = grid_of((1, 1, 1), meta).affine
    placed = vertices[:, ::-1] @ affine[:3, :3].T + affine[:3, 3]
    target = Path(path) if path.endswith(".obj") else Path(f"{path}.obj")
    write_with(
        target, lambda beside: write_mesh(str(beside), placed, triangles, None, None, format="obj", overwrite=True)
    )
    return [str(target)]
