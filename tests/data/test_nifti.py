"""NIfTI in and out, checked against nibabel and ITK."""

import itertools

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813
from scipy.spatial.transform import Rotation

from napari_rpdl.data.nifti import read_grid, read_labels, read_mask, read_volume, write_volume
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError

DIRECTIONS = {"R": (1, 0, 0), "L": (-1, 0, 0), "A": (0, 1, 0), "P": (0, -1, 0), "S": (0, 0, 1), "I": (0, 0, -1)}
CUBE = ["".join(code) for axes in itertools.permutations(["RL", "AP", "SI"]) for code in itertools.product(*axes)]
TURNED = (20, -15, 30)
DTYPES = ["uint8", "int8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"]


def affine_of(code, degrees=TURNED):
    """An affine with the NIfTI axis codes ``code``, turned by ``degrees`` about x, y and z."""
    affine = np.eye(4)
    turned = Rotation.from_euler("xyz", degrees, degrees=True).as_matrix()
    affine[:3, :3] = turned @ np.array([DIRECTIONS[letter] for letter in code]).T @ np.diag((0.5, 0.75, 1.25))
    affine[:3, 3] = (-31.25, 12.5, 101.0)
    return affine


def world_of_values(values_xyz, affine):
    """World position (n, 3) of the voxels, sorted by their value."""
    indices = np.array(np.unravel_index(np.argsort(values_xyz, axis=None), values_xyz.shape))
    return (affine[:3, :3] @ indices).T + affine[:3, 3]


@pytest.mark.parametrize("code", CUBE)
def test_every_voxel_keeps_its_place_in_the_body(code, write_nifti, numbered):
    volume = read_volume(write_nifti(numbered, affine_of(code)))
    expected = world_of_values(numbered, affine_of(code))
    np.testing.assert_allclose(world_of_values(volume.voxels.transpose(), volume.grid.affine), expected, atol=1e-4)
    assert "".join(nibabel.aff2axcodes(volume.grid.affine)) == "RAS"
    assert volume.grid.stored_axes == code
    assert volume.voxels.flags.c_contiguous


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
@pytest.mark.parametrize("code", CUBE)
def test_round_trip_gives_back_the_file(code, suffix, write_nifti, numbered, tmp_path):
    source = write_nifti(numbered, affine_of(code))
    ours = tmp_path / f"ours{suffix}"
    write_volume(read_volume(source), ours)
    before, after = nibabel.load(source), nibabel.load(ours)
    np.testing.assert_array_equal(np.asarray(after.dataobj), np.asarray(before.dataobj))
    np.testing.assert_allclose(after.affine, before.affine, rtol=0, atol=1e-6)
    np.testing.assert_allclose(after.get_qform(), before.affine, rtol=0, atol=1e-4)
    assert after.get_data_dtype() == before.get_data_dtype()
    assert after.header.get_xyzt_units()[0] == "mm"
    np.testing.assert_allclose(read_volume(ours).grid.affine, read_volume(source).grid.affine, rtol=0, atol=1e-6)


@pytest.mark.parametrize("code", ["RAS", "LPS", "PIR", "SLA", "ASL"])
def test_itk_sees_the_same_body(code, write_nifti, numbered, tmp_path):
    volume = read_volume(write_nifti(numbered, affine_of(code)))
    path = tmp_path / "ours.nii.gz"
    write_volume(volume, path)
    image = sitk.ReadImage(str(path))
    np.testing.assert_allclose(image.GetSpacing(), (0.5, 0.75, 1.25), rtol=1e-5)
    directions = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    flip = np.diag([-1.0, -1.0, 1.0])  # ITK's world is LPS
    np.testing.assert_allclose(flip @ directions, affine_of(code)[:3, :3], atol=1e-5)
    np.testing.assert_allclose(flip @ image.GetOrigin(), affine_of(code)[:3, 3], atol=1e-4)
    for z, y, x in [(0, 0, 0), (1, 2, 3), tuple(n - 1 for n in volume.grid.shape)]:
        world = volume.grid.affine @ (x, y, z, 1)
        index = image.TransformPhysicalPointToIndex(flip @ world[:3])
        assert image[index] == volume.voxels[z, y, x]


def test_itk_sees_a_grid_that_we_made(tmp_path):
    voxels = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    write_volume(Volume(voxels, Grid.of_shape((2, 3, 4), (3.0, 2.0, 1.0))), tmp_path / "made.nii")
    image = sitk.ReadImage(str(tmp_path / "made.nii"))
    assert image.GetSize() == (4, 3, 2)
    np.testing.assert_allclose(image.GetSpacing(), (1, 2, 3))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image), voxels)


def test_what_itk_writes_is_read(tmp_path):
    image = sitk.GetImageFromArray(np.arange(60, dtype=np.int16).reshape(3, 4, 5))
    image.SetSpacing((0.5, 0.6, 0.7))
    image.SetOrigin((10, 20, 30))
    sitk.WriteImage(image, str(tmp_path / "itk.nii.gz"))
    volume = read_volume(tmp_path / "itk.nii.gz")
    assert volume.grid.stored_axes == "LPS"
    np.testing.assert_allclose(volume.grid.spacing_mm, (0.7, 0.6, 0.5), rtol=1e-6)
    np.testing.assert_array_equal(volume.voxels, sitk.GetArrayFromImage(image)[:, ::-1, ::-1])
    last = image.TransformIndexToPhysicalPoint((4, 3, 0))
    np.testing.assert_allclose(volume.grid.origin, (last[2], -last[1], -last[0]), rtol=1e-5)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("big_endian", [False, True])
def test_dtype_is_kept(dtype, version, big_endian, write_nifti, numbered, tmp_path):
    data = (numbered % 120).astype(dtype)
    volume = read_volume(write_nifti(data, affine_of("LPI"), version=version, big_endian=big_endian))
    assert volume.voxels.dtype == np.dtype(dtype)
    assert volume.voxels.dtype.isnative
    np.testing.assert_array_equal(volume.voxels, data.transpose()[::-1, ::-1, ::-1])
    write_volume(volume, tmp_path / "ours.nii.gz")
    assert nibabel.load(tmp_path / "ours.nii.gz").get_data_dtype() == np.dtype(dtype)
    np.testing.assert_array_equal(read_volume(tmp_path / "ours.nii.gz").voxels, volume.voxels)


@pytest.mark.parametrize(("dtype", "read_as"), [("int16", "float32"), ("int32", "float64"), ("float32", "float32")])
@pytest.mark.parametrize("big_endian", [False, True])
def test_scaled_values_are_floats(dtype, read_as, big_endian, write_nifti, numbered):
    path = write_nifti(numbered.astype(dtype), big_endian=big_endian, name="scaled.nii")
    raw = bytearray(path.read_bytes())
    raw[112:120] = np.array([0.5, -1024], ">f4" if big_endian else "<f4").tobytes()
    path.write_bytes(raw)
    volume = read_volume(path)
    assert volume.voxels.dtype == read_as
    np.testing.assert_allclose(volume.voxels.transpose(), numbered * 0.5 - 1024)
    np.testing.assert_allclose(volume.voxels.transpose(), nibabel.load(path).get_fdata())


@pytest.mark.parametrize(("unit", "factor"), [("micron", 0.001), ("meter", 1000.0), ("mm", 1.0)])
def test_lengths_become_millimetres(unit, factor, write_nifti, numbered):
    grid = read_grid(write_nifti(numbered, np.diag([2.0, 3, 4, 1]), unit=unit))
    np.testing.assert_allclose(grid.spacing_mm, np.array([4, 3, 2]) * factor)


def test_spacing_is_unknown_only_without_unit_and_with_steps_of_one(write_nifti, numbered):
    assert read_grid(write_nifti(numbered, unit="unknown")).spacing_mm is None
    assert read_grid(write_nifti(numbered, unit="mm")).spacing_mm == (1, 1, 1)
    assert read_grid(write_nifti(numbered, np.diag([2.0, 2, 2, 1]), unit="unknown")).spacing_mm == (2, 2, 2)


def test_unknown_spacing_stays_unknown_on_a_resampled_grid(tmp_path):
    grid = Grid.of_shape((6, 6, 6)).resampled((4, 4, 4))
    write_volume(Volume(np.zeros((4, 4, 4), np.uint8), grid), tmp_path / "unknown.nii.gz")
    read = read_grid(tmp_path / "unknown.nii.gz")
    assert read.spacing_mm is None
    assert read.steps == (1.5, 1.5, 1.5)
    assert nibabel.load(tmp_path / "unknown.nii.gz").header.get_xyzt_units()[0] == "unknown"


def test_a_sheared_affine_is_kept(tmp_path):
    affine = np.array([[1, 0.2, 0, 5], [0, 1.5, 0.1, 6], [0, 0, 2, 7], [0, 0, 0, 1.0]])
    write_volume(Volume(np.zeros((2, 3, 4)), Grid((2, 3, 4), affine, True)), tmp_path / "sheared.nii")
    np.testing.assert_allclose(nibabel.load(tmp_path / "sheared.nii").affine, affine, rtol=1e-7)
    np.testing.assert_allclose(read_grid(tmp_path / "sheared.nii").affine, affine, rtol=1e-7)


def test_a_trailing_axis_of_one_is_no_fourth_dimension(write_nifti, numbered):
    np.testing.assert_array_equal(read_volume(write_nifti(numbered[..., None])).voxels, numbered.transpose())


@pytest.mark.parametrize("shape", [(5, 6), (5, 6, 7, 2), (5, 6, 7, 1, 3)])
def test_other_than_three_dimensions_are_refused(shape, write_nifti):
    with pytest.raises(InputError, match="3-D volume"):
        read_volume(write_nifti(np.zeros(shape, np.uint8)))


@pytest.mark.parametrize(
    "dtype", ["complex64", "complex128", np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")])], ids=str
)
def test_more_than_one_number_for_a_voxel_is_refused(dtype, write_nifti):
    with pytest.raises(InputError, match="one real number"):
        read_volume(write_nifti(np.zeros((2, 2, 2), dtype)))


def test_labels_of_any_numeric_type_become_uint8(write_nifti, numbered):
    for dtype in DTYPES:
        labels = read_labels(write_nifti((numbered % 14).astype(dtype))).voxels
        assert labels.dtype == np.uint8
        np.testing.assert_array_equal(labels.transpose(), numbered % 14)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 2.5, -1, 256])
def test_labels_that_are_none_are_refused(wrong, write_nifti):
    data = np.zeros((3, 3, 3), np.float32)
    data[1, 1, 1] = wrong
    with pytest.raises(InputError, match=f"got {wrong}.* in 1 voxels"):
        read_labels(write_nifti(data))


@pytest.mark.parametrize(("dtype", "value"), [("uint8", 1), ("uint8", 255), ("int16", -7), ("float32", 0.5)])
def test_a_mask_has_one_value_inside(dtype, value, write_nifti, numbered):
    mask = read_mask(write_nifti(((numbered % 3 == 0) * value).astype(dtype)))
    assert mask.voxels.dtype == np.bool_
    np.testing.assert_array_equal(mask.voxels.transpose(), numbered % 3 == 0)


def test_an_empty_and_a_full_mask_are_masks(write_nifti):
    assert not read_mask(write_nifti(np.zeros((2, 2, 2), np.uint8))).voxels.any()
    assert read_mask(write_nifti(np.ones((2, 2, 2), np.uint8))).voxels.all()


@pytest.mark.parametrize("values", [(1, 2), (1, np.nan), (np.nan, np.nan)])
def test_a_mask_of_several_values_is_refused(values, write_nifti):
    data = np.zeros((2, 2, 2), np.float32)
    data[0, 0] = values
    with pytest.raises(InputError, match="0 and one other value"):
        read_mask(write_nifti(data))


def test_masks_are_stored_as_uint8_and_read_back(tmp_path):
    mask = np.indices((3, 4, 5)).sum(axis=0) % 2 == 0
    write_volume(Volume(mask, Grid.of_shape((3, 4, 5))), tmp_path / "mask.nii.gz")
    assert nibabel.load(tmp_path / "mask.nii.gz").get_data_dtype() == np.uint8
    np.testing.assert_array_equal(read_mask(tmp_path / "mask.nii.gz").voxels, mask)


def test_half_precision_is_stored_as_float32(tmp_path):
    halves = np.linspace(0, 1, 8, dtype=np.float16).reshape(2, 2, 2)
    write_volume(Volume(halves, Grid.of_shape((2, 2, 2))), tmp_path / "halves.nii")
    volume = read_volume(tmp_path / "halves.nii")
    assert volume.voxels.dtype == np.float32
    np.testing.assert_array_equal(volume.voxels, halves)


def test_same_input_same_bytes_and_nothing_private(tmp_path):
    volume = Volume(np.ones((3, 3, 3), np.uint8), Grid.of_shape((3, 3, 3)))
    for name in ("a.nii.gz", "b.nii.gz"):
        write_volume(volume, tmp_path / name)
    written = (tmp_path / "a.nii.gz").read_bytes()
    assert written == (tmp_path / "b.nii.gz").read_bytes()
    assert written[3] == 0, "gzip flags: no file name"
    assert written[4:8] == bytes(4), "gzip time"


def test_axes_longer_than_nifti_1_can_say_are_written_as_nifti_2(tmp_path):
    voxels = np.arange(40_000, dtype=np.uint16).reshape(1, 1, -1)
    write_volume(Volume(voxels, Grid.of_shape(voxels.shape)), tmp_path / "long.nii.gz")
    assert isinstance(nibabel.load(tmp_path / "long.nii.gz"), nibabel.Nifti2Image)
    np.testing.assert_array_equal(read_volume(tmp_path / "long.nii.gz").voxels, voxels)


def test_volumes_of_many_slabs_are_put_together(write_nifti):
    data = np.random.default_rng(0).integers(0, 2**15, (130, 70, 90)).astype(np.int16)
    volume = read_volume(write_nifti(data, affine_of("SLA")))
    expected = nibabel.as_closest_canonical(nibabel.Nifti1Image(data, affine_of("SLA")))
    np.testing.assert_array_equal(volume.voxels, np.asarray(expected.dataobj).transpose())


@pytest.mark.parametrize("name", ["volume.img", "volume", "volume.gz", "volume.npy"])
def test_other_suffixes_are_refused(name, tmp_path):
    with pytest.raises(InputError, match=r"\.nii or \.nii\.gz"):
        write_volume(Volume(np.zeros((2, 2, 2)), Grid.of_shape((2, 2, 2))), tmp_path / name)


@pytest.mark.parametrize("dtype", ["complex64", "U3", "longdouble"])
def test_types_without_place_in_nifti_are_refused_and_the_old_file_stays(dtype, tmp_path):
    path = tmp_path / "kept.nii.gz"
    write_volume(Volume(np.ones((2, 2, 2), np.uint8), Grid.of_shape((2, 2, 2))), path)
    before = path.read_bytes()
    with pytest.raises(InputError, match="real numeric type"):
        write_volume(Volume(np.zeros((2, 2, 2), dtype), Grid.of_shape((2, 2, 2))), path)
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["kept.nii.gz"]


def test_a_file_on_another_grid_is_named_with_both_shapes(write_nifti, numbered):
    path = write_nifti(numbered)
    with pytest.raises(InputError, match=r"foreign\.nii\.gz has \(7, 6, 5\) voxels.*the case has \(5, 6, 7\)"):
        read_volume(path, Grid.of_shape((5, 6, 7), (1, 1, 1)))
    with pytest.raises(InputError, match="lie elsewhere"):
        read_volume(path, Grid.of_shape((7, 6, 5), (1, 1, 2)))
    read_volume(path, Grid.of_shape((7, 6, 5), (1, 1, 1)))


def test_missing_file_and_folder_are_named(tmp_path):
    for path in (tmp_path / "missing.nii", tmp_path):
        with pytest.raises(InputError, match="no such file"):
            read_volume(path)
