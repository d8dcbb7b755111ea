import numpy as np
import pytest

from napari_rpdl.cli.evaluating_commands import named
from napari_rpdl.data.nifti import write_volume
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError


@pytest.fixture
def write(small_dataset, tmp_path):
    def save(name, voxels):
        write_volume(Volume(voxels, small_dataset.case("bone_1").grid), tmp_path / name)
        return tmp_path / name

    return save


def test_a_surgeons_own_region_scores_one_with_that_surgeon(result, small_dataset, write):
    region = write("bone_2.nii.gz", small_dataset.case("bone_2").annotation("surgeon_2").mask)
    (scores,) = result("evaluate", small_dataset.folder, region)["predictions"]
    assert scores["case_id"] == "bone_2"
    assert scores["dice"][1] == 1.0
    assert max(scores["dice"]) == 1.0
    assert scores["dice_mean"] <= scores["oracle_dice"]


def test_probabilities_are_cut_at_the_threshold(result, small_dataset, write):
    first, second, _ = small_dataset.case("bone_1").masks()
    path = write("anything.nii", (0.4 * first + 0.5 * second).astype(np.float32))
    prediction = f"bone_1={path}"
    for threshold, drilled in (("0.3", first | second), ("0.45", second), ("0.8", first & second)):
        (scores,) = result("evaluate", small_dataset.folder, prediction, "--threshold", threshold)["predictions"]
        assert scores["dice"][0] == pytest.approx(2 * (first & drilled).sum() / (first.sum() + drilled.sum()))


def test_certain_probabilities_and_other_values_are_a_region(result, small_dataset, write):
    mask = small_dataset.case("bone_1").masks()[0]
    for number, voxels in enumerate((mask.astype(np.float32), mask * np.uint8(255))):
        path = write(f"p{number}.nii", voxels)
        assert result("evaluate", small_dataset.folder, f"bone_1={path}")["predictions"][0]["dice"][0] == 1.0


def test_several_predictions_are_averaged(result, small_dataset, write):
    paths = [write(f"bone_{i}.nii.gz", small_dataset.case(f"bone_{i}").masks()[0]) for i in (1, 2)]
    found = result("evaluate", small_dataset.folder, *paths)
    assert found["dice_mean"] == pytest.approx(np.mean([p["dice_mean"] for p in found["predictions"]]))


def test_the_text_names_structures_that_were_touched(run, small_dataset, write):
    case = small_dataset.case("bone_1")
    status, out, _ = run("evaluate", small_dataset.folder, write("bone_1.nii.gz", case.labels() == 5))
    assert status == 0
    assert f"{(case.labels() == 5).sum()} voxels inside facial nerve" in out


@pytest.mark.parametrize(
    ("voxels", "says"),
    [
        (np.full((16, 16, 16), 0.5, np.float32) - np.eye(16, dtype=np.float32), "from 0 to 1"),
        (np.arange(16**3).reshape(16, 16, 16).astype(np.int16), "one other value"),
    ],
)
def test_neither_region_nor_probabilities(run, small_dataset, write, voxels, says):
    status, _, err = run("evaluate", small_dataset.folder, write("bone_1.nii.gz", voxels))
    assert status == 1
    assert says in err


def test_another_grid_is_refused(run, small_dataset, tmp_path):
    write_volume(Volume(np.ones((8, 8, 8), np.uint8), Grid.of_shape((8, 8, 8))), tmp_path / "bone_1.nii.gz")
    assert run("evaluate", small_dataset.folder, tmp_path / "bone_1.nii.gz")[0] == 1


def test_a_threshold_out_of_range_is_wrong_usage(run, small_dataset):
    status, _, err = run("evaluate", small_dataset.folder, "bone_1.nii.gz", "--threshold", "2")
    assert status == 2
    assert "--threshold" in err


def test_cases_are_named_by_file_or_in_words():
    assert str(named("a/bone_1.nii.gz", ["bone_1"])[1]) == "a/bone_1.nii.gz"
    assert named("bone_1=x=y.nii", ["bone_1"])[0] == "bone_1"
    assert named("k=1/bone_1.nii", ["bone_1"])[0] == "bone_1"
    with pytest.raises(InputError, match="CASE=FILE"):
        named("other.nii.gz", ["bone_1"])
