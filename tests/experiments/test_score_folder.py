"""Results are read as they lie there: partial, damaged, contradictory."""

import dataclasses
import sys

import pytest

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.experiments.results import Results
from napari_rpdl.experiments.score_folder import read_score_folder
from napari_rpdl.experiments.scores import write_rows


def test_all_rows_and_runs_are_found(results, make_rows):
    found = read_score_folder(results)
    expected = [*make_rows(), *make_rows(protocol="repaired", decision="tuned")]
    assert set(found.rows) == set(expected)
    assert len(found.rows) == len(expected)
    assert len(found.runs) == 4 * 9 * 2 * 2
    assert (found.unfinished, found.problems) == ((), ())
    assert found.datasets == ("phantom of 9 bones",)


def test_phantom_results_say_so(results, tmp_path, make_row, write, small_dataset):
    assert "phantom (synthetic)" in read_score_folder(results).dataset_label
    write(tmp_path / "real", [make_row()], dataset="temporal bones")
    assert read_score_folder(tmp_path / "real").dataset_label == "temporal bones"


def test_the_datasets_origin_counts_where_it_can_still_be_read(tmp_path, make_row, make_run, small_dataset):
    run = make_run(tmp_path / "run", make_row(), dataset="nine bones")
    write_rows([make_row()], run.folder / "scores.csv")
    assert not read_score_folder(tmp_path).synthetic
    record = run.record.model_copy(update={"dataset_folder": str(small_dataset.folder)})
    (run.folder / "run.json").write_text(record.model_dump_json())
    assert not read_score_folder(tmp_path / "run").synthetic
    about = small_dataset.folder / "dataset.json"
    about.write_text(about.read_text().replace("analytic test shapes", "synthetic shapes"))
    assert read_score_folder(tmp_path / "run").synthetic


def test_without_runs_the_dataset_is_not_known(tmp_path, make_row):
    write_rows([make_row("oracle")], tmp_path / "baselines" / "scores.csv")
    assert "not known" in read_score_folder(tmp_path).dataset_label


def test_an_experiment_that_has_baselines_only_knows_its_dataset(tmp_path, make_row, small_dataset, tiny):
    about = small_dataset.folder / "dataset.json"
    about.write_text(about.read_text().replace("analytic test shapes", "synthetic shapes"))
    dataset = Dataset.open(small_dataset.folder)
    results = Results.claim(tmp_path / "results", dataset, tiny())
    write_rows([make_row("oracle")], results.folder / "baselines" / "scores.csv")
    found = read_score_folder(results.folder)
    assert [one.record for one in found.experiments] == [results.record]
    assert found.dataset_label == "small – phantom (synthetic) data"


def test_runs_without_scores_are_named(results, make_row, make_run):
    make_run(results / "runs" / "new" / "seed_0", make_row())
    assert read_score_folder(results).unfinished == ("runs/new/seed_0",)


def test_damaged_files_are_named_and_left_out(results, make_row):
    (results / "other").mkdir()
    (results / "other" / "scores.csv").write_text("method,case\na,b\n")
    run = next(results.rglob("run.json"))
    run.write_text("{")
    found = read_score_folder(results)
    assert len(found.problems) == 2
    assert "other/scores.csv" in found.problems[0]
    assert str(run) in found.problems[1]


def test_the_same_scores_twice_count_once_and_others_are_refused(tmp_path, make_row):
    row = make_row(value=0.25)
    for name in ("a", "b"):
        write_rows([row], tmp_path / name / "scores.csv")
    assert read_score_folder(tmp_path).rows == (row,)
    write_rows([dataclasses.replace(row, value=0.75)], tmp_path / "c" / "scores.csv")
    with pytest.raises(InputError, match=r"a/scores.csv and .*c/scores.csv differ in dice .* 0.25 and 0.75"):
        read_score_folder(tmp_path)


def test_a_file_that_counts_a_score_twice_is_refused(tmp_path, make_row):
    write_rows([make_row(), make_row()], tmp_path / "scores.csv")
    with pytest.raises(InputError, match="says 2 times what paper/unet-published/wcel reached in dice"):
        read_score_folder(tmp_path)


def test_a_folder_without_results_is_refused(tmp_path, make_row, make_run):
    with pytest.raises(InputError, match="no such folder"):
        read_score_folder(tmp_path / "nowhere")
    with pytest.raises(InputError, match="found no run"):
        read_score_folder(tmp_path)
    make_run(tmp_path / "run", make_row())
    with pytest.raises(InputError, match="1 runs, none with scores"):
        read_score_folder(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="makes links, for which Windows wants rights")
def test_runs_on_another_disk_are_found_behind_a_link(results, tmp_path):
    before = read_score_folder(results)
    (results / "runs").rename(tmp_path / "disk")
    (results / "runs").symlink_to(tmp_path / "disk")
    after = read_score_folder(results)
    assert after.rows == before.rows
    assert len(after.runs) == len(before.runs)
