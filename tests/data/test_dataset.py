"""Dataset folders: written, read, refused."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import nibabel
import numpy as np
import pytest

from napari_rpdl.data.case import Annotation
from napari_rpdl.data.dataset import CaseEntry, Dataset, read_case_folder, write_annotation
from napari_rpdl.data.nifti import write_volume
from napari_rpdl.data.structures import PUBLISHED_CM, TEMPORAL_BONE
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError

GRID = Grid.of_shape((4, 5, 6), (0.5, 0.6, 0.7))


def test_what_is_written_is_read(folder, full_case):
    dataset = Dataset.open(folder)
    written = full_case()
    assert (dataset.name, dataset.origin, dataset.licence) == ("n", "here", "MIT")
    assert dataset.table == TEMPORAL_BONE
    assert dataset.entries == (CaseEntry("c1", "bone_1", "left"), CaseEntry("c2", "bone_1", None))
    assert len(dataset) == 2
    assert dataset.bone_of("c2") == "bone_1"
    case = dataset.case("c1")
    assert (case.side, case.bone, case.surgeons) == ("left", "bone_1", ("b", "a"))
    np.testing.assert_array_equal(case.labels(), written.labels())
    np.testing.assert_array_equal(case.ct.voxels, written.ct.voxels)
    assert case.ct.voxels.dtype == np.int16
    np.testing.assert_allclose(case.grid.affine, GRID.affine, rtol=1e-7)
    assert case.grid.spacing_known
    for surgeon in "ab":
        np.testing.assert_array_equal(case.annotation(surgeon).mask, written.annotation(surgeon).mask)
    np.testing.assert_array_equal(case.annotation("a").burr_positions, written.annotation("a").burr_positions)
    assert case.annotation("b").burr_positions is None


def test_a_case_may_lack_structures_ct_and_surgeons(folder):
    case = Dataset.open(folder).case("c2")
    assert case.structures is None
    assert case.ct is None
    assert case.surgeons == ("a",)


def test_cases_come_one_at_a_time(folder):
    cases = iter(Dataset.open(folder))
    assert next(cases).case_id == "c1"
    shutil.rmtree(folder / "cases" / "c2")
    with pytest.raises(InputError, match="c2"):
        next(cases)


def test_the_format_is_the_documented_one(folder):
    written = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    assert list(written) == ["format_version", "name", "structures", "surgeons", "origin", "licence", "cases"]
    assert written["format_version"] == 1
    assert written["structures"][5] == {"code": 5, "name": "facial nerve", "color": "#f5d530", "role": "critical"}
    assert written["cases"][0] == {"case_id": "c1", "bone": "bone_1", "side": "left"}
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert files == [
        "cases/c1/annotations/a.nii.gz",
        "cases/c1/annotations/b.nii.gz",
        "cases/c1/burr_positions/a.npy",
        "cases/c1/ct.nii.gz",
        "cases/c1/structures.nii.gz",
        "cases/c2/annotations/a.nii.gz",
        "cases/c2/burr_positions/a.npy",
        "dataset.json",
    ]


def test_unknown_cases_are_answered_with_the_known_ones(folder):
    dataset = Dataset.open(folder)
    for ask in (dataset.case, dataset.bone_of):
        with pytest.raises(InputError, match=r"no case '\.\./c1'; it has: c1, c2"):
            ask("../c1")


def test_a_folder_without_dataset_says_what_one_looks_like(tmp_path):
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(InputError, match=r"dataset\.json beside cases/<case>/structures\.nii\.gz"):
            Dataset.open(path)


def test_an_annotation_on_another_grid_is_named_with_both_shapes(folder):
    path = folder / "cases" / "c1" / "annotations" / "a.nii.gz"
    write_volume(Volume(np.ones((3, 3, 3), bool), Grid.of_shape((3, 3, 3))), path)
    with pytest.raises(InputError, match=r"a\.nii\.gz has \(3, 3, 3\) voxels.*\(4, 5, 6\)"):
        Dataset.open(folder).case("c1")
    write_volume(Volume(np.ones((4, 5, 6), bool), Grid.of_shape((4, 5, 6), (0.5, 0.5, 0.5))), path)
    with pytest.raises(InputError, match=r"a\.nii\.gz.*lie elsewhere"):
        Dataset.open(folder).case("c1")


def test_annotations_may_be_stored_in_another_orientation(folder, full_case):
    path = folder / "cases" / "c1" / "annotations" / "a.nii.gz"
    turned = nibabel.load(path).as_reoriented(np.array([[1, -1], [2, 1], [0, -1]]))
    nibabel.save(turned, path)
    assert nibabel.aff2axcodes(nibabel.load(path).affine) != ("R", "A", "S")
    np.testing.assert_array_equal(Dataset.open(folder).case("c1").annotation("a").mask, full_case().masks("a")[0])


def test_codes_that_the_table_lacks_are_named(folder, full_case):
    labels = full_case().labels()
    labels[0, 0, 0] = 77
    write_volume(Volume(labels, GRID), folder / "cases" / "c1" / "structures.nii.gz")
    with pytest.raises(InputError, match=r"structures\.nii\.gz holds codes \[77\]"):
        Dataset.open(folder).case("c1")


@pytest.mark.parametrize("name", ["stranger.nii.gz", "a.nii", "notes.txt", "a b.nii.gz", "A.nii.gz"])
def test_annotations_by_nobody_listed_are_refused(name, folder):
    annotations = folder / "cases" / "c1" / "annotations"
    shutil.copy(annotations / "b.nii.gz", annotations / name)
    with pytest.raises(InputError, match=name.replace(".", r"\.")):
        Dataset.open(folder).case("c1")


def test_hidden_files_are_overlooked(folder):
    (folder / "cases" / "c1" / "annotations" / ".DS_Store").write_bytes(b"mac")
    assert Dataset.open(folder).case("c1").surgeons == ("b", "a")


def test_a_case_folder_without_anything_is_refused(folder):
    shutil.rmtree(folder / "cases" / "c1")
    (folder / "cases" / "c1").mkdir()
    with pytest.raises(InputError, match=r"c1 to hold structures\.nii\.gz"):
        Dataset.open(folder).case("c1")


def test_a_written_annotation_replaces_the_old_one(folder):
    case_folder = folder / "cases" / "c1"
    write_annotation(case_folder, Annotation("a", np.zeros(GRID.shape, bool)), GRID)
    annotation = Dataset.open(folder).case("c1").annotation("a")
    assert not annotation.mask.any()
    assert annotation.burr_positions is None
    write_annotation(case_folder, Annotation("a", annotation.mask, np.zeros((0, 3), np.float32)), GRID)
    assert Dataset.open(folder).case("c1").annotation("a").burr_positions is None
    with pytest.raises(InputError, match="grid"):
        write_annotation(case_folder, Annotation("a", np.zeros((3, 3, 3), bool)), GRID)


def test_a_case_folder_is_read_as_its_dataset_describes_it(folder):
    case = read_case_folder(folder / "cases" / "c1")
    assert (case.table, case.surgeons, case.side, case.bone) == (TEMPORAL_BONE, ("b", "a"), "left", "bone_1")


def test_a_case_folder_on_its_own_is_read(folder, tmp_path, monkeypatch):
    alone = (folder / "cases" / "c1").rename(tmp_path / "alone")
    case = read_case_folder(alone)
    assert (case.case_id, case.table, case.surgeons, case.side) == ("alone", PUBLISHED_CM, ("a", "b"), None)
    assert read_case_folder(alone, TEMPORAL_BONE).table == TEMPORAL_BONE
    monkeypatch.chdir(alone.parent)
    assert read_case_folder(type(alone)("alone")).case_id == "alone"
    with pytest.raises(InputError, match="no such folder"):
        read_case_folder(tmp_path / "missing")


def test_a_dataset_stays_as_it_was_opened_when_a_surgeon_joins(small_dataset):
    mask = np.zeros((16, 16, 16), bool)
    mask[3:5] = True
    small_dataset.add_annotation("bone_2", Annotation("anna", mask))
    assert small_dataset.case("bone_2").surgeons == small_dataset.surgeons
    now = Dataset.open(small_dataset.folder)
    assert now.surgeons == (*small_dataset.surgeons, "anna")
    assert np.array_equal(now.case("bone_2").annotation("anna").mask, mask)
    assert now.case("bone_1").surgeons == small_dataset.surgeons
    assert (now.name, now.table, now.origin, now.licence) == (
        small_dataset.name,
        small_dataset.table,
        small_dataset.origin,
        small_dataset.licence,
    )


def test_nobodys_region_is_replaced_by_another(small_dataset):
    mask = np.ones((16, 16, 16), bool)
    with pytest.raises(InputError, match="by surgeon_1 already"):
        small_dataset.add_annotation("bone_1", Annotation("surgeon_1", mask))
    with pytest.raises(InputError, match="upper and lower case"):
        small_dataset.add_annotation("bone_1", Annotation("SURGEON_1", mask))
    with pytest.raises(InputError, match="shape"):
        small_dataset.add_annotation("bone_1", Annotation("anna", mask[:3]))
    assert not (small_dataset.case_folder("bone_1") / "annotations" / "anna.nii.gz").exists()
    assert Dataset.open(small_dataset.folder).case("bone_1").surgeons == small_dataset.surgeons


def test_two_programs_add_surgeons_one_after_the_other(small_dataset):
    mask = np.ones((16, 16, 16), bool)
    names = [f"anna_{number}" for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda name: small_dataset.add_annotation("bone_1", Annotation(name, mask)), names))
    now = Dataset.open(small_dataset.folder)
    assert sorted(now.surgeons) == sorted([*small_dataset.surgeons, *names])
    assert len(now.case("bone_1").annotations) == 3 + 12


def test_a_keeping_dataset_reads_each_case_once(small_dataset):
    kept = small_dataset.keeping()
    case = kept.case("bone_1")
    shutil.rmtree(small_dataset.folder / "cases" / "bone_1")
    assert kept.case("bone_1") is case
    assert kept == small_dataset
    with pytest.raises(InputError):
        small_dataset.case("bone_1")
    with pytest.raises(InputError):
        small_dataset.keeping().case("bone_1")
    assert small_dataset.keeping(case).case("bone_1") is case


@pytest.mark.parametrize(
    ("name", "origin", "caption"),
    [
        ("bones", "", "bones"),
        ("bones", "Scans of a clinic. More about it.", "bones; Scans of a clinic"),
        ("bones", "bones of a clinic.", "bones of a clinic"),
        ("phantom (synthetic)", "phantom (synthetic) bones. By a program.", "phantom (synthetic) bones"),
        ("bones", "By a program. A phantom.", "bones; By a program – phantom (synthetic) data"),
        ("Synthetic heads", "", "Synthetic heads"),
    ],
)
def test_a_caption_says_where_bones_come_from_and_that_they_are_synthetic(small_dataset, name, origin, caption):
    dataset = replace(small_dataset, name=name, origin=origin)
    assert dataset.caption == caption
    assert dataset.synthetic == any(word in caption.lower() for word in ("phantom", "synthetic"))
