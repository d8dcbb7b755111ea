import numpy as np
import pytest

from napari_rpdl.consensus.rpmap import reward_table, rpmap, rpmap_of
from napari_rpdl.consensus.votes import vote_map
from napari_rpdl.errors import InputError
from napari_rpdl.settings import RPMAP_VARIANTS, RPMapSettings

# As the paper's Fig. 2, in two dimensions: three experts outline an object of their own.
EXPERTS = np.array(
    [
        [[0, 0, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0]],
        [[0, 0, 0, 0], [0, 1, 1, 1], [0, 0, 1, 1]],
        [[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 1, 0]],
    ],
    dtype=bool,
)


def by_loops(masks, divisor, penalty, single):
    """The definition, voxel by voxel."""
    expected = np.empty(masks[0].shape)
    for voxel in np.ndindex(expected.shape):
        votes = sum(int(mask[voxel]) for mask in masks)
        expected[voxel] = votes / divisor if votes else -penalty
        if votes == 1:
            expected[voxel] *= single
    return expected.astype(np.float32)


def test_the_papers_figure_by_hand():
    third = 1 / 3
    expected = [[third, -1, -1, -1], [-1, 2 * third, 1, third], [-1, 2 * third, 1, third]]
    np.testing.assert_array_equal(rpmap_of(list(EXPERTS)), np.float32(expected))


@pytest.mark.parametrize(
    ("variant", "divisor", "penalty", "single"),
    [
        ("paper", 7, 1, 1),
        ("published-code-bones", 6, 7 / 6, 0),
        ("published-code-surgeons", 7, 1, 0),
        ("published-code-metric", 1, 7, 1),
    ],
)
def test_the_named_variants_of_seven_surgeons(random_masks, variant, divisor, penalty, single):
    masks = random_masks(7)
    expected = by_loops(masks, divisor, penalty, single)
    np.testing.assert_array_equal(rpmap_of(masks, RPMAP_VARIANTS[variant]), expected)


def test_division_by_the_largest_vote_of_the_bone():
    masks = [np.array([[[1, 1, 0]]], bool), np.array([[[1, 0, 0]]], bool), np.zeros((1, 1, 3), bool)]
    settings = RPMapSettings(normalisation="largest", penalty=0.5)
    np.testing.assert_array_equal(rpmap_of(masks, settings), np.float32([[[1, 0.5, -0.5]]]))


@pytest.mark.parametrize("penalty", [0.0, 0.25, 3.0])
def test_the_penalty_is_relative_to_the_largest_reward(random_masks, penalty):
    masks = random_masks(4)
    for settings, most in [
        (RPMapSettings(penalty=penalty), 1),
        (RPMapSettings(penalty=penalty, normalisation="surgeons-1"), 4 / 3),
        (RPMapSettings(penalty=penalty, normalisation="none"), 4),
    ]:
        assert rpmap_of(masks, settings).min() == np.float32(-penalty * most)


@pytest.mark.parametrize("surgeons", [1, 2, 9, 15, 16, 300])
@pytest.mark.parametrize("variant", RPMAP_VARIANTS)
def test_from_votes_and_from_masks_it_is_the_same_map(random_masks, surgeons, variant):
    masks, settings = random_masks(surgeons), RPMAP_VARIANTS[variant]
    result = rpmap_of(masks, settings)
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, rpmap(vote_map(masks), surgeons, settings))


@pytest.mark.parametrize("surgeons", [1, 3, 15, 16])
def test_large_grids_whose_size_is_no_multiple_of_four(random_masks, surgeons):
    masks = random_masks(surgeons, (103, 103, 101))
    votes = np.sum(masks, axis=0)
    expected = np.where(votes > 0, votes / surgeons, -1).astype(np.float32)
    np.testing.assert_array_equal(rpmap_of(masks), expected)


def test_a_vote_map_survives_the_look_up():
    votes = np.random.default_rng(0).integers(0, 8, (103, 103, 101)).astype(np.uint8)
    before = votes.copy()
    rpmap(votes, 7)
    np.testing.assert_array_equal(votes, before)


def test_one_surgeon_and_a_bone_that_nobody_drilled():
    untouched = [np.zeros((2, 2, 2), bool)] * 3
    for settings in RPMAP_VARIANTS.values():
        assert (rpmap_of(untouched, settings) < 0).all()
        assert np.isfinite(rpmap_of(untouched[:1], settings)).all()
    assert (rpmap_of(untouched, RPMapSettings(normalisation="largest")) == -1).all()
    np.testing.assert_array_equal(reward_table(1, RPMapSettings(normalisation="surgeons-1"), 1), [-1, 1])


@pytest.mark.parametrize(
    ("votes", "surgeons", "words"),
    [
        (np.full((1, 1, 1), 4, np.uint8), 3, "at most 3 votes"),
        (np.zeros((1, 1, 1), np.uint8), 0, "at most 0 votes"),
        (np.zeros((1, 1, 1), np.int64), 3, "int64"),
        (np.zeros((1, 1, 1)), 3, "float64"),
    ],
)
def test_what_is_no_vote_map_is_refused(votes, surgeons, words):
    with pytest.raises(InputError, match=words):
        rpmap(votes, surgeons)
