"""NumPy files that strangers made: header first, sizes checked, never a pickle."""

import io
import math
import tokenize
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from napari_rpdl.errors import InputError

LONGEST_HEADER = 10_000
"""Bytes of header that are parsed at most; a real one has about 100."""

# What NumPy's header parser raises on hostile bytes (it evaluates a literal and builds a dtype from it).
_HEADER_ERRORS = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    SyntaxError,
    MemoryError,
    RecursionError,
    OverflowError,
    tokenize.TokenError,
)


@dataclass(frozen=True, slots=True)
class ArrayHeader:
    """What the header of a .npy file says; ``offset`` is where the values begin, in bytes."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran_order: bool
    offset: int

    @property
    def end(self) -> int:
        """Bytes of a file that holds all the values."""
        return self.offset + math.prod(self.shape) * self.dtype.itemsize


def parse_header(head: bytes, where: str) -> ArrayHeader:
    """Return the header at the start of ``head`` (format 1.0 or 2.0).

    ``head`` is at least the first ``LONGEST_HEADER`` bytes of the file, or all of it.

    Raises:
        InputError: no NumPy file, damaged, a negative axis, or Python objects (pickles).
    """
    start = io.BytesIO(head)
    try:
        read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[npy.read_magic(start)]
        shape, fortran_order, dtype = read(start, max_header_size=LONGEST_HEADER)
    except _HEADER_ERRORS as error:
        msg = f"Expected {where} to be a NumPy file (.npy), but its header makes no sense. Is it damaged?"
        raise InputError(msg) from error
    if dtype.hasobject:
        msg = (
            f"Expected plain numbers in {where}, got Python objects (a pickle), which could run foreign code. Not read."
        )
        raise InputError(msg)
    if min(shape, default=0) < 0:
        msg = f"The header of {where} announces the shape {_brief(shape)}. The file is damaged; download it again."
        raise InputError(msg)
    return ArrayHeader(shape, dtype, fortran_order, start.tell())


def map_array(path: Path) -> NDArray[Any]:
    """Return the array of a .npy file as a read-only memory map; nothing is loaded.

    Raises:
        InputError: unreadable, not a plain NumPy array, or not as long as its header says.
    """
    try:
        with path.open("rb") as file:
            head = file.read(2 * LONGEST_HEADER)
        size = path.stat().st_size
    except OSError as error:
        msg = f"Could not read {path}: {error.strerror or error}."
        raise InputError(msg) from error
    header = parse_header(head, str(path))
    check_size(header, size, str(path))
    mapped: NDArray[Any] = np.memmap(
        path,
        dtype=header.dtype,
        mode="r",
        offset=header.offset,
        shape=header.shape,
        order="F" if header.fortran_order else "C",
    )
    return mapped


def array_from_bytes(raw: bytes, where: str) -> NDArray[Any]:
    """Return the array of a whole .npy file that is in memory (a read-only view)."""
    header = parse_header(raw, where)
    check_size(header, len(raw), where)
    values = np.frombuffer(raw, header.dtype, math.prod(header.shape), header.offset)
    return values.reshape(header.shape, order="F" if header.fortran_order else "C")


def check_size(header: ArrayHeader, size: int, where: str) -> None:
    """Raise an InputError unless a file of ``size`` bytes holds exactly the announced values (at least one)."""
    if header.end == header.offset:
        msg = f"{where} is empty: its header announces the shape {_brief(header.shape)}."
        raise InputError(msg)
    if size != header.end:
        problem = "cut off" if size < header.end else "longer than it should be"
        msg = (
            f"{where} is {problem}: it has {size} bytes, but its header announces the shape "
            f"{_brief(header.shape)}, which takes {_brief(header.end)}. Download or export it again."
        )
        raise InputError(msg)


def _brief(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
