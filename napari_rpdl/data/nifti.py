"""NIfTI in and out, with orientation, voxel size and dtype kept.

``nifti_header`` understands the header. The voxels go by slabs between the file and their place
in the array, so that memory stays at one volume and a file that lies about its size is
found out before anything is allocated.
"""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from nibabel.orientations import axcodes2ornt
from numpy.typing import NDArray

from napari_rpdl.data.nifti_header import Layout, make_header, read_exactly, read_layout, stored_dtype
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError
from napari_rpdl.files import replacing

_SLAB_BYTES = 2**20
_SLACK_BYTES = 2**16
# Two bits of deflate can stand for at most 258 bytes (zlib.net/zlib_tech.html).
_MAX_DEFLATE_RATIO = 1032
_GZIP_MAGIC = b"\x1f\x8b"


def read_grid(path: Path) -> Grid:
    """Return where the voxels of a NIfTI file lie; reads the header only.

    Raises:
        InputError: as ``read_volume``.
    """
    with _opened(path) as (stream, capacity):
        return read_layout(stream, capacity, path).grid


def read_volume(path: Path, on: Grid | None = None) -> Volume:
    """Return a 3-D scalar NIfTI-1 or NIfTI-2 file (.nii, .nii.gz, any byte order).

    Voxels are C-contiguous (z, y, x) in closest canonical order and keep the file's
    dtype in native byte order. Where the header scales them they become float32,
    or float64 for stored types that float32 cannot hold. Spacing is unknown where the
    header names no unit and all voxel sizes are 1 (or where ``write_volume`` noted it).

    Args:
        path: the file; whether it is compressed is seen from its first bytes.
        on: the grid the volume must lie on, checked before voxels are read.

    Raises:
        InputError: no such file, not NIfTI, not 3-D scalar, larger than ``nifti_header.MAX_VOXELS``,
            damaged, cut short, or not on the grid ``on``.
    """
    with _opened(path) as (stream, capacity):
        layout = read_layout(stream, capacity, path)
        if on is not None:
            _check_same_grid(layout.grid, on, path)
        dtype = np.result_type(layout.dtype, np.float32) if layout.scaled else layout.dtype.newbyteorder("=")
        voxels = np.empty(layout.grid.shape, dtype)
        _fill(_in_file_order(voxels, layout.orientation), stream, layout)
        # Reaching the end of a gzip stream verifies its checksum; a bomb after the voxels stays packed.
        stream.read(_SLACK_BYTES)
    return Volume(voxels, layout.grid)


def read_labels(path: Path, on: Grid | None = None) -> Volume:
    """Return whole numbers 0-255 as uint8, whatever numeric type the file stores.

    Raises:
        InputError: as ``read_volume``; or a voxel is NaN, fractional or out of range.
    """
    volume = read_volume(path, on)
    voxels = volume.voxels
    if voxels.dtype == np.uint8:
        return volume
    # NaN compares false with everything, so it is wrong here too.
    wrong = ~((voxels >= 0) & (voxels <= 255))
    if voxels.dtype.kind == "f":
        wrong |= voxels != np.floor(voxels)
    if wrong.any():
        example = voxels[wrong][0]
        msg = (
            f"Expected {path} to hold whole labels from 0 to 255, got {example} in {int(wrong.sum())} voxels. "
            f"Is it an image instead of a label map, or was it interpolated?"
        )
        raise InputError(msg)
    return Volume(voxels.astype(np.uint8), volume.grid)


def read_mask(path: Path, on: Grid | None = None) -> Volume:
    """Return a binary region as bool: 0 is outside, one other value (1, 255, ...) inside.

    A file of only zeros is an empty region.

    Raises:
        InputError: as ``read_volume``; or there is NaN or more than one other value.
    """
    volume = read_volume(path, on)
    mask = volume.voxels != 0
    inside = volume.voxels.flat[mask.argmax()]
    strange = mask & (volume.voxels != inside)
    if strange.any():
        values = sorted({str(inside), str(volume.voxels.flat[strange.argmax()])})
        msg = f"Expected {path} to hold 0 and one other value, got {', '.join(values)}. Export one region per file."
        raise InputError(msg)
    return Volume(mask, volume.grid)


def write_volume(volume: Volume, path: Path) -> None:
    """Write NIfTI-1 in the orientation the grid was stored in; the same input gives the same bytes.

    bool is stored as uint8 and float16 as float32. NIfTI-1 keeps the affine as float32.
    An axis of more than 32767 voxels needs NIfTI-2, which is then written.

    Args:
        volume: any real dtype up to 64 bits.
        path: ends in .nii or .nii.gz; replaced as a whole or not at all.

    Raises:
        InputError: another suffix or dtype, or the file cannot be written.
    """
    compressed = path.name.lower().endswith(".nii.gz")
    if not compressed and path.suffix.lower() != ".nii":
        msg = f"Expected a file name that ends in .nii or .nii.gz, got {path.name!r}."
        raise InputError(msg)
    dtype = stored_dtype(volume.voxels.dtype)
    orientation = axcodes2ornt(volume.grid.stored_axes)
    voxels = _in_file_order(volume.voxels, orientation)
    header = make_header(volume.grid, voxels.shape[::-1], orientation, dtype)
    with replacing(path) as beside, beside.open("wb") as raw:
        if compressed:
            with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0) as packed:
                _write_all(cast(IO[bytes], packed), header, voxels, dtype)
        else:
            _write_all(raw, header, voxels, dtype)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], int]]:
    """Give the uncompressed stream and the most bytes it can hold."""
    if not path.is_file():
        msg = f"Expected a NIfTI file at {path}, but there is no such file."
        raise InputError(msg)
    try:
        with path.open("rb") as raw:
            size = path.stat().st_size
            if raw.peek(2)[:2] == _GZIP_MAGIC:
                with gzip.GzipFile(fileobj=raw) as unpacked:
                    yield cast(IO[bytes], unpacked), size * _MAX_DEFLATE_RATIO
            else:
                yield raw, size
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        msg = f"{path} is damaged or cut short ({error}). Copy or export it again."
        raise InputError(msg) from error
    except OSError as error:
        msg = f"Could not read {path}: {error.strerror or error}."
        raise InputError(msg) from error


def _check_same_grid(found: Grid, expected: Grid, path: Path) -> None:
    if found.shape != expected.shape:
        msg = (
            f"{path} has {found.shape} voxels (z, y, x), but the case has {expected.shape}. "
            f"Resample it to the case's grid first."
        )
        raise InputError(msg)
    if not found.matches(expected):
        msg = (
            f"{path} has {found.shape} voxels as the case does, but they lie elsewhere: first voxel at {found.origin} "
            f"with steps {found.steps}, the case's at {expected.origin} with steps {expected.steps} (z, y, x). "
            f"Resample it to the case's grid first."
        )
        raise InputError(msg)


def _in_file_order(voxels: NDArray[Any], orientation: NDArray[np.float64]) -> NDArray[Any]:
    """Return a view of canonical (z, y, x) voxels whose reversed axes are those of the file."""
    axes, flips = orientation[:, 0].astype(int), orientation[:, 1]
    stored = voxels.transpose(2, 1, 0).transpose(*axes)
    return stored[tuple(slice(None, None, int(flip)) for flip in flips)].transpose(2, 1, 0)


def _slabs(voxels: NDArray[Any], itemsize: int) -> Iterator[NDArray[Any]]:
    count = max(1, _SLAB_BYTES // (voxels[0].size * itemsize))
    for first in range(0, len(voxels), count):
        yield voxels[first : first + count]


def _fill(voxels: NDArray[Any], stream: IO[bytes], layout: Layout) -> None:
    for slab in _slabs(voxels, layout.dtype.itemsize):
        raw = read_exactly(stream, slab.size * layout.dtype.itemsize)
        stored = np.frombuffer(raw, layout.dtype).reshape(slab.shape)
        slab[...] = stored * np.float64(layout.slope) + layout.intercept if layout.scaled else stored


def _write_all(stream: IO[bytes], header: bytes, voxels: NDArray[Any], dtype: np.dtype[Any]) -> None:
    stream.write(header)
    for slab in _slabs(voxels, dtype.itemsize):
        stream.write(np.ascontiguousarray(slab, dtype).data)
