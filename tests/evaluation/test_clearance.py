"""Distances against all pairs of voxels."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.clearance import band_of, clearances


def test_it_is_the_smallest_of_all_distances(small_case) -> None:
    mask = small_case.masks()[0]
    grid = Grid.of_shape((16, 16, 16), (0.4, 0.5, 0.7))
    case = replace(small_case, grid=grid, structures=Volume(small_case.labels(), grid))
    found = {one.structure: one for one in clearances(mask, case)}
    for code, name in ((5, "facial nerve"), (8, "dura")):
        structure = np.argwhere(case.labels() == code)
        between = cdist(structure * grid.steps, np.argwhere(mask) * grid.steps)
        assert found[name].distance == pytest.approx(between.min())
        row = (structure == found[name].voxel).all(axis=1).argmax()
        assert between[row].min() == pytest.approx(between.min())
        assert (found[name].inside, found[name].unit) == (0, "mm")


def test_what_lies_inside_comes_first(small_case) -> None:
    mask = small_case.labels() == 5
    first = clearances(mask, small_case)[0]
    assert (first.structure, first.inside, first.distance, first.band) == ("facial nerve", mask.sum(), 0.0, "inside")


def test_without_region_or_structures_there_is_nothing_to_say(small_case) -> None:
    nothing = np.zeros((16, 16, 16), bool)
    assert clearances(nothing, small_case) == ()
    assert clearances(~nothing, replace(small_case, structures=None)) == ()
    with pytest.raises(InputError, match="mask"):
        clearances(np.zeros((2, 2, 2), bool), small_case)


@pytest.mark.parametrize(
    ("distance", "resolution", "known", "band"),
    [
        (0, 0.5, True, "inside"),
        (0.5, 0.5, True, "below resolution"),
        (0.8, 0.5, True, "< 1 mm"),
        (1.0, 0.5, True, "1-2 mm"),
        (2.9, 0.5, True, "2-3 mm"),
        (3.0, 0.5, True, "> 3 mm"),
        (1.0, 1.0, False, "below resolution"),
        (5.0, 1.0, False, ""),
    ],
)
def test_bands(distance, resolution, known, band) -> None:
    assert band_of(distance, resolution, known) == band
