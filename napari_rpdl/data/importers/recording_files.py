"""Files that hold recorded burr positions: .npz of many recordings, .npy or .csv of one."""

import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_rpdl.data.arrays import array_from_bytes, map_array
from napari_rpdl.errors import InputError
from napari_rpdl.files import read_text

EXTENT = 256
"""Voxels along each axis of the grid on which positions are recorded."""

Positions = NDArray[np.float32]

_NAME = re.compile(r"(surgeon\d{1,3})_rep(\d{1,3})")
_NAMING = "Recordings are named surgeon<i>_rep<j>, e.g. surgeon1_rep1: repetition 1 of surgeon 1"
_LARGEST_ARCHIVE = 1 << 30
_LARGEST_RECORDING = 1 << 26
_MOST_RECORDINGS = 10_000
_ARCHIVE_ERRORS = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Recording:
    """One drilling.

    Attributes:
        surgeon: who drilled.
        repetition: how often this surgeon had drilled the bone, counted from 1.
        read: returns the positions, float32 (N, 3), each value 0..255, in the order
            drilled; raises an InputError where they are not that.
    """

    surgeon: str
    repetition: int
    read: Callable[[], Positions]


def find_recordings(path: Path) -> list[Recording]:
    """Return the recordings of a file; their positions are read later, one at a time.

    Raises:
        InputError: unreadable, hostile, or names that do not say surgeon and repetition.
    """
    if path.suffix == ".npz":
        return _in_archive(path)
    if path.suffix in (".npy", ".csv"):
        named = _NAME.fullmatch(path.stem)
        surgeon, repetition = (named[1], int(named[2])) if named else (path.stem, 1)
        return [Recording(surgeon, repetition, partial(_read_csv if path.suffix == ".csv" else _read_npy, path))]
    msg = f"Expected {path} to end in .npz (several recordings), .npy or .csv (one recording)."
    raise InputError(msg)


def checked_positions(positions: NDArray[Any], where: str) -> Positions:
    """Return ``positions`` as float32 (N, 3); an InputError says what is wrong with them."""
    if positions.ndim != 2 or positions.shape[1] != 3 or not len(positions) or positions.dtype.kind not in "uif":
        msg = f"Expected {where} to hold burr positions: numbers in 3 columns; got {positions.dtype} {positions.shape}."
        raise InputError(msg)
    lowest, highest = float(positions.min()), float(positions.max())
    if not (lowest >= 0 and highest <= EXTENT - 1):
        msg = (
            f"Expected the positions in {where} to be voxel indices from 0 to {EXTENT - 1}, got {lowest:g} to "
            f"{highest:g}. Convert them to the grid of {EXTENT} voxels per axis first."
        )
        raise InputError(msg)
    return positions.astype(np.float32)


def _in_archive(path: Path) -> list[Recording]:
    try:
        if path.stat().st_size > _LARGEST_ARCHIVE:
            msg = f"{path} is larger than {_LARGEST_ARCHIVE >> 20} MB. Is it the right file?"
            raise InputError(msg)
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except InputError:
        raise
    except _ARCHIVE_ERRORS as error:
        msg = f"Could not read {path} as an archive of recordings (.npz): {error}. Is it damaged? Download it again."
        raise InputError(msg) from error
    if not 0 < len(members) <= _MOST_RECORDINGS:
        msg = f"Expected 1 to {_MOST_RECORDINGS} recordings in {path}, found {len(members)}. {_NAMING}."
        raise InputError(msg)
    return [_member(path, member) for member in members]


def _member(path: Path, member: zipfile.ZipInfo) -> Recording:
    named = _NAME.fullmatch(member.filename.removesuffix(".npy"))
    if named is None:
        msg = f"{path} holds {member.filename[:60]!r}. {_NAMING}."
        raise InputError(msg)
    if member.file_size > _LARGEST_RECORDING:
        msg = (
            f"{member.filename} in {path} unpacks to {member.file_size >> 20} MB; a recording takes at most "
            f"{_LARGEST_RECORDING >> 20} MB. Not read."
        )
        raise InputError(msg)
    return Recording(named[1], int(named[2]), partial(_read_member, path, member))


def _read_member(path: Path, member: zipfile.ZipInfo) -> Positions:
    where = f"{member.filename} in {path}"
    try:
        # The archive's own word on the size was checked; zipfile never returns more than that.
        with zipfile.ZipFile(path) as archive, archive.open(member) as file:
            raw = file.read(member.file_size)
    except _ARCHIVE_ERRORS as error:
        msg = f"Could not read {where}: {error}. The archive is damaged; download it again."
        raise InputError(msg) from error
    return checked_positions(array_from_bytes(raw, where), where)


def _read_npy(path: Path) -> Positions:
    mapped = map_array(path)
    if mapped.nbytes > _LARGEST_RECORDING:
        msg = f"{path} is larger than {_LARGEST_RECORDING >> 20} MB; a recording has three numbers for each position."
        raise InputError(msg)
    return checked_positions(mapped, str(path))


def _read_csv(path: Path) -> Positions:
    text = read_text(path)
    header = int(not text.lstrip()[:1].isdigit())
    try:
        rows = np.loadtxt(StringIO(text), dtype=np.float64, delimiter=",", skiprows=header, ndmin=2)
    except ValueError as error:
        msg = f"Expected {path} to hold three numbers with commas in each line, below one line of names: {error}."
        raise InputError(msg) from error
    return checked_positions(rows, str(path))
