"""Headers alone, byte for byte, against nibabel's reading of them."""

import io

import nibabel
import numpy as np
import pytest
from nibabel.orientations import io_orientation

from napari_rpdl.data.nifti_header import MAX_VOXELS, make_header, read_exactly, read_layout, stored_dtype
from napari_rpdl.data.volume import Grid
from napari_rpdl.errors import InputError

RAS = np.array([[0, 1], [1, 1], [2, 1]], np.float64)


def layout_of(header, tmp_path, capacity=2**40):
    return read_layout(io.BytesIO(header), capacity, tmp_path / "volume.nii")


def foreign(shape=(4, 5, 6), dtype=np.int16, **fields):
    """The bytes of a NIfTI-1 header that nibabel wrote, with some fields set."""
    header = nibabel.Nifti1Header()
    header.set_data_shape(shape)
    header.set_data_dtype(dtype)
    header.set_sform(np.diag([2.0, 3.0, 4.0, 1.0]), code=1)
    for name, value in fields.items():
        header[name] = value
    header["magic"] = b"n+1"
    return bytes(header.binaryblock) + bytes(4)


@pytest.mark.parametrize(
    ("asked", "stored"),
    [("bool", "<u1"), ("float16", "<f4"), (">i2", "<i2"), ("uint64", "<u8"), (">f8", "<f8"), ("int8", "|i1")],
)
def test_types_are_stored_in_what_every_reader_knows(asked, stored):
    assert stored_dtype(np.dtype(asked)) == np.dtype(stored)


def test_nibabel_reads_what_we_make():
    grid = Grid((6, 5, 4), np.array([[2.0, 0, 0, -7], [0, 3, 0, 8], [0, 0, 4, 9], [0, 0, 0, 1]]), True)
    header = make_header(grid, (4, 5, 6), RAS, np.dtype("<i2"))
    assert len(header) == 352, "348 bytes and no extension"
    read = nibabel.Nifti1Header.from_fileobj(io.BytesIO(header))
    assert read.get_data_shape() == (4, 5, 6)
    assert read.get_data_dtype() == np.int16
    assert read.get_data_offset() == 352
    assert read.get_xyzt_units()[0] == "mm"
    for affine in (read.get_sform(), read.get_qform()):
        np.testing.assert_allclose(affine, grid.affine, atol=1e-6)


def test_a_layout_says_what_nibabel_says(tmp_path):
    affine = np.array([[0, 0, -2.0, 10], [3, 0, 0, 20], [0, -4.0, 0, 30], [0, 0, 0, 1]])
    header = nibabel.Nifti1Header(endianness=">")
    header.set_data_shape((4, 5, 6))
    header.set_data_dtype(np.float32)
    header.set_sform(affine, code=2)
    header.set_xyzt_units("mm")
    header["scl_slope"], header["scl_inter"], header["vox_offset"], header["magic"] = 0.5, -3, 400, b"n+1"
    layout = layout_of(bytes(header.binaryblock) + bytes(100), tmp_path)
    assert layout.file_shape == (4, 5, 6)
    assert layout.dtype == np.dtype(">f4")
    assert (layout.slope, layout.intercept, layout.scaled, layout.offset) == (0.5, -3, True, 400)
    assert layout.voxel_bytes == 4 * 5 * 6 * 4
    np.testing.assert_array_equal(layout.orientation, io_orientation(affine))
    image = nibabel.Nifti1Image(np.zeros((4, 5, 6), np.float32), affine)
    canonical = nibabel.as_closest_canonical(image)
    assert layout.grid.shape == canonical.shape[::-1]
    np.testing.assert_allclose(layout.grid.affine, canonical.affine)
    assert layout.grid.stored_axes == "".join(nibabel.aff2axcodes(affine))


def test_the_stream_is_left_at_the_first_voxel(tmp_path):
    stream = io.BytesIO(foreign(vox_offset=360) + bytes(8) + b"voxels")
    read_layout(stream, 2**20, tmp_path / "volume.nii")
    assert stream.read() == b"voxels"


@pytest.mark.parametrize("slope", [0.0, np.nan, 1.0])
def test_no_slope_means_unscaled(slope, tmp_path):
    assert not layout_of(foreign(scl_slope=slope), tmp_path).scaled


def test_the_file_must_be_able_to_hold_its_voxels(tmp_path):
    needed = 352 + 4 * 5 * 6 * 2
    assert layout_of(foreign(), tmp_path, needed).voxel_bytes == 240
    with pytest.raises(InputError, match=r"4 x 5 x 6 voxels \(240 bytes\)"):
        layout_of(foreign(), tmp_path, needed - 1)


def test_the_largest_volume_is_read_and_no_larger_one(tmp_path):
    assert np.prod(layout_of(foreign((1024, 1024, 1024), np.uint8), tmp_path).file_shape) == MAX_VOXELS
    with pytest.raises(InputError, match="1024 x 1025 x 1024"):
        layout_of(foreign((1024, 1025, 1024), np.uint8), tmp_path)


def test_an_unknown_unit_of_length_is_refused(tmp_path):
    with pytest.raises(InputError, match="unit of length has the unknown code 5"):
        layout_of(foreign(xyzt_units=5), tmp_path)


def test_fewer_bytes_than_asked_for_are_no_bytes():
    assert read_exactly(io.BytesIO(b"abc"), 3) == b"abc"
    with pytest.raises(EOFError, match="fewer bytes"):
        read_exactly(io.BytesIO(b"abc"), 4)
