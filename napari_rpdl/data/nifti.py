"""NIfTI in and out, with orientation, voxel size and dtype kept.

nibabel understands the header. The voxels go by slabs between the file and their place
in the array, so that memory stays at one volume and a file that lies about its size is
found out before anything is allocated.
"""

import gzip
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from nibabel.nifti1 import Nifti1Header
from nibabel.nifti2 import Nifti2Header
from nibabel.orientations import aff2axcodes, axcodes2ornt, inv_ornt_aff, io_orientation
from nibabel.spatialimages import HeaderDataError
from numpy.typing import NDArray

from napari_rpdl.data.volume import Grid, Shape, Volume
from napari_rpdl.errors import InputError
from napari_rpdl.files import replacing

MAX_VOXELS = 1024**3
"""The largest volume that is read; four times a clinical CT of both ears at 0.3 mm."""

_SLAB_BYTES = 2**20
_MAX_EXTENSIONS = 2**24
# Two bits of deflate can stand for at most 258 bytes (zlib.net/zlib_tech.html).
_MAX_DEFLATE_RATIO = 1032
_GZIP_MAGIC = b"\x1f\x8b"
_MM_PER_UNIT = {0: 1.0, 1: 1000.0, 2: 1.0, 3: 0.001}
_SPACING_UNKNOWN = b"voxel size unknown"
_NIFTI1_MAX_AXIS = 32767


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    """What a header says: file axes are x, y, z as stored; ``orientation`` is nibabel's."""

    grid: Grid
    file_shape: Shape
    orientation: NDArray[np.float64]
    dtype: np.dtype[Any]
    offset: int
    slope: float
    intercept: float

    @property
    def scaled(self) -> bool:
        return (self.slope, self.intercept) != (1.0, 0.0)

    @property
    def voxel_bytes(self) -> int:
        return math.prod(self.file_shape) * self.dtype.itemsize


def read_grid(path: Path) -> Grid:
    """Return where the voxels of a NIfTI file lie; reads the header only.

    Raises:
        InputError: as ``read_volume``.
    """
    with _opened(path) as (stream, capacity):
        return _read_layout(stream, capacity, path).grid


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
        InputError: no such file, not NIfTI, not 3-D scalar, larger than ``MAX_VOXELS``,
            damaged, cut short, or not on the grid ``on``.
    """
    with _opened(path) as (stream, capacity):
        layout = _read_layout(stream, capacity, path)
        if on is not None:
            _check_same_grid(layout.grid, on, path)
        dtype = np.result_type(layout.dtype, np.float32) if layout.scaled else layout.dtype.newbyteorder("=")
        voxels = np.empty(layout.grid.shape, dtype)
        _fill(_in_file_order(voxels, layout.orientation), stream, layout)
        # One byte more: at the end of a gzip stream this verifies its checksum.
        stream.read(1)
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
    inside = volume.voxels[mask]
    if inside.size and not (inside == inside[0]).all():
        values = ", ".join(str(value) for value in np.unique(inside)[:5])
        msg = f"Expected {path} to hold 0 and one other value, got 0 and {values}. Export one region per file."
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
    dtype = _stored_dtype(volume.voxels.dtype)
    orientation = axcodes2ornt(volume.grid.stored_axes)
    voxels = _in_file_order(volume.voxels, orientation)
    header = _make_header(volume.grid, voxels.shape[::-1], orientation, dtype)
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


def _read_layout(stream: IO[bytes], capacity: int, path: Path) -> _Layout:
    header = _read_header(stream, path)
    dtype, file_shape = _checked_dtype(header, path), _checked_shape(header, path)
    try:
        slope, intercept = header.get_slope_inter()
        affine, known = _affine(header)
        affine_grid = Grid(file_shape[::-1], affine)
    except (HeaderDataError, ValueError) as error:
        msg = f"The header of {path} is not usable: {error} Export it again."
        raise InputError(msg) from error
    orientation = io_orientation(affine_grid.affine)
    shape = np.empty(3, int)
    shape[orientation[:, 0].astype(int)] = file_shape
    z, y, x = (int(n) for n in shape[::-1])
    canonical = affine @ inv_ornt_aff(orientation, file_shape)
    grid = Grid((z, y, x), canonical, known, "".join(aff2axcodes(affine)))
    offset = _checked_offset(header, path)
    layout = _Layout(grid, file_shape, orientation, dtype, offset, slope or 1.0, intercept or 0.0)
    if offset + layout.voxel_bytes > capacity:
        msg = (
            f"{path} is cut short: its header announces {' x '.join(map(str, file_shape))} voxels "
            f"({layout.voxel_bytes} bytes), more than the file can hold. Copy or export it again."
        )
        raise InputError(msg)
    _read_exactly(stream, offset - header.sizeof_hdr)
    return layout


def _read_header(stream: IO[bytes], path: Path) -> Any:  # noqa: ANN401 - nibabel is untyped
    """Return the nibabel header, unchecked but for its size and magic."""
    start = stream.read(4)
    for kind, magic in ((Nifti1Header, b"n+1\0"), (Nifti2Header, b"n+2\0")):
        size = kind.sizeof_hdr
        if start in (size.to_bytes(4, "little"), size.to_bytes(4, "big")):
            block = start + _read_exactly(stream, size - 4)
            if magic in (block[344:348], block[4:8]):
                order = "<" if start == size.to_bytes(4, "little") else ">"
                return kind(block, endianness=order, check=False)
            if block[344:348] == b"ni1\0":
                msg = f"{path} is the header of a .hdr/.img pair. Convert the pair to one .nii or .nii.gz file."
                raise InputError(msg)
    msg = f"Expected {path} to be a NIfTI file (.nii or .nii.gz), but it does not start like one. Is it the right file?"
    raise InputError(msg)


def _checked_dtype(header: Any, path: Path) -> np.dtype[Any]:  # noqa: ANN401 - nibabel is untyped
    try:
        dtype: np.dtype[Any] = np.dtype(header.get_data_dtype())
    except (HeaderDataError, KeyError) as error:
        msg = f"{path} stores voxels of an unknown type ({int(header['datatype'])}). Export it as integers or floats."
        raise InputError(msg) from error
    if dtype.kind not in "iuf" or not 0 < dtype.itemsize <= 8:
        msg = f"Expected one real number for each voxel of {path}, got {dtype}. Export it as integers or floats."
        raise InputError(msg)
    return dtype


def _checked_shape(header: Any, path: Path) -> Shape:  # noqa: ANN401 - nibabel is untyped
    """Return the voxels along x, y, z as stored; further axes must have length 1."""
    dimensions = [int(n) for n in header["dim"]]
    count = dimensions[0]
    sizes = dimensions[1 : count + 1]
    if not 1 <= count <= 7 or min(sizes) < 1:
        msg = f"The header of {path} gives an impossible size {sizes or count}. Is the file damaged?"
        raise InputError(msg)
    if count < 3 or max(sizes[3:], default=1) > 1:
        msg = f"Expected {path} to be one 3-D volume, got {count} axes of {sizes}. Export a single volume."
        raise InputError(msg)
    x, y, z = sizes[:3]
    if x * y * z > MAX_VOXELS:
        msg = f"Expected at most {MAX_VOXELS} voxels in {path}, got {x} x {y} x {z}. Crop or resample it first."
        raise InputError(msg)
    return x, y, z


def _checked_offset(header: Any, path: Path) -> int:  # noqa: ANN401 - nibabel is untyped
    """Return the byte where voxels start; 0 means right after the header."""
    least = header.sizeof_hdr + 4
    offset = float(header["vox_offset"])
    if offset == 0:
        return int(least)
    if not least <= offset <= _MAX_EXTENSIONS:
        msg = f"The header of {path} says that voxels start at byte {offset:g}, which cannot be. Is the file damaged?"
        raise InputError(msg)
    return int(offset)


def _affine(header: Any) -> tuple[NDArray[np.float64], bool]:  # noqa: ANN401 - nibabel is untyped
    """Return the affine to RAS+ mm and whether the voxel size is known."""
    unit = int(header["xyzt_units"]) % 8
    if unit not in _MM_PER_UNIT:
        msg = f"the unit of length has the unknown code {unit}."
        raise ValueError(msg)
    affine = np.array(header.get_best_affine(), np.float64)
    sizes = np.concatenate([np.abs(header["pixdim"][1:4]), np.linalg.norm(affine[:3, :3], axis=0)])
    noted = bytes(header["descrip"]).rstrip(b"\0") == _SPACING_UNKNOWN
    known = unit != 0 or not (noted or np.allclose(sizes, 1, rtol=0, atol=1e-5))
    affine[:3] *= _MM_PER_UNIT[unit]
    return affine, known


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


def _fill(voxels: NDArray[Any], stream: IO[bytes], layout: _Layout) -> None:
    for slab in _slabs(voxels, layout.dtype.itemsize):
        raw = _read_exactly(stream, slab.size * layout.dtype.itemsize)
        stored = np.frombuffer(raw, layout.dtype).reshape(slab.shape)
        slab[...] = stored * np.float64(layout.slope) + layout.intercept if layout.scaled else stored


def _read_exactly(stream: IO[bytes], count: int) -> bytes:
    raw = stream.read(count)
    if len(raw) < count:
        msg = "fewer bytes than its header announces"
        raise EOFError(msg)
    return raw


def _stored_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the little-endian type in which voxels of ``dtype`` are written."""
    replaced = {"bool": "uint8", "float16": "float32"}.get(dtype.name, dtype.name)
    if dtype.kind not in "biuf" or dtype.itemsize > 8:
        msg = f"Expected voxels of a real numeric type up to 64 bits, got {dtype}. Convert them first."
        raise InputError(msg)
    return np.dtype(replaced).newbyteorder("<")


def _make_header(grid: Grid, file_shape: Shape, orientation: NDArray[np.float64], dtype: np.dtype[Any]) -> bytes:
    kind = Nifti1Header if max(file_shape) <= _NIFTI1_MAX_AXIS else Nifti2Header
    header = kind(endianness="<")
    header.set_data_shape(file_shape)
    header.set_data_dtype(dtype)
    header.set_data_offset(header.sizeof_hdr + 4)
    affine = grid.affine @ np.linalg.inv(inv_ornt_aff(orientation, file_shape))
    header.set_qform(affine, code=1)
    rotated = np.allclose(header.get_qform()[:3, :3], affine[:3, :3], rtol=0, atol=1e-4 * max(grid.steps))
    # A quaternion cannot shear; without its code readers take the sform, which is exact.
    header["qform_code"] = int(rotated)
    header.set_sform(affine, code=1)
    header.set_xyzt_units("mm" if grid.spacing_known else "unknown")
    header["descrip"] = b"" if grid.spacing_known else _SPACING_UNKNOWN
    header["scl_slope"], header["scl_inter"] = 1, 0
    return bytes(header.binaryblock) + bytes(4)


def _write_all(stream: IO[bytes], header: bytes, voxels: NDArray[Any], dtype: np.dtype[Any]) -> None:
    stream.write(header)
    for slab in _slabs(voxels, dtype.itemsize):
        stream.write(np.ascontiguousarray(slab, dtype).data)
