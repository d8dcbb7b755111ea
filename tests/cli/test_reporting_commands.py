"""tables and report on a folder of scores."""

from pathlib import Path

import pytest

from napari_rpdl.experiments.scores import ScoreRow, write_rows


def row(method, bone, value):
    preset, network, loss = method.split("/") if "/" in method else ("", "", "")
    decision = "fixed" if preset else "none"
    start = ("bones", "paper", method, preset, network, loss, 0, bone, bone, bone, "anna", decision)
    return ScoreRow(*start, "dice", "", value)


@pytest.fixture
def results(tmp_path):
    methods = {"paper/unet-published/dice": 0.5, "paper/unet-published/rpdl": 0.6, "oracle": 0.8}
    rows = [row(method, f"bone_{k}", value + k / 100) for method, value in methods.items() for k in (1, 2, 3)]
    write_rows(rows, tmp_path / "results" / "run" / "scores.csv")
    return tmp_path / "results"


def test_tables_are_written_and_named(result, results, tmp_path):
    found = result("tables", results, "--out", tmp_path / "out")
    assert len(found["files"]) == 5
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *("tables.md", "tables.tex", "tables.csv", "statistics.md", "statistics.csv"),
    }
    assert any(title.startswith("As Table III of He et al. 2020") for title in found["tables"])
    assert "| U-net, paper |" in (tmp_path / "out" / "tables.md").read_text()
    assert "3 of 3 bones" in (tmp_path / "out" / "statistics.md").read_text()


def test_tables_go_into_the_results_and_say_what_was_left_out(run, results):
    (results / "odd").mkdir()
    (results / "odd" / "scores.csv").write_text("a,b\n")
    status, out, err = run("tables", results)
    assert status == 0
    assert "left out" in err
    assert "odd" in err
    assert str(results / "tables" / "tables.md") in out


def test_a_folder_without_scores_is_refused(run, tmp_path):
    status, _, err = run("tables", tmp_path)
    assert status == 1
    assert "Run the experiment first" in err


def test_a_report_is_written_and_says_what_is_missing(result, results):
    found = result("report", results)
    page = results / "report" / "index.html"
    assert found["report"] == str(page)
    assert "As Table III of He et al. 2020" in page.read_text(encoding="utf-8")
    assert any("no baseline" in gap for gap in found["missing"])


def test_a_report_tells_what_corrections_cost_where_there_are_some(result, results, small_dataset):
    found = result("report", results, "--corrections", small_dataset.folder)
    assert "What it cost" not in Path(found["report"]).read_text(encoding="utf-8")


def test_the_text_of_a_report_names_the_page(run, results, tmp_path):
    status, out, _ = run("report", results, "--out", tmp_path / "page")
    assert status == 0
    assert out.strip().endswith(f"wrote {tmp_path / 'page' / 'index.html'}")
    assert "missing: " in out
