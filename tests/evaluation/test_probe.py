"""A voxel's facts, computed by hand."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.probe import probe


@pytest.fixture
def case(small_case):
    """A single facial-nerve voxel at (2, 3, 4) with voxels of 1 x 2 x 0.5 mm (z y x)."""
    labels = np.ones((16, 16, 16), np.uint8)
    labels[2, 3, 4] = 5
    grid = Grid.of_shape((16, 16, 16), (1.0, 2.0, 0.5))
    return replace(small_case, grid=grid, structures=Volume(labels, grid))


def test_distance_is_in_the_grid_s_own_unit(case) -> None:
    found = probe(case, (2, 5, 10))
    assert found.nearest.name == "facial nerve"
    assert found.nearest.voxel == (2, 3, 4)
    assert found.nearest.distance == pytest.approx(5.0)  # 2 voxels of 2 mm and 6 of 0.5 mm
    assert (found.unit, found.structure) == ("mm", "bone")


def test_inside_a_critical_structure_the_distance_is_zero(case) -> None:
    found = probe(case, (2, 3, 4))
    assert (found.nearest.distance, found.structure) == (0.0, "facial nerve")


def test_distances_near_and_far_are_those_of_a_distance_transform(small_case) -> None:
    """Few voxels of nerve in a long, anisotropic grid: some places have one at hand, others far away."""
    chance = np.random.default_rng(3)
    labels = np.ones((50, 16, 40), np.uint8)
    labels[tuple(chance.integers(0, size, 6) for size in labels.shape)] = 5
    grid = Grid.of_shape(labels.shape, (1.5, 0.4, 0.25))
    case = replace(small_case, grid=grid, structures=Volume(labels, grid), annotations=())
    distances = distance_transform_edt(labels != 5, sampling=grid.steps)
    for voxel in zip(*(chance.integers(0, size, 60).tolist() for size in labels.shape), strict=True):
        assert probe(case, voxel).nearest.distance == pytest.approx(distances[voxel])


def test_votes_are_named(case) -> None:
    middle = tuple(int(np.median(axis)) for axis in np.nonzero(case.masks()[1] & ~case.masks()[0]))
    drilled = [name for name, mask in zip(case.surgeons, case.masks(), strict=True) if mask[middle]]
    assert probe(case, middle).drilled_by == tuple(drilled)
    assert probe(case, middle).surgeons == 3


def test_without_structures_only_votes_are_known(small_case) -> None:
    found = probe(replace(small_case, structures=None), (0, 0, 0))
    assert (found.structure, found.nearest, found.drilled_by) == ("", None, ())


def test_outside_is_refused(case) -> None:
    with pytest.raises(InputError, match="within"):
        probe(case, (16, 0, 0))
