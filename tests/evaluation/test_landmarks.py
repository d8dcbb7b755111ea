"""Landmarks of analytic bones."""

from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.data.volume import Volume
from napari_rpdl.evaluation.landmarks import drilled_heart, lateral_canal, lateral_first


def with_labels(case, labels, side="right"):
    return replace(case, structures=Volume(labels, case.grid), side=side)


@pytest.mark.parametrize(("side", "x"), [("right", 12), ("left", 3), (None, 12)])
def test_the_lateral_canal_is_the_outermost_of_the_canals(small_case, side, x) -> None:
    labels = np.zeros((16, 16, 16), np.uint8)
    labels[4:7, 9, 12] = 9  # the lateral canal of a right ear, that of a left one is the mirror image
    labels[4:7, 9, 3] = 9
    labels[12, 4, 6:9] = 9
    assert lateral_canal(with_labels(small_case, labels, side)) == (5, 9, x)


def test_the_incus_stands_for_missing_canals(small_case) -> None:
    labels = np.zeros((16, 16, 16), np.uint8)
    labels[5, 6, 7] = 3
    assert lateral_canal(with_labels(small_case, labels)) == (5, 6, 7)


def test_without_landmarks_there_is_none(small_case) -> None:
    assert lateral_canal(with_labels(small_case, np.zeros((16, 16, 16), np.uint8))) is None


def test_the_heart_of_a_ball_is_its_centre(small_case) -> None:
    z, y, _ = drilled_heart(small_case)
    assert (z, y) == pytest.approx((8, 6), abs=1)
    assert drilled_heart(replace(small_case, annotations=())) is None


@pytest.mark.parametrize(("side", "outer"), [("right", 15), ("left", 0)])
def test_lateral_is_the_patients_own_side(small_case, side, outer) -> None:
    mark = np.zeros((16, 16, 16), bool)
    mark[:, :, outer] = True
    first = lateral_first(replace(small_case, side=side), mark)
    assert first[:, :, 0].all()
    assert not first[:, :, 1:].any()
