"""Pattern counts against the voxels themselves."""

import numpy as np
import pytest

from napari_rpdl.consensus.patterns import count_patterns, counts_of
from napari_rpdl.consensus.votes import vote_patterns


def test_patterns_by_hand():
    a, b = np.array([[True, True, True, False]]), np.array([[False, True, True, False]])
    counts = count_patterns([a, b])
    assert counts.codes.tolist() == [1, 3]
    assert counts.members.tolist() == [[1, 0], [1, 1]]
    assert counts.voxels.tolist() == [1, 2]
    assert counts.grid_voxels == 4
    assert counts.votes.tolist() == [1, 2]


@pytest.mark.parametrize("surgeons", [1, 2, 7, 12, 17, 64])
def test_sizes_and_intersections_are_those_of_the_masks(random_masks, surgeons):
    masks = random_masks(surgeons)
    counts = count_patterns(masks)
    flat = np.stack([mask.ravel() for mask in masks]).astype(float)
    np.testing.assert_array_equal(counts.sizes, flat.sum(1))
    np.testing.assert_array_equal(counts.intersections, flat @ flat.T)


def test_tabled_and_sorted_codes_agree(random_masks):
    """Beyond 16 surgeons codes are sorted; surgeons who drill nothing do not change them."""
    masks = random_masks(5)
    many = count_patterns([*masks, *[np.zeros_like(masks[0])] * 15])
    few = counts_of(vote_patterns(masks), 5)
    np.testing.assert_array_equal(many.codes, few.codes)
    np.testing.assert_array_equal(many.voxels, few.voxels)


def test_nobody_drilled_anything():
    counts = count_patterns([np.zeros((2, 3), bool)] * 3)
    assert counts.codes.size == 0
    assert counts.sizes.tolist() == [0, 0, 0]
