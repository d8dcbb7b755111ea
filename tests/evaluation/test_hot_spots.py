"""Places of disagreement where they were put by hand."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from napari_rpdl.data.case import Annotation
from napari_rpdl.data.volume import Grid
from napari_rpdl.evaluation.hot_spots import hot_spots


@pytest.fixture
def disputed(small_case):
    """All drill a block; one alone drills a small ball, two others a larger cube."""
    common = np.zeros((16, 16, 16), bool)
    common[6:10, 6:10, 6:10] = True
    alone, two = common.copy(), common.copy()
    alone[13, 13, 13] = True
    two[1:4, 1:4, 1:4] = True
    masks = (common, alone, two, two)
    return replace(
        small_case, annotations=tuple(Annotation(f"s{rank}", mask) for rank, mask in enumerate(masks)), structures=None
    )


def test_the_worst_place_comes_first_and_is_that_of_the_definition(disputed) -> None:
    first, second = hot_spots(disputed)
    assert first.voxel == (2, 2, 2)
    assert second.voxel == (13, 13, 13)
    votes = np.sum(disputed.masks(), axis=0)
    field = gaussian_filter(votes * (4 - votes) / 6, 2.0, mode="constant")
    assert first.disagreement == pytest.approx(field[2, 2, 2], rel=1e-5)
    assert second.disagreement == pytest.approx(field[13, 13, 13], rel=1e-5)
    assert first.found.drilled_by == ("s2", "s3")


def test_who_does_not_count_disputes_nothing(disputed) -> None:
    assert [spot.voxel for spot in hot_spots(disputed, ("s0", "s1"))] == [(13, 13, 13)]
    assert hot_spots(disputed, ("s2", "s3")) == ()
    assert hot_spots(disputed, ("s2",)) == ()
    assert len(hot_spots(disputed, most=1)) == 1


@pytest.mark.parametrize(("step", "places"), [(0.5, 2), (0.1, 1)])
def test_places_lie_apart_in_millimetres(disputed, step: float, places: int) -> None:
    """The two places are 19 voxels apart: 9.5 mm, or 1.9 mm, which is one place."""
    fine = replace(disputed, grid=Grid.of_shape((16, 16, 16), (step, step, step)))
    assert len(hot_spots(fine)) == places


def test_fine_voxels_give_the_places_of_the_definition(disputed) -> None:
    """A dispute on voxels of 0.25 mm: the Gaussian is 8 voxels wide, and cells of 2 stand for them."""
    masks = [mask.repeat(4, 0).repeat(4, 1).repeat(4, 2) for mask in disputed.masks()]
    annotations = tuple(Annotation(f"s{rank}", mask) for rank, mask in enumerate(masks))
    fine = replace(disputed, grid=Grid.of_shape((64, 64, 64), (0.25,) * 3), annotations=annotations)
    votes = np.sum(masks, axis=0)
    field = gaussian_filter(votes * (4 - votes) / 6, 8.0, mode="constant")
    for spot in hot_spots(fine):
        near = tuple(slice(max(at - 8, 0), at + 9) for at in spot.voxel)
        top = np.unravel_index(field[near].argmax(), field[near].shape) + np.array([part.start for part in near])
        assert np.abs(top - spot.voxel).max() <= 1, "in the cell of the highest voxel"
        assert spot.disagreement == pytest.approx(field[tuple(top)], rel=0.02)


def test_nobody_drilled(small_case) -> None:
    empty = np.zeros((16, 16, 16), bool)
    nobody = replace(small_case, annotations=tuple(Annotation(name, empty) for name in "ab"))
    assert hot_spots(nobody) == ()
