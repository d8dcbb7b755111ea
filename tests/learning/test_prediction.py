import dataclasses

import numpy as np
import pytest

from napari_rpdl.data.resampling import resample_labels, resample_mask
from napari_rpdl.data.structures import Structure, StructureTable
from napari_rpdl.data.volume import Volume
from napari_rpdl.errors import InputError
from napari_rpdl.learning.prediction import Prediction, predict
from napari_rpdl.learning.training import train
from napari_rpdl.settings import NetworkSettings, PredictionSettings, TrainingSettings

CPU = PredictionSettings(device="cpu")
SETTINGS = TrainingSettings(
    network=NetworkSettings(channels=(8, 16)), grid=16, epochs=1, steps_per_epoch=40, validation_bones=0,
    augmentation="none", shift=0, learning_rate=0.02, threads=1, device="cpu",
)  # fmt: skip


@pytest.fixture
def run(small_dataset, tmp_path):
    list(train(SETTINGS, small_dataset, tmp_path / "run", ["bone_3"]))
    return tmp_path / "run"


def dice(a, b) -> float:
    return 2 * (a & b).sum() / (a.sum() + b.sum())


def test_probabilities_lie_on_the_cases_own_grid(run, small_dataset):
    case = small_dataset.case("bone_3")
    shape = (20, 24, 28)
    structures = resample_labels(case.structures, shape)
    larger = dataclasses.replace(case, grid=structures.grid, structures=structures, annotations=())
    prediction = predict(run, larger, CPU)
    assert prediction.probabilities.shape == shape
    assert prediction.probabilities.dtype == np.float32
    assert 0 <= prediction.probabilities.min() <= prediction.probabilities.max() <= 1
    assert dice(prediction.mask(), resample_mask(case.masks()[1], shape)) > 0.7


def test_a_left_ear_is_predicted_as_the_mirror_image_of_the_right_one(run, small_dataset):
    right = small_dataset.case("bone_3")
    mirrored = Volume(np.ascontiguousarray(right.labels()[:, :, ::-1]), right.grid)
    left = dataclasses.replace(right, structures=mirrored, side="left", annotations=())
    expected = predict(run, right, CPU).probabilities[:, :, ::-1]
    np.testing.assert_array_equal(predict(run, left, CPU).probabilities, expected)


def test_annotations_are_never_looked_at(run, small_case):
    bare = dataclasses.replace(small_case, annotations=())
    np.testing.assert_array_equal(predict(run, small_case, CPU).probabilities, predict(run, bare, CPU).probabilities)


def test_a_network_that_saw_mirror_images_answers_alike_for_both(small_dataset, tmp_path):
    settings = SETTINGS.model_copy(update={"augmentation": "mirror", "steps_per_epoch": 4})
    list(train(settings, small_dataset, tmp_path / "run", []))
    case = dataclasses.replace(small_dataset.case("bone_1"), side=None, annotations=())
    mirrored = Volume(np.ascontiguousarray(case.labels()[:, :, ::-1]), case.grid)
    one = predict(tmp_path / "run", case, CPU).probabilities
    other = predict(tmp_path / "run", dataclasses.replace(case, structures=mirrored), CPU).probabilities
    np.testing.assert_allclose(one, other[:, :, ::-1], atol=1e-6)


def test_a_side_that_is_needed_but_unknown_is_asked_for(run, small_case):
    with pytest.raises(InputError, match='"side"'):
        predict(run, dataclasses.replace(small_case, side=None), CPU)


def test_a_checkpoint_file_will_do(run, small_case):
    from_file = predict(run / "checkpoint_last.safetensors", small_case, CPU)
    last = predict(run, small_case, PredictionSettings(checkpoint="last", device="cpu"))
    np.testing.assert_array_equal(from_file.probabilities, last.probabilities)


def test_a_structure_that_the_network_never_saw_is_refused(run, small_case):
    labels = small_case.labels().copy()
    labels[0, 0, 0] = 77
    extra = Structure(code=77, name="implant", color="#ffffff", role="other")
    table = StructureTable(structures=(*small_case.table.structures, extra))
    case = dataclasses.replace(small_case, structures=Volume(labels, small_case.grid), table=table)
    with pytest.raises(InputError, match=r"codes \[77\] that this network has never seen"):
        predict(run, case, CPU)


def test_a_case_without_structures_is_refused(run, small_case):
    with pytest.raises(InputError, match="no structures"):
        predict(run, dataclasses.replace(small_case, structures=None), CPU)


def test_a_run_without_checkpoint_is_refused(tmp_path, small_case):
    with pytest.raises(InputError, match="There is no checkpoint"):
        predict(tmp_path, small_case, CPU)


def test_a_voxel_at_the_threshold_is_drilled():
    probabilities = np.array([[[0.2, 0.5, 0.7]]], np.float32)
    assert Prediction("a", probabilities).mask().tolist() == [[[False, True, True]]]
    assert Prediction("a", probabilities).mask(0.6).tolist() == [[[False, False, True]]]
