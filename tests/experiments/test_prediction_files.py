import numpy as np
import pytest

from napari_rpdl.data.nifti import write_volume
from napari_rpdl.data.volume import Volume
from napari_rpdl.errors import InputError
from napari_rpdl.experiments.cells import cells_of
from napari_rpdl.experiments.prediction_files import prediction_file, prediction_folders, read_predictions
from napari_rpdl.experiments.results import Results
from napari_rpdl.settings import ComparisonFigureSettings, TrainingSettings
from napari_rpdl.settings.experiment import ArmSettings, ExperimentSettings


def put(case, mask, path):
    write_volume(Volume(mask, case.grid), path)


@pytest.fixture
def experiment(small_dataset, tmp_path):
    """A results folder of two losses, two seeds and both protocols, as the engine would fill it."""
    settings = ExperimentSettings(
        arms=tuple(ArmSettings(training=TrainingSettings(loss=loss)) for loss in ("rpdl", "dice")), seeds=(0, 1)
    )
    results = Results.claim(tmp_path / "results", small_dataset, settings)
    for number, cell in enumerate(cells_of(small_dataset, settings)):
        for case_id in cell.fold.judged_cases:
            case = small_dataset.case(case_id)
            mask = np.zeros(case.grid.shape, np.bool_)
            mask.flat[: number + 1] = True
            folder = results.folder / "runs" / cell.key / "predictions"
            put(case, mask, folder / f"{case_id}.nii.gz")
            if cell.fold.protocol == "repaired":
                put(case, ~mask, folder / f"{case_id}_tuned.nii.gz")
    return results, {cell.key: number + 1 for number, cell in enumerate(cells_of(small_dataset, settings))}


def test_a_folder_of_files_named_after_their_cases(small_dataset, tmp_path):
    masks = {case.case_id: case.masks()[0] for case in small_dataset}
    for name, ending in (("one", ".nii.gz"), ("two", ".nii")):
        for case in small_dataset:
            put(case, masks[case.case_id], tmp_path / name / f"{case.case_id}{ending}")
    settings = ComparisonFigureSettings(predictions=(f"WCEL={tmp_path / 'one'}", f"a b={tmp_path / 'two'}"))
    read = read_predictions(prediction_folders(settings), list(small_dataset), settings)
    assert list(read) == ["WCEL", "a b"]
    for predicted in read.values():
        assert all((predicted[case_id] == mask).all() for case_id, mask in masks.items())


@pytest.mark.parametrize("protocol", ["paper", "repaired"])
@pytest.mark.parametrize("seed", [0, 1])
def test_every_method_of_an_experiment_is_a_column(experiment, small_dataset, protocol, seed):
    results, sizes = experiment
    settings = ComparisonFigureSettings(predictions=(str(results.folder),), protocol=protocol, seed=seed)
    read = read_predictions(prediction_folders(settings), list(small_dataset), settings)
    assert [title.split()[-1] for title in read] == ["RPDL", "DL"]
    for title, method in zip(read, ("rpdl", "dice"), strict=True):
        for bone in ("bone_1", "bone_2", "bone_3"):
            (key,) = [key for key in sizes if key.startswith(f"{protocol}/") and f"-{method}/{bone}/seed_{seed}" in key]
            assert read[title][bone].sum() == sizes[key]


def test_regions_at_tuned_thresholds(experiment, small_dataset):
    results, _ = experiment
    chosen = {"predictions": (str(results.folder),), "protocol": "repaired"}
    fixed, tuned = (
        read_predictions(prediction_folders(s), [small_dataset.case("bone_2")], s)
        for s in (ComparisonFigureSettings(**chosen), ComparisonFigureSettings(**chosen, decision="tuned"))
    )
    for title in fixed:
        np.testing.assert_array_equal(fixed[title]["bone_2"], ~tuned[title]["bone_2"])


def test_a_method_or_a_run_of_an_experiment_can_be_named(experiment):
    results, _ = experiment
    settings = ComparisonFigureSettings()
    (method,) = (results.folder / "runs" / "paper").glob("*-rpdl")
    path = prediction_file(method, "bone_1", settings)
    assert path.relative_to(method).as_posix() == "bone_1/seed_0/predictions/bone_1.nii.gz"
    assert prediction_file(path.parent.parent, "bone_1", settings) == path
    assert prediction_file(path.parent, "bone_1", settings) == path


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (["nowhere"], "NAME=FOLDER"),
        (["=x"], "NAME=FOLDER"),
        (["a={here}/nowhere"], "no folder .*nowhere with the predictions of a"),
        (["a={here}", "a={here}"], "'a' twice"),
        (["{here}"], "hold an experiment"),
    ],
)
def test_entries_that_name_nothing_are_refused(tmp_path, entries, message):
    named = tuple(entry.format(here=tmp_path) for entry in entries)
    with pytest.raises(InputError, match=message):
        prediction_folders(ComparisonFigureSettings(predictions=named))


def test_an_experiment_that_is_not_far_enough_says_so(experiment):
    results, _ = experiment
    (method,) = (results.folder / "runs" / "repaired").glob("*-dice")
    method.rename(method.with_name("elsewhere"))
    settings = ComparisonFigureSettings(predictions=(str(results.folder),), protocol="repaired")
    with pytest.raises(InputError, match="no runs of unet DL by the protocol 'repaired' yet"):
        prediction_folders(settings)


def test_missing_and_ambiguous_files_are_told(experiment, small_dataset, tmp_path):
    results, _ = experiment
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="the prediction of bone_1; there is none"):
        prediction_file(tmp_path / "empty", "bone_1", ComparisonFigureSettings())
    (method,) = (results.folder / "runs" / "paper").glob("*-rpdl")
    with pytest.raises(InputError, match="of seed 7 in a run"):
        prediction_file(method, "bone_1", ComparisonFigureSettings(seed=7))
    case = small_dataset.case("bone_1")
    put(case, case.masks()[0], method / "another_fold" / "seed_0" / "predictions" / "bone_1.nii.gz")
    with pytest.raises(InputError, match="several predictions of bone_1"):
        prediction_file(method, "bone_1", ComparisonFigureSettings())
