import pytest

from napari_rpdl.drilling.correction import corrections_of
from napari_rpdl.drilling.effort import Effort


def effort(case_id, method="rpdl", added=10, removed=2, distance=0.5, minutes=1.0, start="prediction"):
    return Effort(case_id, "anna", start, method, added, removed, distance, distance, "mm", minutes, 3)


def test_bones_weigh_the_same_however_often_they_were_corrected():
    told = [effort("bone_1"), effort("bone_1", added=30), effort("bone_2", added=0, removed=0, minutes=4.0)]
    (found,) = corrections_of(told, {"bone_1", "bone_2"})
    assert (found.method, found.corrections, found.bones) == ("rpdl", 3, 2)
    assert found.changed.value == pytest.approx(((12 + 32) / 2 + 0) / 2)
    assert found.minutes.value == pytest.approx((1 + 4) / 2)
    assert found.distance.value == pytest.approx(0.5)
    assert found.changed.low is None, "two bones have no interval"


def test_only_corrections_of_predictions_on_the_studys_cases_count():
    told = [effort("bone_1", start="nothing", method=""), effort("bone_9"), effort("bone_1", method="dice")]
    assert [one.method for one in corrections_of(told, {"bone_1"})] == ["dice"]


def test_a_region_that_was_empty_has_no_distance():
    (found,) = corrections_of([effort("bone_1", distance=None)], {"bone_1"})
    assert found.distance is None
    assert found.changed.value == 12
