import nibabel as nib
import numpy as np
import pytest

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.importers.drilled_volumes import import_drilled, stem, table_of
from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.errors import InputError
from napari_rpdl.events import Said

AFFINE = np.array([[-0.5, 0, 0, 12], [0, -0.25, 0, 3], [0, 0, 1.0, -7], [0, 0, 0, 1]])  # stored as LPS


def save(path, voxels, affine=AFFINE):
    nib.save(nib.Nifti1Image(voxels.astype(np.uint8), affine), path)
    return path


@pytest.fixture
def bone():
    """A block of bone with a nerve in it, stored x y z."""
    voxels = np.zeros((8, 9, 10), np.uint8)
    voxels[1:7, 1:8, 2:9] = 1
    voxels[3, 4, 5] = 5
    return voxels


def drilled(voxels, upto):
    voxels = voxels.copy()
    voxels[1:upto, 2:5, 3:6] = 0
    return voxels


def removed_voxels(dataset, surgeon):
    """Return the region as the set of places in the body of its voxels."""
    case = dataset.case(dataset.case_ids[0])
    index = np.argwhere(case.annotation(surgeon).mask)[:, ::-1]
    places = index @ case.grid.affine[:3, :3].T + case.grid.affine[:3, 3]
    return {tuple(np.round(place, 3)) for place in places}


def expected_voxels(region):
    places = np.argwhere(region) @ AFFINE[:3, :3].T + AFFINE[:3, 3]
    return {tuple(np.round(place, 3)) for place in places}


def test_removed_is_what_was_not_air_and_is_air(tmp_path, bone):
    first, second = drilled(bone, 3), drilled(bone, 5)
    before = save(tmp_path / "bone_a.nii.gz", bone)
    paths = [save(tmp_path / "ada.nii.gz", first), save(tmp_path / "ben.nii", second)]
    list(import_drilled(before, paths, tmp_path / "out"))
    dataset = Dataset.open(tmp_path / "out")
    assert dataset.case_ids == ("bone_a",)
    assert dataset.surgeons == ("ada", "ben")
    assert dataset.table == TEMPORAL_BONE
    assert removed_voxels(dataset, "ada") == expected_voxels(bone != first)
    assert removed_voxels(dataset, "ben") == expected_voxels(bone != second)
    assert dataset.case("bone_a").grid.spacing_mm == (1.0, 0.25, 0.5)


def test_a_volume_stored_in_another_orientation_lies_at_the_same_place(tmp_path, bone):
    after = drilled(bone, 4)
    turned = nib.Nifti1Image(after, AFFINE).as_reoriented(
        nib.orientations.axcodes2ornt("SRA", (("L", "R"), ("P", "A"), ("I", "S")))
    )
    nib.save(turned, tmp_path / "ada.nii.gz")
    list(import_drilled(save(tmp_path / "bone.nii.gz", bone), [tmp_path / "ada.nii.gz"], tmp_path / "out"))
    assert removed_voxels(Dataset.open(tmp_path / "out"), "ada") == expected_voxels(bone != after)


def test_the_removed_region_itself_is_the_other_convention(tmp_path, bone):
    region = bone != drilled(bone, 4)
    paths = [save(tmp_path / "ada.nii.gz", region * 255)]
    list(
        import_drilled(save(tmp_path / "b.nii.gz", bone), paths, tmp_path / "out", convention="removed", case_id="left")
    )
    dataset = Dataset.open(tmp_path / "out")
    assert dataset.case_ids == ("left",)
    assert removed_voxels(dataset, "ada") == expected_voxels(region)


def test_material_that_appeared_is_counted_and_ignored(tmp_path, bone):
    after = drilled(bone, 4)
    after[0, 0, :3] = 1
    paths = [save(tmp_path / "ada.nii.gz", after)]
    events = list(import_drilled(save(tmp_path / "bone.nii.gz", bone), paths, tmp_path / "out"))
    assert any(isinstance(event, Said) and "3 voxels" in event.text for event in events)


@pytest.mark.parametrize(
    ("after", "affine", "message"),
    [
        (lambda bone: bone, AFFINE, "nothing removed"),
        (lambda bone: drilled(bone, 4)[:-1], AFFINE, "case's grid"),
        (lambda bone: drilled(bone, 4), AFFINE + np.eye(4, k=3), "case's grid"),
    ],
)
def test_an_unusable_volume_is_named(tmp_path, bone, after, affine, message):
    path = save(tmp_path / "ada.nii.gz", after(bone), affine)
    with pytest.raises(InputError, match=message) as caught:
        list(import_drilled(save(tmp_path / "bone.nii.gz", bone), [path], tmp_path / "out"))
    assert "ada.nii.gz" in str(caught.value)
    assert not (tmp_path / "out" / "dataset.json").exists()


def test_intensities_are_told_from_labels(tmp_path, bone):
    ct = nib.Nifti1Image(np.linspace(-1000, 2000, bone.size).reshape(bone.shape).astype(np.float32), AFFINE)
    nib.save(ct, tmp_path / "ct.nii.gz")
    after = save(tmp_path / "ada.nii.gz", drilled(bone, 4))
    with pytest.raises(InputError, match="not CT intensities"):
        list(import_drilled(tmp_path / "ct.nii.gz", [after], tmp_path / "out"))
    grey = save(tmp_path / "grey.nii.gz", np.arange(bone.size).reshape(bone.shape) % 200)
    with pytest.raises(InputError, match="look like intensities"):
        list(import_drilled(grey, [after], tmp_path / "out"))


def test_files_are_the_surgeons_names(tmp_path, bone):
    before = save(tmp_path / "bone.nii.gz", bone)
    with pytest.raises(InputError, match="at least one"):
        list(import_drilled(before, [], tmp_path / "out"))
    with pytest.raises(InputError, match="each surgeon once"):
        list(import_drilled(before, [tmp_path / "ada.nii.gz", tmp_path / "ada.nii"], tmp_path / "out"))
    with pytest.raises(InputError, match="surgeon's name"):
        list(import_drilled(before, [tmp_path / "Dr. A da.nii.gz"], tmp_path / "out"))


def test_codes_that_the_standard_table_lacks_get_numbers():
    table = table_of(np.array([0, 1, 40], np.uint8), "bone")
    assert [(s.code, s.name, s.role) for s in table.structures] == [
        (0, "air", "air"),
        (1, "structure 1", "other"),
        (40, "structure 40", "other"),
    ]


def test_stem_drops_both_suffixes(tmp_path):
    assert [stem(tmp_path / name) for name in ("a.nii.gz", "b.nii", "c.1.nii.gz")] == ["a", "b", "c.1"]
