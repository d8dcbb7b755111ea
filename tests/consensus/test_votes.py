import numpy as np
import pytest

from napari_rpdl.consensus.votes import vote_map, vote_patterns
from napari_rpdl.errors import InputError


@pytest.mark.parametrize("surgeons", [1, 2, 7, 9, 17, 64])
def test_votes_and_patterns_say_who_drilled_each_voxel(random_masks, surgeons):
    masks = random_masks(surgeons)
    votes, patterns = vote_map(masks), vote_patterns(masks)
    for voxel in np.ndindex(votes.shape):
        who = [k for k in range(surgeons) if masks[k][voxel]]
        assert votes[voxel] == len(who)
        assert int(patterns[voxel]) == sum(2**k for k in who)


@pytest.mark.parametrize(
    ("surgeons", "dtype"), [(1, np.uint8), (8, np.uint8), (9, np.uint16), (17, np.uint32), (33, np.uint64)]
)
def test_patterns_take_no_more_bytes_than_needed(random_masks, surgeons, dtype):
    assert vote_patterns(random_masks(surgeons)).dtype == dtype


def test_more_votes_than_a_byte_holds():
    votes = vote_map([np.ones((1, 2, 2), bool)] * 300)
    assert votes.dtype == np.uint16
    assert (votes == 300).all()


def test_masks_that_lie_otherwise_in_memory_count_the_same(random_masks):
    masks = random_masks(3, (4, 5, 6))
    turned = [np.asfortranarray(masks[0]), masks[1][::-1, :, ::-1][::-1, :, ::-1], masks[2]]
    np.testing.assert_array_equal(vote_map(turned), vote_map(masks))
    np.testing.assert_array_equal(vote_patterns(turned), vote_patterns(masks))


@pytest.mark.parametrize("count", [vote_map, vote_patterns])
@pytest.mark.parametrize(
    ("masks", "words"),
    [
        ([], "at least one surgeon"),
        ([np.zeros((2, 2, 2), bool), np.zeros((2, 2, 3), bool)], r"\(2, 2, 3\)"),
        ([np.zeros((2, 2, 2), np.uint8)], "uint8"),
    ],
)
def test_what_cannot_be_counted_is_refused(count, masks, words):
    with pytest.raises(InputError, match=words):
        count(masks)


def test_more_surgeons_than_patterns_have_bits_are_refused():
    with pytest.raises(InputError, match="at most 64"):
        vote_patterns([np.zeros((1, 1, 1), bool)] * 65)
