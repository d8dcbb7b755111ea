import pytest

from napari_rpdl.review.gradebook import GradeBook
from napari_rpdl.review.planning import plan_study
from napari_rpdl.review.ratings import TOTAL, locked_answers, measures, ratings, verdicts
from napari_rpdl.review.scale import find_scale
from napari_rpdl.settings.review import StudySettings


def test_only_locked_answers_of_the_main_phase_are_final(candidates, filled, answering, tmp_path):
    scale = find_scale("global-rating")
    plan = plan_study(candidates(bones=4), ["ada"], scale, StudySettings(minimum_gap=2), ["bone_1"])
    book = GradeBook(tmp_path / "grades.sqlite", plan.study)
    for index in (0, 5):
        filled(book, index=index)
    book.give(answering(index=6))
    assert set(locked_answers(book.answers(), book.marks())) == {("ada", 5)}


def test_ratings_carry_what_is_behind_the_code(book, plan, filled):
    for index in range(14):
        filled(book, index=index, score=index % 5 + 1)
    found = ratings(plan.study, plan.key, locked_answers(book.answers(), book.marks()))
    assert len(found) == 14 * 6
    assert sum(one.again for one in found) == 2 * 6
    for one in found:
        behind = plan.key.row(one.result)
        assert behind.repeat_of is None
        assert (one.bone, one.method) == (behind.candidate.bone, behind.candidate.method)
    presentation = plan.study.presentation("ada", 7)
    total = next(
        one
        for one in found
        if one.measure == TOTAL and one.result == plan.key.first_code(presentation.tiles[0]) and not one.again
    )
    assert total.score in (1, 2, 3, 4, 5)


def test_measures_are_the_total_and_the_items():
    assert [one.id for one in measures(find_scale("global-rating"))][:2] == [TOTAL, "shape"]
    assert [one.id for one in measures(find_scale("pairwise-preference"))] == ["preferred"]


@pytest.mark.parametrize("likes", ["rpdl", "dice"])
def test_preferences_are_told_apart_from_the_side_they_were_on(candidates, answering, tmp_path, likes):
    scale = find_scale("pairwise-preference")
    settings = StudySettings(minimum_gap=2, repeats=0.2)
    plan = plan_study(candidates(surgeons=1), ["ada", "ben"], scale, settings)
    book = GradeBook(tmp_path / "grades.sqlite", plan.study)
    for grader in ("ada", "ben"):
        for shown in plan.study.plan_of(grader).presentations:
            methods = [plan.key.row(code).candidate.method for code in shown.tiles]
            score = methods.index(likes) + 1 if likes in methods else 0
            book.give(answering(grader, shown.index, "preferred", score))
            book.lock(grader, shown.index)
    found = verdicts(plan.study, plan.key, locked_answers(book.answers(), book.marks()), "preferred")
    assert len(found) == 2 * (9 + 2)
    assert sum(one.again for one in found) == 4
    for one in found:
        methods = [plan.key.row(code).candidate.method for code in one.results]
        winner = methods[one.preferred - 1] if one.preferred else None
        assert winner == (likes if likes in methods else None)
        sides = (one.choice.left, one.choice.right)
        assert (sides[one.choice.winner - 1] if one.choice.winner else None) == winner
