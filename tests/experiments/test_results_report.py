"""The page of an experiment: complete, partial, and openable on its own."""

import csv
import re

import pytest

from napari_rpdl.experiments.results import Results
from napari_rpdl.experiments.results_report import write_results_report
from napari_rpdl.experiments.score_folder import read_score_folder
from napari_rpdl.experiments.scores import read_rows


@pytest.fixture
def report_of(tmp_path):
    def make(folder):
        index = write_results_report(read_score_folder(folder), tmp_path / "report")
        return index.parent, index.read_text(encoding="utf-8")

    return make


def test_everything_that_the_page_links_to_is_there_and_pictures_are_inside(results, report_of):
    folder, text = report_of(results)
    links = set(re.findall(r'href="([^"]+)"', text))
    assert {"all_scores.csv", "tables/tables.csv"} <= links
    assert all((folder / link).is_file() for link in links)
    assert text.count("data:image/png;base64,") == 2 * 2 + 1
    assert not re.search(r'(src|href)="https?:', text)


def test_figures_on_the_page_are_those_of_the_tables(results, report_of):
    folder, text = report_of(results)
    table = list(csv.DictReader((folder / "tables" / "tables.csv").open(encoding="utf-8")))
    wanted = ("overall_bones_repaired_tuned", "Dice", "Oracle", "no training")
    (oracle,) = [row for row in table if (row["table"], row["block"], row["row"], row["column"]) == wanted]
    shown = f"{float(oracle['mean']):.3f} [{float(oracle['low']):.3f}, {float(oracle['high']):.3f}]"
    assert shown in text.replace("\u00a0", " ")
    assert list(read_rows(folder / "all_scores.csv")) == list(read_score_folder(results).rows)


def test_phantom_results_say_so_in_every_part(results, report_of):
    _, text = report_of(results)
    assert text.count("phantom (synthetic) data: no real bone, no real surgeon") == 1 + 2


def test_completeness_is_claimed_where_a_plan_says_so_and_nowhere_else(
    tmp_path, make_rows, write, report_of, small_dataset, tiny
):
    claim = "Nothing: every planned training has its scores"
    arm = tiny().arms[0].method
    rows = make_rows((arm, "surgeons", "mean-vote-map", "oracle"), bones=("bone_1", "bone_2", "bone_3"), seeds=(0,))
    write(tmp_path / "results", rows, "small")
    assert claim not in report_of(tmp_path / "results")[1]
    (tmp_path / "plan").mkdir()
    planned = Results.claim(tmp_path / "plan", small_dataset, tiny(protocols=["paper"]))
    (planned.folder / "experiment.json").rename(tmp_path / "results" / "experiment.json")
    assert claim in report_of(tmp_path / "results")[1]
    next((tmp_path / "results" / "runs").rglob("scores.csv")).unlink()
    assert claim not in report_of(tmp_path / "results")[1]


def test_partial_results_say_what_is_missing(tmp_path, make_rows, make_row, make_run, write, report_of):
    rows = [row for row in make_rows() if row.bone in ("bone_1", "bone_2") and row.method != "mean-vote-map"]
    write(tmp_path / "results", [row for row in rows if not (row.bone == "bone_2" and "/" in row.method)], "real bones")
    make_run(tmp_path / "results" / "runs" / "paper" / "m" / "bone_2" / "seed_0", make_row(), "real bones", 0)
    _, text = report_of(tmp_path / "results")
    assert "runs/paper/m/bone_2/seed_0" in text
    assert "no baseline Mean vote map" in text
    assert "(1 of 2 bones so far)" in text
    assert "missing" in text
    assert "synthetic" not in text


def test_baselines_alone_make_a_report(tmp_path, make_rows, write, report_of):
    write(tmp_path / "results", make_rows(("surgeons", "oracle"), bones=("bone_1",)))
    _, text = report_of(tmp_path / "results")
    assert "No training has scores yet." in text


def test_a_fit_is_called_one(tmp_path, make_row, write, report_of):
    rows = [make_row(experiment="surgeons", fold="anna", bone=f"bone_{k}", surgeon=who) for k in (1, 2) for who in "bc"]
    write(tmp_path / "results", rows)
    _, text = report_of(tmp_path / "results")
    assert "this measures how well a network fits" in text


def test_reading_again_after_a_report_within_the_results_changes_nothing(results):
    before = read_score_folder(results)
    write_results_report(before, results / "report")
    after = read_score_folder(results)
    assert (after.rows, after.problems, after.unfinished) == (before.rows, (), ())
    assert len(after.runs) == len(before.runs)
