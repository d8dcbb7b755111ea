import json
from dataclasses import replace

import pytest

from napari_rpdl.drilling.effort import Effort
from napari_rpdl.errors import InputError
from napari_rpdl.review.gradebook import GradeBook
from napari_rpdl.review.planning import plan_study
from napari_rpdl.review.report import write_results
from napari_rpdl.review.results import results
from napari_rpdl.review.scale import find_scale
from napari_rpdl.settings.review import StudySettings


def test_the_page_says_what_was_found_and_what_cannot_be(book, plan, grade, tmp_path):
    grade(book, plan, {"surgeons": 4.4, "rpdl": 3.6, "dice": 2.2}, noise=0.4)
    index = write_results(results(book, plan.key), tmp_path / "report")
    text = index.read_text(encoding="utf-8")
    for words in ("phantom (synthetic)", "3 bones cannot show which", "Friedman", "ICC(2,1)", "rpdl - surgeons"):
        assert words in text
    assert text.count("data:image/png;base64,") == 2
    assert "nan" not in text.split("</style>")[1].replace("financ", "").split("data:image")[0]
    assert json.loads((index.parent / "results.json").read_text())["progress"] == {"ada": [14, 14], "ben": [14, 14]}


def test_what_corrections_cost_stands_beside_the_grades(book, plan, tmp_path):
    case_id = plan.key.rows[0].candidate.case_id
    spent = Effort(case_id, "anna", "prediction", "rpdl", 1200, 34, 0.5, 1.5, "mm", 6.5, 9)
    found = results(book, plan.key, [spent, replace(spent, case_id="elsewhere")])
    text = write_results(found, tmp_path / "report").read_text(encoding="utf-8")
    for words in ("What it cost to correct predictions", "1234.00", "0.50 mm", "6.50"):
        assert words in text
    saved = json.loads((tmp_path / "report" / "results.json").read_text())
    assert saved["corrections"][0]["changed"]["value"] == 1234


@pytest.mark.usefixtures("few_resamples")
def test_preferences_have_a_page_too(candidates, grade, tmp_path):
    plan = plan_study(
        candidates(surgeons=1), ["ada", "ben"], find_scale("pairwise-preference"), StudySettings(minimum_gap=1)
    )
    book = GradeBook(tmp_path / "grades.sqlite", plan.study)
    grade(book, plan, {"surgeons": 1.0, "rpdl": 0.8, "dice": 0.6}, noise=0.8)
    text = write_results(results(book, plan.key), tmp_path / "report").read_text(encoding="utf-8")
    assert "Preferred to" in text
    assert "Bias for the left tile" in text
    assert "pairs that were graded twice (ada, ben): too few to tell" in text


def test_an_empty_study_has_a_page(book, plan, tmp_path):
    text = write_results(results(book, plan.key), tmp_path / "report").read_text(encoding="utf-8")
    assert "has locked 0 of 14" in text


def test_a_place_that_cannot_be_written_is_told(book, plan, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="Could not write"):
        write_results(results(book, plan.key), tmp_path / "file")
