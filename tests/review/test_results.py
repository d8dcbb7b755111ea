import json

import numpy as np
import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.review.gradebook import GradeBook
from napari_rpdl.review.planning import plan_study
from napari_rpdl.review.reliability import gwet_ac1, intraclass, weighted_kappa
from napari_rpdl.review.results import results
from napari_rpdl.review.scale import find_scale
from napari_rpdl.settings.review import StudySettings


@pytest.fixture
def graded(plan, grade, tmp_path):
    """Two graders who see much the same, and a first network that is better than the second."""
    book = GradeBook(tmp_path / "grades.sqlite", plan.study)
    grade(book, plan, {"surgeons": 4.4, "rpdl": 3.6, "dice": 2.2}, noise=0.5)
    return book


def test_methods_are_means_over_graders_and_results(graded, plan):
    found = results(graded, plan.key)
    total = found.measures[0]
    assert list(total.points) == ["dice", "rpdl", "surgeons"]
    wanted = {}
    for answer in graded.answers():
        row = plan.key.row(answer.codes)
        if not row.repeat_of and answer.item_id == "shape":
            wanted.setdefault((row.candidate.method, row.candidate.bone), []).append(answer.score)
    shape = found.measures[1]
    for (method, bone), scores in wanted.items():
        assert shape.points[method][bone] == pytest.approx(np.mean(scores))
    assert shape.comparison.bones == 3
    assert shape.comparison.omnibus.p >= 6 / 216 - 1e-12


def test_agreement_is_that_of_the_scores(graded, plan):
    first = {}
    for answer in graded.answers():
        row = plan.key.row(answer.codes)
        if answer.item_id == "safety" and not row.repeat_of:
            first[row.code, answer.grader] = answer.score
    codes = sorted({code for code, _ in first})
    table = np.array([[first[code, grader] for grader in ("ada", "ben")] for code in codes])
    safety = next(one for one in results(graded, plan.key).measures if one.measure.id == "safety")
    assert safety.between.things == 12
    assert safety.between.kappa == pytest.approx(weighted_kappa(*table.T))
    assert safety.between.ac1 == pytest.approx(gwet_ac1(table))
    assert safety.between.icc == intraclass(table)
    assert set(safety.within) == {"ada", "ben"}
    assert safety.within["ada"].things == 2
    assert safety.within["ada"].same is not None
    assert (safety.within["ada"].kappa, safety.within["ada"].icc, safety.within["ada"].ac1) == (None, None, None)


def test_what_three_bones_cannot_support_is_said(graded, plan):
    limits = " ".join(results(graded, plan.key).limits)
    assert "3 bones cannot show which of two methods is better" in limits
    assert "smallest reachable p = 0.25" in limits
    assert "Fewer than 5 results that were graded twice (ada, ben)" in limits
    assert "not over all of them" in limits


def test_an_unfinished_study_says_what_is_missing(book, plan, filled):
    filled(book)
    found = results(book, plan.key)
    assert found.progress == {"ada": (1, 14), "ben": (0, 14)}
    limits = " ".join(found.limits)
    assert "ada has locked 1 of 14" in limits
    assert "Fewer than two graders" in limits
    json.dumps(found.as_json(), allow_nan=False)


def test_one_result_that_both_graded_is_too_little_to_agree_on(book, plan, filled):
    repeats = {row.code for row in plan.key.rows if row.repeat_of}
    places = {
        grader: {
            shown.tiles: shown.index
            for shown in book.study.plan_of(grader).presentations
            if shown.phase != "calibration"
        }
        for grader in ("ada", "ben")
    }
    common = next(tiles for tiles in places["ada"] if tiles in places["ben"] and not repeats & set(tiles))
    for grader, index_of in places.items():
        filled(book, grader, index_of[common])
    found = results(book, plan.key)
    assert {(one.between.things, one.between.same, one.between.icc) for one in found.measures} == {(1, None, None)}


def test_an_empty_book_has_results_too(book, plan):
    found = results(book, plan.key)
    assert all(one.comparison is None for one in found.measures)
    assert "No bone has a score of every method" in " ".join(found.limits)


def test_items_that_are_not_assessable_leave_gaps_and_no_crash(candidates, record, tmp_path):
    scale = find_scale("cm-end-product-provisional")
    plan = plan_study(candidates(), ["ada", "ben", "cy"], scale, StudySettings(minimum_gap=2))
    book = GradeBook(tmp_path / "grades.sqlite", plan.study)
    answered = []
    for grader in ("ada", "ben", "cy"):
        for shown in plan.study.plan_of(grader).presentations:
            for rank, item in enumerate(scale.items):
                score = None if rank == 3 or (rank == 4 and grader == "cy") else float((rank + shown.index) % 7 > 0)
                answered.append((grader, shown.index, item.id, score))
    record(book, answered)
    found = {one.measure.id: one for one in results(book, plan.key).measures}
    assert found["dura_intact"].comparison is None
    assert found["dura_intact"].between.things == 0
    assert found["tegmen_cells"].between.ac1 is not None
    assert found["total"].between.things == 12
    assert found["total"].between.icc is not None


@pytest.mark.usefixtures("few_resamples")
def test_preferences_are_analysed_and_pairs_agreed_upon(candidates, grade, tmp_path):
    plan = plan_study(
        candidates(surgeons=1), ["ada", "ben"], find_scale("pairwise-preference"), StudySettings(minimum_gap=1)
    )
    book = GradeBook(tmp_path / "grades.sqlite", plan.study)
    grade(book, plan, {"surgeons": 1.0, "rpdl": 0.6, "dice": 0.0}, noise=0.8)
    found = results(book, plan.key)
    (one,) = found.preferences
    assert found.measures == ()
    assert sum(map(sum, one.preference.wins)) + one.preference.no_difference == 18
    assert one.between.things == 9
    assert one.between.ac1 is not None
    assert 0 < one.within["ada"].things < 5
    assert "Fewer than 5 pairs that were graded twice (ada, ben): too few to tell" in " ".join(found.limits)


def test_another_studys_key_is_refused(graded, plan):
    with pytest.raises(InputError, match="belongs to study"):
        results(graded, plan.key.model_copy(update={"study_id": "0" * 16}))
