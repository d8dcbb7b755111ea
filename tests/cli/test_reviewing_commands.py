import csv
import shutil
from dataclasses import replace

import nibabel as nib
import numpy as np
import pytest

from napari_rpdl.data.case_folder import write_annotation
from napari_rpdl.data.drill_log import DrillLog, LogHeader, start_from
from napari_rpdl.review.gradebook import GradeBook
from napari_rpdl.review.record import Given, now
from napari_rpdl.review.study_folder import StudyFolder


@pytest.fixture
def networks(small_dataset, tmp_path):
    """Two methods' predictions: a region for every bone, probabilities for two of them."""
    folders = {"net_a": tmp_path / "net_a", "net_b": tmp_path / "net_b"}
    for label, folder in folders.items():
        folder.mkdir()
        for case in list(small_dataset)[: 3 if label == "net_a" else 2]:
            mask = case.annotation("surgeon_2").mask.transpose(2, 1, 0)
            voxels = mask.astype(np.uint8) if label == "net_a" else np.where(mask, 0.7, 0.2).astype(np.float32)
            nib.Nifti1Image(voxels, case.grid.affine).to_filename(folder / f"{case.case_id}.nii.gz")
    return [f"{label}={folder}" for label, folder in folders.items()]


@pytest.fixture
def planned(result, small_dataset, networks, tmp_path):
    study, key = tmp_path / "study", tmp_path / "key"
    words = [small_dataset.folder, study, key, "--scale", "global-rating", "--minimum-gap", 2]
    return result("study", "plan", *words, "--graders", "ada", "ben", "--predictions", *networks)


def answered(folder, study, graders):
    book = GradeBook(folder, study)
    for grader in graders:
        for shown in study.plan_of(grader).presentations[:3]:
            for item in study.scale.items:
                told = {"opened_at": now(), "answered_at": now(), "score": 4.0}
                book.give(Given(grader=grader, presentation_index=shown.index, item_id=item.id, **told))
            book.lock(grader, shown.index)


def test_a_study_is_planned_merged_exported_and_reported(planned, result, run, tmp_path):
    study, key = tmp_path / "study", tmp_path / "key"
    # 3 bones x 3 surgeons, 3 + 2 predictions, 15 % (rounded up) of them again.
    assert planned["presentations"] == {"ada": 17, "ben": 17}
    assert any("cannot show which" in sentence for sentence in planned["can_support"])
    opened = StudyFolder.open(study)
    for grader in ("ada", "ben"):
        answered(tmp_path / f"{grader}.sqlite", opened.study, [grader])
    books = [tmp_path / "ada.sqlite", tmp_path / "ben.sqlite"]
    merged = result("study", "merge", study, *books)
    assert [row["new"] for row in merged["merged"]] == [15, 15]
    assert [row["new"] for row in result("study", "merge", study, *books)["merged"]] == [0, 0]

    files = result("study", "export", study, tmp_path / "out", "--key", key)["files"]
    assert len(files) == 5
    with (tmp_path / "out" / "answers_unblinded.csv").open(newline="", encoding="utf-8") as file:
        assert {row["method"] for row in csv.DictReader(file)} <= {"surgeons", "net_a", "net_b"}

    found = result("study", "results", study, key, tmp_path / "report")
    assert found["progress"] == {"ada": [3, 17], "ben": [3, 17]}
    assert (tmp_path / "report" / "index.html").is_file()
    said = run("study", "results", study, key, tmp_path / "report")[1]
    assert "ada has locked 3 of 17 presentations" in said


def test_what_corrections_cost_is_in_the_results(planned, result, small_dataset, tmp_path):
    case = small_dataset.case("bone_1")
    start = start_from("prediction", "net_a", case.masks("surgeon_1")[0])
    header = LogHeader(case_id="bone_1", shape=case.grid.shape, unit="mm", started_at="2026", start=start)
    drilled = replace(case.annotation("surgeon_2"), log=DrillLog(header=header, events=()))
    write_annotation(small_dataset.case_folder("bone_1"), drilled, case.grid)
    words = [tmp_path / "study", tmp_path / "key", tmp_path / "report", "--corrections", small_dataset.folder]
    (found,) = result("study", "results", *words)["corrections"]
    changed = int((case.masks("surgeon_1")[0] ^ case.masks("surgeon_2")[0]).sum())
    assert (found["method"], found["bones"], found["changed"]["value"]) == ("net_a", 1, changed)


def test_the_plan_is_told_in_words(run, small_dataset, tmp_path):
    words = [small_dataset.folder, tmp_path / "s", tmp_path / "k", "--minimum-gap", 2, "--graders", "ada"]
    status, out, _ = run("study", "plan", *words)
    assert status == 0
    assert "11 presentations for each of 1 graders" in out
    assert f"Keep {tmp_path / 'k'} from them" in out


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        (["--predictions", "net"], 2, "LABEL=FOLDER"),
        (["--predictions", "net=nowhere"], 1, "nowhere"),
        (["--predictions", "surgeons=."], 2, "LABEL=FOLDER"),
        (["--without-surgeons"], 1, "at least one drilled region"),
        (["--scale", "melbourne"], 1, "global-rating"),
        (["--repeats", "2"], 2, "--repeats"),
        (["--cases", "bone_9"], 1, "bone_9"),
        (["--minimum-gap", "900"], 1, "too few"),
    ],
)
def test_what_cannot_be_planned_is_told(run, small_dataset, tmp_path, change, status, says):
    words = [small_dataset.folder, tmp_path / "s", tmp_path / "k", "--graders", "ada", *change]
    got, _, err = run("study", "plan", *words)
    assert (got, says in err) == (status, True), err
    assert not (tmp_path / "s").exists()


def test_a_folder_that_is_no_study_and_a_wrong_key_are_told(run, planned, tmp_path):
    assert "no study.json" in run("study", "export", tmp_path, tmp_path / "out")[2]
    shutil.rmtree(tmp_path / "key")
    status, _, err = run("study", "results", tmp_path / "study", tmp_path / "key", tmp_path / "out")
    assert status == 1
    assert "Could not read" in err
