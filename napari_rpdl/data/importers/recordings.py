"""Recorded burr positions become drilled regions.

A recording is the list of a burr's positions, in the order drilled, on a grid of 256
voxels per axis. The region is what a ball of the burr's radius sweeps, brought to the
wanted grid. Which column is z, y or x is not published for the recordings of the paper's
surgeons: columns become the array's axes in the order in which they are stored.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.case import Annotation, Case, Mask, checked_name
from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.data.importers.recording_files import EXTENT, Recording, find_recordings
from napari_rpdl.data.structures import TEMPORAL_BONE, StructureTable
from napari_rpdl.data.volume import Grid
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event, Progressed, Said
from napari_rpdl.settings import RecordingSettings

BONE = "bone_1"
"""All recordings of a file show one bone; each repetition is a case of it."""

_LICENCE = "as stated by the publisher of the recordings"
_TABLE = StructureTable(structures=TEMPORAL_BONE.structures[:2])
_FAR = np.uint16(30_000)
"""Beyond the square of any allowed radius, and with one more such square still below 2^16."""


def import_recordings(file: Path, out: Path, settings: RecordingSettings) -> Iterator[Event]:
    """Write a dataset to ``out``: one case for each repetition, one annotation for each surgeon.

    The bone itself is not recorded, so cases have no structures. The order drilled is
    kept as the annotations' burr positions.

    Args:
        file: .npz with ``surgeon<i>_rep<j>`` arrays (N, 3), or .npy/.csv of one recording.
        out: new or empty folder.
        settings: burr radius and grid.

    Raises:
        InputError: a damaged or hostile file, other names, positions off the grid, or a
            grid that does not divide 256.
    """
    _check_grid(settings.grid)
    recordings = sorted(find_recordings(file), key=lambda r: (r.repetition, len(r.surgeon), r.surgeon))
    surgeons = tuple(dict.fromkeys(checked_name(r.surgeon, "surgeon's name") for r in sorted(recordings, key=_number)))
    done = 0
    with DatasetWriter(
        out, name="drill-recordings", table=_TABLE, surgeons=surgeons, origin=_origin(file, settings), licence=_LICENCE
    ) as writer:
        for repetition in sorted({r.repetition for r in recordings}):
            annotations = []
            for recording in (r for r in recordings if r.repetition == repetition):
                annotations.append(_annotation(recording, settings))
                done += 1
                yield Progressed("sweeping the burr", done, len(recordings))
            case = _case(repetition, tuple(annotations), settings.grid)
            if missing := [surgeon for surgeon in surgeons if surgeon not in case.surgeons]:
                yield Said(f"{case.case_id} has no recording by {', '.join(missing)}.")
            writer.add(case)


def drilled_mask(positions: NDArray[np.floating] | NDArray[np.integer], radius: float, grid: int) -> Mask:
    """Return the voxels that a ball drills, bool (grid, grid, grid).

    At 256 voxels per axis, a voxel is drilled if its centre lies within ``radius`` of a
    position rounded to the nearest voxel. A voxel of the result is drilled if at least
    half of the fine voxels in it are.

    Args:
        positions: (N, 3), 0..255, columns in the order of the result's axes; N >= 1.
        radius: in voxels of the 256-voxel grid, up to 100.
        grid: voxels along each axis of the result; divides 256.

    Raises:
        InputError: ``grid`` does not divide 256.
    """
    _check_grid(grid)
    factor = EXTENT // grid
    rounded = np.rint(positions).astype(np.intp)
    reach = int(radius)
    # Only the blocks that the burr can reach are computed; the recordings fill a sixth of the grid.
    first = np.maximum(rounded.min(axis=0) - reach, 0) // factor
    last = np.minimum(rounded.max(axis=0) + reach, EXTENT - 1) // factor + 1
    occupied = np.zeros(tuple((last - first) * factor), np.bool_)
    occupied[tuple((rounded - first * factor).T)] = True
    fine = _squared_distance(occupied, reach) <= radius**2
    mask = np.zeros((grid, grid, grid), np.bool_)
    mask[tuple(slice(start, stop) for start, stop in zip(first, last, strict=True))] = _at_least_half(fine, factor)
    return mask


def _origin(file: Path, settings: RecordingSettings) -> str:
    return (
        f"Burr positions recorded in {file.name}, swept with a ball of radius {settings.radius:g} voxels of a "
        f"{EXTENT}-voxel grid and cut at one half on {settings.grid} voxels per axis. The radius is a choice; axes are "
        "in the order in which the recording stores them."
    )


def _number(recording: Recording) -> tuple[int, str]:
    return len(recording.surgeon), recording.surgeon


def _check_grid(grid: int) -> None:
    if EXTENT % grid:
        msg = f"Expected a grid that divides {EXTENT} (8, 16, 32, 64, 128 or 256), got {grid}."
        raise InputError(msg)


def _annotation(recording: Recording, settings: RecordingSettings) -> Annotation:
    positions = recording.read()
    mask = drilled_mask(positions, settings.radius, settings.grid)
    if not mask.any():
        msg = (
            f"The burr of {recording.surgeon} (repetition {recording.repetition}) fills no voxel of the "
            f"{settings.grid}-voxel grid by half. Choose a larger radius or a finer grid."
        )
        raise InputError(msg)
    return Annotation(recording.surgeon, mask, _on_grid(positions, settings.grid))


def _on_grid(positions: NDArray[np.float32], grid: int) -> NDArray[np.float32]:
    """Return positions as voxel indices of a coarser grid of the same field of view (edges aligned)."""
    factor = np.float32(EXTENT // grid)
    half = np.float32(0.5)
    return (positions + half) / factor - half


def _case(repetition: int, annotations: tuple[Annotation, ...], grid: int) -> Case:
    return Case(
        f"{BONE}_rep_{repetition}", Grid.of_shape((grid, grid, grid)), _TABLE, annotations=annotations, bone=BONE
    )


def _squared_distance(occupied: Mask, reach: int) -> NDArray[np.uint16]:
    """Return the squared distance to the nearest occupied voxel, exact up to ``reach``, larger beyond.

    Squared Euclidean distance separates: the minimum over three axes is a chain of
    minima along each (Saito and Toriwaki, Pattern Recognition 1994). With a short reach,
    shifted minima take a fraction of the time of a full distance transform.
    """
    squared = np.where(occupied, np.uint16(0), _FAR)
    for axis in range(3):
        squared = _nearest_along_first_axis(squared.swapaxes(0, axis), reach).swapaxes(0, axis)
    return squared


def _nearest_along_first_axis(squared: NDArray[np.uint16], reach: int) -> NDArray[np.uint16]:
    nearest = squared.copy()
    for step in range(1, min(reach, len(squared) - 1) + 1):
        farther = squared + np.uint16(step**2)
        np.minimum(nearest[step:], farther[:-step], out=nearest[step:])
        np.minimum(nearest[:-step], farther[step:], out=nearest[:-step])
    return nearest


def _at_least_half(fine: Mask, factor: int) -> Mask:
    z, y, x = (length // factor for length in fine.shape)
    filled = fine.reshape(z, factor, y, factor, x, factor).sum(axis=(1, 3, 5), dtype=np.uint32)
    half: Mask = 2 * filled >= factor**3
    return half
