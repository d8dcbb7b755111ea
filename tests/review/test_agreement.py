import numpy as np
import pytest

from napari_rpdl.review.agreement import FEWEST, between, between_verdicts, within, within_verdicts
from napari_rpdl.review.preference import Choice
from napari_rpdl.review.ratings import Measure, Rating, Verdict
from napari_rpdl.review.reliability import kendall_w, weighted_kappa

RATED = Measure("shape", "Shape", "rating")
ADA, BEN = (1, 2, 3, 4, 5, 5), (1, 2, 3, 4, 4, 3)


def rating(grader, number, score, again=False):
    """Three results on each bone."""
    return Rating(grader, f"code_{number}", f"bone_{number // 3}", "network", RATED.id, score, again)


def ratings(**of_grader):
    return [rating(name, number, score) for name, scores in of_grader.items() for number, score in enumerate(scores)]


def verdict(grader, number, preferred, again=False):
    pair = (f"a_{number}", f"b_{number}")
    return Verdict(grader, pair, preferred, Choice("one", "two", 0, f"bone_{number}"), again)


def test_graders_are_compared_result_by_result():
    found = between(ratings(ada=ADA, ben=BEN), RATED)
    assert (found.things, found.same) == (6, pytest.approx(4 / 6))
    assert found.kappa == pytest.approx(weighted_kappa(ADA, BEN))
    table = np.array([ADA, BEN], float).T
    assert found.w == pytest.approx(np.mean([kendall_w(table[:3]), kendall_w(table[3:])]))


def test_second_looks_do_not_count_between_graders():
    again = [rating("ada", number, 1, again=True) for number in range(6)]
    assert between([*ratings(ada=ADA, ben=BEN), *again], RATED) == between(ratings(ada=ADA, ben=BEN), RATED)


def test_of_three_graders_kappa_is_the_mean_over_pairs():
    cy = (2, 2, 3, 3, 5, 4)
    pairs = [(ADA, BEN), (ADA, cy), (BEN, cy)]
    found = between(ratings(ada=ADA, ben=BEN, cy=cy), RATED)
    assert found.kappa == pytest.approx(np.mean([weighted_kappa(*pair) for pair in pairs]))


def test_a_gap_leaves_its_result_out_and_few_results_give_no_coefficient():
    gap = between(ratings(ada=(*ADA[:5], None), ben=BEN), RATED)
    assert (gap.things, gap.same) == (5, pytest.approx(4 / 5))
    few = between(ratings(ada=ADA[: FEWEST - 1], ben=BEN[: FEWEST - 1]), RATED)
    assert (few.things, few.same, few.kappa, few.ac1, few.icc, few.w) == (4, 1.0, None, None, None, None)
    assert between(ratings(ada=ADA), RATED).things == 0


def test_each_grader_is_compared_with_the_own_first_look():
    again = [rating("ada", number, score, again=True) for number, score in enumerate((1, 2, 3, 1))]
    found = within([*ratings(ada=ADA, ben=BEN), *again], RATED)
    assert (found["ada"].things, found["ada"].same) == (4, pytest.approx(3 / 4))
    assert found["ben"].things == 0


def test_verdicts_on_pairs_agree_where_the_same_result_is_preferred():
    ada = [verdict("ada", number, preferred) for number, preferred in enumerate((1, 1, 2, 0))]
    ben = [verdict("ben", number, preferred) for number, preferred in enumerate((1, 2, 2, 0))]
    found = between_verdicts([*ada, *ben])
    assert (found.things, found.same) == (4, pytest.approx(3 / 4))
    assert (found.icc, found.w) == (None, None)
    again = [verdict("ada", 0, 1, again=True), verdict("ada", 1, 2, again=True)]
    assert within_verdicts([*ada, *again])["ada"].same == pytest.approx(1 / 2)
