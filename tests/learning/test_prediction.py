import dataclasses
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
import torch
from monai.inferers import sliding_window_inference

from napari_rpdl.data.resampling import resample_labels, resample_mask
from napari_rpdl.data.structures import Structure, StructureTable
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError
from napari_rpdl.learning.checkpoint import read_checkpoint
from napari_rpdl.learning.prediction import Prediction, predict
from napari_rpdl.learning.training import train
from napari_rpdl.settings import NetworkSettings, PredictionSettings, TrainingSettings

CPU = PredictionSettings(device="cpu")
SETTINGS = TrainingSettings(
    network=NetworkSettings(channels=(8, 16)), grid=16, epochs=1, steps_per_epoch=40, validation_bones=0,
    augmentation="none", shift=0, learning_rate=0.02, loss="rpdl", threads=1, device="cpu",
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


@pytest.fixture
def runs(run, small_dataset, tmp_path):
    """Two runs that differ in seed and grid."""
    settings = SETTINGS.model_copy(update={"seed": 1, "grid": 8, "steps_per_epoch": 8})
    list(train(settings, small_dataset, tmp_path / "other", ["bone_3"]))
    return [run, tmp_path / "other"]


def test_an_ensemble_is_the_mean_of_its_runs_and_their_spread(runs, small_case):
    alone = [predict(run, small_case, CPU).probabilities for run in runs]
    together = predict(runs, small_case, CPU)
    np.testing.assert_allclose(together.probabilities, np.mean(alone, axis=0), atol=1e-6)
    np.testing.assert_allclose(together.spread, np.std(alone, axis=0), atol=1e-5)
    for member, probabilities in zip(together.members, alone, strict=True):
        np.testing.assert_array_equal(member, probabilities)


def test_a_run_named_twice_counts_once(run, small_case):
    np.testing.assert_array_equal(
        predict([run, run], small_case, CPU).probabilities, predict(run, small_case, CPU).probabilities
    )
    assert predict([run, run], small_case, CPU).spread is None


def test_no_run_is_no_prediction(small_case):
    with pytest.raises(InputError, match="at least one run"):
        predict([], small_case, CPU)


def test_views_spread_as_the_bone_and_its_mirror_image_differ(small_dataset, tmp_path):
    settings = SETTINGS.model_copy(update={"augmentation": "mirror", "steps_per_epoch": 2})
    list(train(settings, small_dataset, tmp_path / "run", []))
    case = small_dataset.case("bone_1")
    mirrored = dataclasses.replace(
        case, structures=Volume(np.ascontiguousarray(case.labels()[:, :, ::-1]), case.grid), annotations=()
    )
    single = PredictionSettings(device="cpu", views="single")
    one = predict(tmp_path / "run", case, single).probabilities
    other = predict(tmp_path / "run", mirrored, single).probabilities[:, :, ::-1]
    both = predict(tmp_path / "run", case, CPU)
    np.testing.assert_allclose(both.probabilities, (one + other) / 2, atol=1e-6)
    np.testing.assert_allclose(both.spread, np.abs(one - other) / 2, atol=1e-4)


def larger_field_of_view(case, before, after):
    """Return the case with more air around it, at the same voxel size."""
    labels = np.pad(case.labels(), list(zip(before, after, strict=True)))
    grid = Grid.of_shape(labels.shape, case.grid.spacing_mm)
    return dataclasses.replace(case, grid=grid, structures=Volume(labels, grid), annotations=())


def test_in_patches_a_bone_of_the_networks_size_is_what_it_is_resampled(run, small_case):
    patches = PredictionSettings(device="cpu", large_bones="patches")
    np.testing.assert_allclose(
        predict(run, small_case, patches).probabilities, predict(run, small_case, CPU).probabilities, atol=1e-6
    )


def test_patches_at_a_scale_that_training_never_showed_are_refused(runs, small_case):
    """The second run learned from half as many voxels over the same field of view."""
    patches = PredictionSettings(device="cpu", large_bones="patches")
    with pytest.raises(InputError, match=r"voxels of 1 mm along z.* voxels of 2 mm.*resample"):
        predict(runs, small_case, patches)
    unknown = dataclasses.replace(small_case, grid=Grid.of_shape(small_case.grid.shape))
    assert "voxel size of bone_1" in predict(runs, unknown, patches).said[0]
    assert predict(runs, small_case, CPU).said == ()


def test_patches_are_what_monai_makes_of_them(run, small_dataset):
    """Cubes begin at the same places in both where lengths are multiples of half a cube."""
    case = larger_field_of_view(small_dataset.case("bone_3"), (8, 8, 0), (8, 0, 0))
    checkpoint = read_checkpoint(run / "checkpoint_best.safetensors")
    one_hot = np.stack([case.labels() == code for code in checkpoint.info.codes])[None].astype(np.float32)
    weight = 1 - np.abs(np.arange(16) - 7.5) / 8.5
    importance = torch.from_numpy((weight[:, None, None] * weight[:, None] * weight).astype(np.float32))
    network = checkpoint.build_network().eval()
    with torch.inference_mode():
        expected = sliding_window_inference(
            torch.from_numpy(one_hot), 16, 1, lambda cubes: network(cubes).sigmoid(), 0.5, roi_weight_map=importance
        )
    patches = predict(run, case, PredictionSettings(device="cpu", large_bones="patches"))
    assert patches.probabilities.shape == (32, 24, 16)
    np.testing.assert_allclose(patches.probabilities, expected[0, 0].numpy(), atol=1e-5)


@pytest.mark.parametrize("way", ["resample", "patches"])
def test_memory_stays_within_the_stated_bound(run, small_dataset, way):
    """12 bytes for each voxel of a non-cubic bone; torch's own memory is that of one cube."""
    case = larger_field_of_view(small_dataset.case("bone_3"), (24, 12, 30), (24, 20, 34))
    settings = PredictionSettings(device="cpu", large_bones=way)
    predict(run, small_dataset.case("bone_3"), settings)  # what is loaded once does not count
    tracemalloc.start()
    predict(run, case, settings)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * np.prod(case.grid.shape)


def test_memory_with_spread_stays_within_the_stated_bound(runs, small_dataset):
    case = larger_field_of_view(small_dataset.case("bone_3"), (24, 12, 30), (24, 20, 34))
    predict(runs, small_dataset.case("bone_3"), CPU)
    tracemalloc.start()
    predict(runs, case, CPU)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < (28 + 8) * np.prod(case.grid.shape)


def test_a_surgeon_is_asked_by_name():
    everyone, anna = np.full((1, 1, 2), 0.5, np.float32), np.array([[[0.9, 0.1]]], np.float32)
    prediction = Prediction("a", everyone, surgeons={"anna": anna}, tuned=0.3)
    np.testing.assert_array_equal(prediction.of_surgeon("anna").probabilities, anna)
    with pytest.raises(InputError, match=r"how anna drills.*dice-optimal"):
        prediction.of_surgeon("anna").tuned_mask()
    tuned = replace(prediction, tuned_surgeons={"anna": 0.2}).of_surgeon("anna")
    assert tuned.tuned_mask().tolist() == [[[True, False]]]
    with pytest.raises(InputError, match=r"'ben'.*knows: anna"):
        prediction.of_surgeon("ben")
    with pytest.raises(InputError, match="without surgeon heads"):
        Prediction("a", everyone).of_surgeon("ben")


def test_a_voxel_at_the_threshold_is_drilled():
    probabilities = np.array([[[0.2, 0.5, 0.7]]], np.float32)
    assert Prediction("a", probabilities).mask().tolist() == [[[False, True, True]]]
    assert Prediction("a", probabilities).mask(0.6).tolist() == [[[False, False, True]]]
