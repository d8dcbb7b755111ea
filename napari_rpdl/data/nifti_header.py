"""NIfTI headers: what a file says about its voxels, checked before any are read.

nibabel knows the fields; here is decided what of it we accept.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from nibabel.nifti1 import Nifti1Header
from nibabel.nifti2 import Nifti2Header
from nibabel.orientations import aff2axcodes, inv_ornt_aff, io_orientation
from nibabel.spatialimages import HeaderDataError
from numpy.typing import NDArray

from napari_rpdl.data.volume import Grid, Shape
from napari_rpdl.errors import InputError

MAX_VOXELS = 1024**3
"""The largest volume that is read; four times a clinical CT of both ears at 0.3 mm."""

_MAX_EXTENSIONS = 2**24
_MM_PER_UNIT = {0: 1.0, 1: 1000.0, 2: 1.0, 3: 0.001}
_SPACING_UNKNOWN = b"voxel size unknown"
_NIFTI1_MAX_AXIS = 32767


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """What a header says.

    Attributes:
        grid: where the voxels lie, axes in closest canonical order.
        file_shape: voxels along the file's own three axes, fastest first.
        orientation: (3, 2); for each file axis its canonical axis and 1 or -1 (flipped).
        dtype: of the stored voxels, in the file's byte order.
        offset: byte of the uncompressed file where voxels start.
        slope: values are ``slope * stored + intercept``.
        intercept: see ``slope``.
    """

    grid: Grid
    file_shape: Shape
    orientation: NDArray[np.float64]
    dtype: np.dtype[Any]
    offset: int
    slope: float
    intercept: float

    @property
    def scaled(self) -> bool:
        """Whether the stored numbers are not the values themselves."""
        return (self.slope, self.intercept) != (1.0, 0.0)

    @property
    def voxel_bytes(self) -> int:
        """How many bytes the voxels take when uncompressed."""
        return math.prod(self.file_shape) * self.dtype.itemsize


def stored_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the little-endian type in which voxels of ``dtype`` are written.

    Raises:
        InputError: NIfTI readers share no type for it (complex, text, 128 bits).
    """
    replaced = {"bool": "uint8", "float16": "float32"}.get(dtype.name, dtype.name)
    if dtype.kind not in "biuf" or dtype.itemsize > 8:
        msg = f"Expected voxels of a real numeric type up to 64 bits, got {dtype}. Convert them first."
        raise InputError(msg)
    return np.dtype(replaced).newbyteorder("<")


def make_header(grid: Grid, file_shape: Shape, orientation: NDArray[np.float64], dtype: np.dtype[Any]) -> bytes:
    """Return all bytes of a file before its voxels.

    Args:
        grid: in closest canonical order.
        file_shape: voxels along the file's own axes, fastest first.
        orientation: as ``Layout.orientation``; takes the affine to the file's axes.
        dtype: as ``stored_dtype`` returns it.
    """
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


def read_exactly(stream: IO[bytes], count: int) -> bytes:
    """Return ``count`` bytes; an EOFError where the stream ends before."""
    raw = stream.read(count)
    if len(raw) < count:
        msg = "fewer bytes than its header announces"
        raise EOFError(msg)
    return raw


def read_layout(stream: IO[bytes], capacity: int, path: Path) -> Layout:
    """Read a header and leave ``stream`` at the first voxel.

    Args:
        stream: uncompressed bytes, at the start.
        capacity: how many bytes the stream can hold at most.
        path: for messages.

    Raises:
        InputError: not a NIfTI file, not one 3-D scalar volume, larger than
            ``MAX_VOXELS`` or than ``capacity``, or without a usable orientation.
    """
    header = _read_header(stream, path)
    dtype, file_shape = _checked_dtype(header, path), _checked_shape(header, path)
    try:
        slope, intercept = header.get_slope_inter()
        affine, known = _affine(header)
        in_file = Grid(file_shape[::-1], affine)
    except (HeaderDataError, ValueError) as error:
        msg = f"The header of {path} is not usable: {error} Export it again."
        raise InputError(msg) from error
    orientation = io_orientation(in_file.affine)
    shape = np.empty(3, int)
    shape[orientation[:, 0].astype(int)] = file_shape
    z, y, x = (int(n) for n in shape[::-1])
    canonical = affine @ inv_ornt_aff(orientation, file_shape)
    grid = Grid((z, y, x), canonical, known, "".join(aff2axcodes(affine)))
    offset = _checked_offset(header, path)
    layout = Layout(grid, file_shape, orientation, dtype, offset, slope or 1.0, intercept or 0.0)
    if offset + layout.voxel_bytes > capacity:
        msg = (
            f"{path} is cut short: its header announces {' x '.join(map(str, file_shape))} voxels "
            f"({layout.voxel_bytes} bytes), more than the file can hold. Copy or export it again."
        )
        raise InputError(msg)
    read_exactly(stream, offset - header.sizeof_hdr)
    return layout


def _read_header(stream: IO[bytes], path: Path) -> Nifti1Header:
    """Return the nibabel header, unchecked but for its size and magic."""
    start = stream.read(4)
    for kind, magic in ((Nifti1Header, b"n+1\0"), (Nifti2Header, b"n+2\0")):
        size = kind.sizeof_hdr
        if start in (size.to_bytes(4, "little"), size.to_bytes(4, "big")):
            block = start + read_exactly(stream, size - 4)
            if magic in (block[344:348], block[4:8]):
                order = "<" if start == size.to_bytes(4, "little") else ">"
                return kind(block, endianness=order, check=False)
            if block[344:348] == b"ni1\0":
                msg = f"{path} is the header of a .hdr/.img pair. Convert the pair to one .nii or .nii.gz file."
                raise InputError(msg)
    msg = f"Expected {path} to be a NIfTI file (.nii or .nii.gz), but it does not start like one. Is it the right file?"
    raise InputError(msg)


def _checked_dtype(header: Nifti1Header, path: Path) -> np.dtype[Any]:
    try:
        dtype: np.dtype[Any] = np.dtype(header.get_data_dtype())
    except (HeaderDataError, KeyError) as error:
        code = int(header["datatype"])
        msg = f"{path} stores voxels of an unknown type (code {code}). Export it as integers or floats."
        raise InputError(msg) from error
    if dtype.kind not in "iuf" or not 0 < dtype.itemsize <= 8:
        msg = f"Expected one real number for each voxel of {path}, got {dtype}. Export it as integers or floats."
        raise InputError(msg)
    return dtype


def _checked_shape(header: Nifti1Header, path: Path) -> Shape:
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


def _checked_offset(header: Nifti1Header, path: Path) -> int:
    """Return the byte where voxels start; 0 means right after the header."""
    least = header.sizeof_hdr + 4
    offset = float(header["vox_offset"])
    if offset == 0:
        return int(least)
    if not least <= offset <= _MAX_EXTENSIONS:
        msg = f"The header of {path} says that voxels start at byte {offset:g}, which cannot be. Is the file damaged?"
        raise InputError(msg)
    return int(offset)


def _affine(header: Nifti1Header) -> tuple[NDArray[np.float64], bool]:
    """Return the affine to RAS+ mm and whether the voxel size is known.

    A header without unit whose voxels are all 1 is what programs write that know of no
    voxel size. Ours may also be 1.5 old voxels wide, so ``make_header`` leaves a note.
    """
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
