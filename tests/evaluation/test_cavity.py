"""The shape of drilled regions, in bones whose answer is plain to see, and against SimpleITK."""

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK

from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.evaluation.cavity import (
    Depths,
    Extent,
    cavity_depths,
    extent,
    largest_part,
    overhanging_bone,
    part_sizes,
    undercut,
)


def speckled(seed):
    return np.random.default_rng(seed).random((9, 10, 11)) < 0.25


@pytest.mark.parametrize("seed", range(3))
def test_parts_are_those_of_simpleitk(seed):
    mask = speckled(seed)
    parts = SimpleITK.GetArrayFromImage(
        SimpleITK.RelabelComponent(SimpleITK.ConnectedComponent(SimpleITK.GetImageFromArray(mask.astype(np.uint8))))
    )
    assert part_sizes(mask) == tuple(np.bincount(parts.ravel())[1:])
    sizes = part_sizes(mask)
    if sizes[0] > sizes[1]:
        np.testing.assert_array_equal(largest_part(mask), parts == 1)


def test_parts_that_meet_at_an_edge_are_two():
    mask = np.zeros((2, 2, 2), bool)
    mask[0, 0, 0] = mask[0, 1, 1] = True
    assert part_sizes(mask) == (1, 1)
    assert part_sizes(np.zeros((2, 2, 2), bool)) == ()
    assert not largest_part(np.zeros((2, 2, 2), bool)).any()


@pytest.fixture(params=["right", "left"])
def block_case(small_case, request):
    """All bone but air in the outermost four layers; lateral is +x of a right ear."""
    labels = np.ones((16, 16, 16), np.uint8)
    labels[:, :, 12:] = 0
    if request.param == "left":
        labels = labels[:, :, ::-1].copy()
    return replace(small_case, structures=Volume(labels, small_case.grid), side=request.param)


def as_side(case, mask):
    return mask if case.side == "right" else mask[:, :, ::-1]


def test_a_shaft_has_no_overhang_and_a_cave_has(block_case):
    shaft = np.zeros((16, 16, 16), bool)
    shaft[5:9, 5:9, 6:12] = True
    assert not undercut(as_side(block_case, shaft), block_case).any()
    assert not overhanging_bone(as_side(block_case, shaft), block_case).any()
    cave = shaft.copy()
    cave[9:11, 5:9, 6:8] = True
    dug, above = np.zeros_like(cave), np.zeros_like(cave)
    dug[9:11, 5:9, 6:8], above[9:11, 5:9, 8:12] = True, True
    np.testing.assert_array_equal(undercut(as_side(block_case, cave), block_case), as_side(block_case, dug))
    np.testing.assert_array_equal(overhanging_bone(as_side(block_case, cave), block_case), as_side(block_case, above))


def test_air_cells_above_are_no_overhang(block_case):
    labels = block_case.labels().copy()
    as_side(block_case, labels)[5, 5, 8:12] = 0
    case = replace(block_case, structures=Volume(labels, block_case.grid))
    mask = np.zeros((16, 16, 16), bool)
    mask[5, 5, 6:8] = True
    assert not undercut(as_side(case, mask), case).any()


def test_depths_are_those_of_a_stepped_pit(block_case):
    pit = np.zeros((16, 16, 16), bool)
    pit[4:8, 4:8, 9:12] = True
    pit[4:6, 4:6, 5:12] = True
    found = cavity_depths(as_side(block_case, pit), block_case)
    assert (found.mean, found.most) == ((4 * 7 + 12 * 3) / 16, 7)
    nothing = cavity_depths(np.zeros_like(pit), block_case)
    assert (nothing.mean, nothing.most) == (0, 0)


def test_extent_is_in_the_unit_that_is_known(block_case):
    """A box of 3 x 4 columns, 5 deep, of voxels of 2 x 1 x 0.5 mm; then in voxels; then without a side."""
    mask = np.zeros((16, 16, 16), bool)
    mask[2:5, 2:6, 7:12] = True
    grid = Grid.of_shape(mask.shape, (2.0, 1.0, 0.5))
    case = replace(block_case, grid=grid, structures=None, annotations=())
    assert extent(as_side(case, mask), case) == Extent(0.06, Depths(2.5, 2.5), "mm")
    unknown = replace(case, grid=Grid.of_shape(mask.shape))
    assert extent(as_side(case, mask), unknown) == Extent(60, Depths(5, 5), "voxels")
    assert extent(mask, replace(unknown, side=None)) == Extent(60, None, "voxels")
