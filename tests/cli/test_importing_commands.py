import nibabel as nib
import numpy as np
import pytest

from napari_rpdl.data.dataset import Dataset


def test_phantom_makes_a_dataset_and_measures_it(result, tmp_path):
    found = result("phantom", tmp_path / "out", "--bones", "2", "--surgeons", "2", "--grid", "16", "--seed", "3")
    assert len(Dataset.open(tmp_path / "out")) == len(found["cases"]) == 2
    assert "phantom (synthetic)" in found["origin"]


def test_cm_arrays(result, run, tmp_path):
    bones = np.random.default_rng(0).integers(0, 14, (2, 8, 8, 8)).astype(np.int8)
    np.save(tmp_path / "x.npy", bones.repeat(2, axis=0))
    np.save(tmp_path / "y.npy", np.ones((4, 8, 8, 8), np.int8))
    words = ("import", "cm-arrays", tmp_path / "x.npy", tmp_path / "y.npy", tmp_path / "out")
    counts = ("--bones", "2", "--surgeons", "2")
    assert result(*words, *counts) == {
        "dataset": str(tmp_path / "out"),
        "cases": ["bone_1", "bone_2"],
        "surgeons": ["surgeon_1", "surgeon_2"],
    }
    status, _, err = run(*words, *counts, "--verify")
    assert status == 1
    assert "not the published file" in err


def test_drilled(result, tmp_path):
    bone = np.zeros((6, 6, 6), np.uint8)
    bone[1:5, 1:5, 1:5] = 1
    after = bone.copy()
    after[1:3] = 0
    for name, voxels in {"bone": bone, "ada": after, "ben": after}.items():
        nib.save(nib.Nifti1Image(voxels, np.eye(4)), tmp_path / f"{name}.nii.gz")
    files = (tmp_path / "bone.nii.gz", tmp_path / "ada.nii.gz", tmp_path / "ben.nii.gz", tmp_path / "out")
    assert result("import", "drilled", *files, "--case-id", "right_1")["surgeons"] == ["ada", "ben"]
    assert Dataset.open(tmp_path / "out").case("right_1").annotation("ada").mask.sum() == 2 * 4 * 4


@pytest.mark.parametrize("words", [["bone.nii.gz"], ["bone.nii.gz", "out"]])
def test_drilled_needs_a_volume_after_surgery(run, words):
    assert run("import", "drilled", *words)[0] == 2


def test_recordings(result, tmp_path):
    np.savez(tmp_path / "r.npz", surgeon1_rep1=np.full((4, 3), 100, np.uint8))
    found = result("import", "recordings", tmp_path / "r.npz", tmp_path / "out", "--radius", "20", "--grid", "128")
    assert found["cases"] == ["bone_1_rep_1"]
    mask = Dataset.open(tmp_path / "out").case("bone_1_rep_1").annotation("surgeon1").mask
    assert mask.shape == (128, 128, 128)
    assert mask.sum() * 2**3 == pytest.approx(4 / 3 * np.pi * 20**3, rel=0.02)


def test_a_second_import_into_the_same_folder_is_refused(run, tmp_path):
    np.savez(tmp_path / "r.npz", surgeon1_rep1=np.full((4, 3), 100, np.uint8))
    words = ("import", "recordings", tmp_path / "r.npz", tmp_path / "out")
    assert run(*words)[0] == 0
    assert run(*words)[0] == 1
