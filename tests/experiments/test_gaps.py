"""What is missing is said, and nothing else."""

import pytest

from napari_rpdl.experiments.gaps import gaps
from napari_rpdl.experiments.results import ExperimentRecord, Fingerprint
from napari_rpdl.experiments.score_folder import read_score_folder
from napari_rpdl.settings.experiment import ArmSettings, ExperimentSettings


@pytest.fixture
def planned():
    """Write what an experiment was planned to be."""

    def write(folder, seeds=(0, 1), presets=("default",), folds=()):
        arms = tuple(ArmSettings(preset=preset) for preset in presets)
        record = ExperimentRecord(
            dataset_folder="/nowhere/phantom",
            dataset=Fingerprint(name="phantom", digest="0" * 64),
            settings=ExperimentSettings(arms=arms, seeds=seeds, protocols=("paper",)),
            folds={"paper": folds} if folds else {},
        )
        (folder / "experiment.json").write_text(record.model_dump_json())
        return arms

    return write


@pytest.fixture
def folder_of(tmp_path, write):
    def make(rows):
        write(tmp_path / "results", rows)
        return tmp_path / "results"

    return make


def test_complete_results_have_no_gap(results):
    assert gaps(read_score_folder(results)) == ()


def test_trainings_of_the_plan_without_scores_are_counted(folder_of, planned, make_rows):
    default = ArmSettings(preset="default").method
    paper = ArmSettings(preset="paper").method
    rows = make_rows((default, "surgeons", "mean-vote-map", "oracle"), bones=("bone_1", "bone_2", "bone_3"), seeds=(0,))
    folder = folder_of(rows)
    planned(folder, seeds=(0, 1), presets=("default", "paper"), folds=("bone_1", "bone_2", "bone_3", "bone_4"))
    (said,) = gaps(read_score_folder(folder))
    assert said == (
        f"Experiment on bones, protocol paper: 13 of 16 trainings have no scores yet (5 of {default}, 8 of {paper})."
    )


def test_where_nobody_noted_the_folds_those_with_scores_are_counted_and_that_is_said(folder_of, planned, make_rows):
    default = ArmSettings(preset="default").method
    rows = make_rows((default, "surgeons", "mean-vote-map", "oracle"), bones=("bone_1", "bone_2"), seeds=(0,))
    folder = folder_of(rows)
    planned(folder)
    unknown, counted = gaps(read_score_folder(folder))
    assert "did not note its folds" in unknown
    assert "2 of 4 trainings" in counted


def test_cells_baselines_runs_and_damage_are_named(folder_of, make_rows, make_row, make_run):
    rows = make_rows(("paper/unet-published/dice", "paper/unet-published/rpdl", "oracle"), bones=("bone_1", "bone_2"))
    folder = folder_of([row for row in rows if not (row.method.endswith("rpdl") and row.bone == "bone_2")])
    make_run(folder / "runs" / "begun", make_row())
    (folder / "odd").mkdir()
    (folder / "odd" / "scores.csv").write_text("x\n")
    damaged, begun, cells, baselines = gaps(read_score_folder(folder))
    assert damaged.startswith("Left out: ")
    assert "odd/scores.csv" in damaged
    assert begun == "Begun, but without scores yet: runs/begun."
    assert cells.endswith("no Dice of U-net RPDL on bone_2.")
    assert baselines.endswith("no baseline Surgeons among each other, Mean vote map.")


def test_long_lists_are_cut(folder_of, make_rows, make_row):
    rows = [*make_rows(("oracle", "surgeons", "mean-vote-map")), make_row()]
    (said,) = gaps(read_score_folder(folder_of(rows)))
    assert "on bone_7 and 2 more." in said


def test_a_damaged_plan_is_no_plan_and_is_named(results):
    (results / "experiment.json").write_text("{}")
    found = read_score_folder(results)
    assert found.experiments == ()
    (said,) = gaps(found)
    assert said.startswith("Left out: ")
    assert "experiment.json" in said
