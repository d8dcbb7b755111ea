"""Patterns against the masks themselves, and against the package's own counting below torch."""

import numpy as np
import pytest
import torch

from napari_rpdl.consensus.patterns import count_patterns
from napari_rpdl.consensus.votes import vote_map, vote_patterns
from napari_rpdl.errors import InputError
from napari_rpdl.learning.losses import PatternTargets

SHAPE = (3, 4, 5)


def masks_of(surgeons: int, bones: int = 2) -> torch.Tensor:
    random = torch.Generator().manual_seed(surgeons)
    return torch.rand(bones, surgeons, *SHAPE, generator=random) < 0.3


@pytest.mark.parametrize("surgeons", [1, 2, 7, 8, 9, 12, 17, 70])
def test_every_voxel_keeps_its_surgeons(surgeons):
    masks = masks_of(surgeons)
    targets = PatternTargets.from_masks(masks)
    drilled_by = targets.members[targets.patterns.long()].permute(0, 4, 1, 2, 3)
    assert torch.equal(drilled_by.bool(), masks)


@pytest.mark.parametrize("surgeons", [1, 7, 12])
def test_masks_and_packed_masks_are_the_same(surgeons):
    masks = masks_of(surgeons)
    packed = torch.from_numpy(np.packbits(masks.numpy(), axis=1))
    ours, theirs = PatternTargets.from_packed(packed, surgeons), PatternTargets.from_masks(masks)
    for name in ("drilled", "bins", "members", "weights", "present", "voxels"):
        assert torch.equal(getattr(ours, name), getattr(theirs, name)), name


@pytest.mark.parametrize("surgeons", [3, 8])
def test_patterns_are_numbered_as_the_consensus_does(surgeons):
    masks = masks_of(surgeons)
    patterns = PatternTargets.from_masks(masks).patterns.numpy()
    for bone in range(len(masks)):
        np.testing.assert_array_equal(patterns[bone], vote_patterns(list(masks[bone].numpy())))


@pytest.mark.parametrize("surgeons", [1, 7, 12, 40])
def test_counts_are_those_of_the_consensus(surgeons):
    masks = masks_of(surgeons)
    for bone in range(len(masks)):
        ours, theirs = PatternTargets.from_masks(masks).counts(bone), count_patterns(list(masks[bone].numpy()))
        assert ours.grid_voxels == theirs.grid_voxels
        assert ours.codes.dtype == theirs.codes.dtype
        for name in ("codes", "members", "voxels"):
            np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))


@pytest.mark.parametrize("surgeons", [1, 7, 12])
def test_votes_are_the_vote_map(surgeons):
    masks = masks_of(surgeons)
    votes = PatternTargets.from_masks(masks).votes()
    assert votes.shape == (2, 1, *SHAPE)
    for bone in range(len(masks)):
        np.testing.assert_array_equal(votes[bone, 0].numpy(), vote_map(list(masks[bone].numpy())))


def test_patterns_that_do_not_occur_take_no_room_beyond_eight_surgeons():
    masks = torch.zeros(1, 20, *SHAPE, dtype=torch.bool)
    masks[0, :, 0] = True
    masks[0, 19, 1] = True
    targets = PatternTargets.from_masks(masks)
    assert targets.members.shape == (3, 20)
    assert sorted(targets.voxels[0].tolist()) == [20, 20, 20]


def test_bones_of_fewer_surgeons_share_a_batch():
    packed = torch.from_numpy(np.packbits(masks_of(3).numpy(), axis=1))
    packed[1] &= 0b11000000
    targets = PatternTargets.from_packed(packed, [3, 2])
    assert targets.weights.tolist() == [[1, 1, 1], [1, 1, 0]]
    assert targets.surgeons.tolist() == [3, 2]


def test_who_is_present_but_does_not_count_still_votes():
    masks = masks_of(3)
    targets = PatternTargets.from_masks(masks, torch.tensor([[1.0, 0, 0]] * 2), torch.ones(2, 3, dtype=torch.bool))
    assert torch.equal(targets.votes()[:, 0], masks.sum(1, dtype=torch.int32))
    absent = PatternTargets.from_masks(masks, torch.tensor([[1.0, 0, 0]] * 2))
    assert torch.equal(absent.votes()[:, 0].bool(), masks[:, 0])


def test_bones_that_nobody_drilled_are_taken():
    targets = PatternTargets.from_masks(torch.zeros(2, 12, *SHAPE, dtype=torch.bool))
    assert targets.voxels.tolist() == [[60.0], [60.0]]
    assert not targets.votes().any()


@pytest.mark.parametrize(
    "packed",
    [
        torch.zeros(1, 1, *SHAPE),
        torch.zeros(1, *SHAPE, dtype=torch.uint8),
        torch.zeros(0, 1, *SHAPE, dtype=torch.uint8),
        torch.full((1, 1, *SHAPE), 255, dtype=torch.uint8),
    ],
)
def test_wrongly_packed_masks_are_refused(packed):
    with pytest.raises(InputError):
        PatternTargets.from_packed(packed, [7] * len(packed))


def test_too_few_bytes_for_the_surgeons_are_refused():
    with pytest.raises(InputError, match=r"9 surgeons as uint8 \(bones, 2"):
        PatternTargets.from_packed(torch.zeros(1, 1, *SHAPE, dtype=torch.uint8), 9)


def test_masks_that_are_not_boolean_are_refused():
    with pytest.raises(InputError, match="bool"):
        PatternTargets.from_masks(masks_of(2).float())


@pytest.mark.parametrize("weights", [[[1.0, 0, 0], [0, 0, 0]], [[-1, 1, 1], [1, 1, 1]], [[1, 1], [1, 1]]])
def test_weights_that_make_no_sense_are_refused(weights):
    with pytest.raises(InputError, match="with a surgeon who counts for every bone"):
        PatternTargets.from_masks(masks_of(3), torch.tensor(weights, dtype=torch.float32))


def test_seventy_surgeons_can_be_learned_from_but_not_counted_for_an_oracle():
    masks = torch.rand(1, 70, 3, 4, 5, generator=torch.Generator().manual_seed(0)) < 0.3
    targets = PatternTargets.from_masks(masks)
    assert torch.equal(targets.votes()[:, 0], masks.sum(1, dtype=torch.int32))
    with pytest.raises(InputError, match=r"at most 64 surgeons, got 70.*Leave out some"):
        targets.counts(0)
