"""The published arrays of 63 cortical mastoidectomies (He et al., IJCNN 2020) become a dataset.

``x9_7.npy`` and ``y9_7.npy`` are int8 (63, 64, 64, 64), bone-major: index = bone · 7 +
surgeon. The bone is repeated for each of its surgeons. Voxel size, side, orientation and
the meaning of codes 1-13 are published nowhere, so the axes are kept as they are stored.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.arrays import map_array
from napari_rpdl.data.case import Annotation, Case
from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.data.structures import PUBLISHED_CM
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event, Progressed, Said

BLOB_X = "505861da1d5b10f2788535e5edb1a2e33b600212"
BLOB_Y = "e49ba2678dbbf07f6cdc33db5eebf0b9097dc76a"
"""Git blob ids of the published files."""

ORIGIN = (
    "Cortical mastoidectomies drilled in a virtual-reality simulator by seven surgeons on nine bones; He et al., "
    "Reward-penalty Dice loss, IJCNN 2020. Files x9_7.npy and y9_7.npy from "
    "github.com/Jacobi93/Reward-penalty-Dice-loss, folder cm_data. Voxel size, side, orientation and the meaning of "
    "the codes are not published."
)
LICENCE = "MIT (github.com/Jacobi93/Reward-penalty-Dice-loss)"

_HIGHEST_CODE = max(PUBLISHED_CM.codes)
_LARGEST_AXIS = 1024
_ROLES = "The first file is the bones (x), the second the drilled regions (y)."


def import_cm_arrays(
    x: Path, y: Path, out: Path, *, bones: int = 9, surgeons: int = 7, verify: bool = False
) -> Iterator[Event]:
    """Write the dataset of the published arrays to ``out``, one bone at a time.

    Args:
        x: bones, int8 or uint8 (bones · surgeons, z, y, x), codes 0..13.
        y: drilled regions, same shape, 0 or 1.
        out: new or empty folder.
        bones: number of bones in the arrays.
        surgeons: number of surgeons; each drilled every bone once.
        verify: first compare both files with the published ones by their git blob ids.

    Raises:
        InputError: damaged, pickled or unexpected arrays; inputs of one bone that differ
            between surgeons; a region without voxels; ``verify`` and another file.
    """
    if verify:
        yield from _verified((x, BLOB_X), (y, BLOB_Y))
    inputs, regions = map_array(x), map_array(y)
    _check(inputs, str(x), bones, surgeons)
    _check(regions, str(y), bones, surgeons)
    if inputs.shape != regions.shape:
        msg = f"Expected both arrays to have one shape, but {x} has {inputs.shape} and {y} has {regions.shape}."
        raise InputError(msg)
    names = tuple(f"surgeon_{k + 1}" for k in range(surgeons))
    with DatasetWriter(
        out, name="published-cm", table=PUBLISHED_CM, surgeons=names, origin=ORIGIN, licence=LICENCE
    ) as writer:
        for bone in range(bones):
            rows = slice(bone * surgeons, (bone + 1) * surgeons)
            labels = _bone(inputs[rows], bone, str(x))
            masks = _regions(regions[rows], rows.start, str(y))
            writer.add(_case(bone, labels, masks, names))
            yield Progressed("importing bones", bone + 1, bones)


def git_blob_id(path: Path) -> str:
    """Return git's name of the file's content: SHA-1 of "blob", its size, a zero byte and its bytes; hexadecimal."""
    digest = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _verified(*files: tuple[Path, str]) -> Iterator[Event]:
    for path, expected in files:
        try:
            got = git_blob_id(path)
        except OSError as error:
            msg = f"Could not read {path}: {error.strerror or error}."
            raise InputError(msg) from error
        if got != expected:
            msg = (
                f"{path} is not the published file: its git blob id is {got}, expected {expected}. "
                "Download it again, or import it without the check if it is meant to differ."
            )
            raise InputError(msg)
        yield Said(f"{path.name} is the published file, byte for byte.")


def _check(array: NDArray[Any], where: str, bones: int, surgeons: int) -> None:
    if array.ndim != 4 or array.shape[0] != bones * surgeons or max(array.shape[1:]) > _LARGEST_AXIS:
        msg = (
            f"Expected {where} to have the shape ({bones * surgeons}, z, y, x) for {bones} bones and {surgeons} "
            f"surgeons (published: (63, 64, 64, 64)), got {array.shape}."
        )
        raise InputError(msg)
    if array.dtype not in (np.int8, np.uint8):
        msg = f"Expected {where} to hold whole numbers of one byte (int8), got {array.dtype}."
        raise InputError(msg)


def _bone(copies: NDArray[Any], bone: int, where: str) -> NDArray[np.uint8]:
    first = np.array(copies[0])
    if first.min() < 0 or first.max() > _HIGHEST_CODE:
        msg = (
            f"Expected the codes in {where} to be 0 to {_HIGHEST_CODE}, but bone {bone + 1} holds "
            f"{first.min()} to {first.max()}. {_ROLES}"
        )
        raise InputError(msg)
    for k, other in enumerate(copies[1:], start=2):
        if not np.array_equal(first, other):
            msg = (
                f"Expected bone {bone + 1} in {where} to be the same for all its surgeons, but the copy for surgeon "
                f"{k} differs from that for surgeon 1. {_ROLES} Both are bone by bone: index = bone · "
                f"{len(copies)} + surgeon."
            )
            raise InputError(msg)
    return first.astype(np.uint8)


def _regions(rows: NDArray[Any], first_index: int, where: str) -> list[NDArray[np.bool_]]:
    return [_region(np.array(row), index, where) for index, row in enumerate(rows, start=first_index)]


def _region(row: NDArray[Any], index: int, where: str) -> NDArray[np.bool_]:
    if row.min() < 0 or row.max() > 1:
        msg = f"Expected {where} to hold 0 and 1, but element {index} holds {row.min()} to {row.max()}. {_ROLES}"
        raise InputError(msg)
    if not row.any():
        msg = f"Element {index} of {where} is empty: nothing was drilled. Is the file damaged?"
        raise InputError(msg)
    return row.astype(np.bool_)


def _case(bone: int, labels: NDArray[np.uint8], masks: list[NDArray[np.bool_]], names: tuple[str, ...]) -> Case:
    grid = Grid.of_shape((labels.shape[0], labels.shape[1], labels.shape[2]))
    annotations = tuple(Annotation(name, mask) for name, mask in zip(names, masks, strict=True))
    return Case(f"bone_{bone + 1}", grid, PUBLISHED_CM, structures=Volume(labels, grid), annotations=annotations)
