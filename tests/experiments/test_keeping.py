import numpy as np
import pytest

from napari_rpdl.data.nifti import read_mask
from napari_rpdl.experiments.keeping import keep_checkpoints, keep_prediction, kept_bytes, size_of
from napari_rpdl.learning.prediction import Prediction


@pytest.mark.parametrize(
    ("kept", "tuned", "names"),
    [
        ("nothing", 0.3, set()),
        ("masks", None, {"bone_1.nii.gz"}),
        ("masks", 0.3, {"bone_1.nii.gz", "bone_1_tuned.nii.gz"}),
        ("probabilities", None, {"bone_1.nii.gz", "bone_1_probabilities.nii.gz"}),
    ],
)
def test_what_is_kept_of_a_prediction(small_case, tmp_path, kept, tuned, names):
    probabilities = np.random.default_rng(0).random(small_case.grid.shape, np.float32)
    keep_prediction(Prediction("bone_1", probabilities, tuned=tuned), small_case, tmp_path, kept)
    assert {path.name for path in tmp_path.glob("*.nii.gz")} == names
    for name, threshold in (("bone_1", 0.5), ("bone_1_tuned", 0.3)):
        if f"{name}.nii.gz" in names:
            mask = read_mask(tmp_path / f"{name}.nii.gz", small_case.grid).voxels
            assert np.array_equal(mask, probabilities >= threshold)


def test_the_optimisers_state_is_three_quarters_of_a_run(tmp_path):
    (tmp_path / "checkpoint_best.safetensors").write_bytes(b"0" * 100)
    (tmp_path / "checkpoint_last.safetensors").write_bytes(b"0" * 300)
    (tmp_path / "predictions").mkdir()
    assert (kept_bytes(tmp_path, "best"), kept_bytes(tmp_path, "all")) == (100, 400)
    keep_checkpoints(tmp_path, "all")
    assert size_of(tmp_path.iterdir()) == 400
    keep_checkpoints(tmp_path, "best")
    keep_checkpoints(tmp_path, "best")
    assert size_of(tmp_path.iterdir()) == 100
