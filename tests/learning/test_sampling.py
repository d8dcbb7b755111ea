import dataclasses

import numpy as np
import pytest
import torch

from napari_rpdl.consensus.votes import vote_map, vote_patterns
from napari_rpdl.data.case import Annotation, Case
from napari_rpdl.errors import InputError
from napari_rpdl.learning.augmentation import CUBE_GROUP, LEFT_RIGHT, apply_orientation, apply_shift
from napari_rpdl.learning.plan import Draw
from napari_rpdl.learning.sampling import Bones, make_batch, network_structures, pack
from napari_rpdl.settings import NetworkSettings, TrainingSettings

CPU = torch.device("cpu")
SETTINGS = TrainingSettings(grid=16)


def with_surgeons(case: Case, count: int) -> Case:
    rng = np.random.default_rng(0)
    annotations = tuple(Annotation(f"s{k}", rng.random(case.grid.shape) < 0.3) for k in range(count))
    return dataclasses.replace(case, annotations=annotations)


@pytest.mark.parametrize("surgeons", [1, 3, 8, 9, 20])
def test_packing_keeps_every_mask(small_case, surgeons):
    case = with_surgeons(small_case, surgeons)
    packed = pack(case, SETTINGS, right_ears=True)
    np.testing.assert_array_equal(packed.masks(), np.stack(case.masks()))
    np.testing.assert_array_equal(packed.votes(), vote_map(case.masks()))
    assert packed.foreground() == pytest.approx(np.mean(case.masks()))
    assert packed.packed.nbytes == 16**3 * -(-surgeons // 8)


def test_more_than_255_surgeons_can_be_batched(small_case):
    case = with_surgeons(small_case, 256)
    batch = make_batch(Bones([pack(case, SETTINGS, True)], CPU), [Draw(0, LEFT_RIGHT)], case.table.codes, SETTINGS)
    assert batch.targets.surgeons.tolist() == [256]
    assert batch.targets.votes().float().mean().item() / 256 == pytest.approx(np.mean(case.masks()), abs=1e-5)


def test_surgeons_keep_their_places_where_some_did_not_drill(small_case):
    """Bones of other surgeons share a batch; who did not drill a bone has no weight there."""
    everybody = ("a", "surgeon_1", "b", "surgeon_2", "surgeon_3")
    few = dataclasses.replace(small_case, annotations=small_case.annotations[:1])
    bones = Bones([pack(case, SETTINGS, True, everybody) for case in (small_case, few)], CPU)
    assert [case.present for case in bones.cases] == [(1, 3, 4), (1,)]
    np.testing.assert_array_equal(bones.cases[0].masks(), np.stack(small_case.masks()))
    batch = make_batch(bones, [Draw(0), Draw(1)], small_case.table.codes, SETTINGS)
    assert batch.targets.weights.tolist() == [[0, 1, 0, 1, 1], [0, 1, 0, 0, 0]]
    np.testing.assert_array_equal(batch.targets.votes()[0, 0].numpy(), vote_map(small_case.masks()))


def test_those_whose_region_holds_no_voxel_are_known(small_case):
    empty = small_case.annotations[1]
    nothing = dataclasses.replace(empty, mask=np.zeros_like(empty.mask))
    annotations = (small_case.annotations[0], nothing)
    case = dataclasses.replace(small_case, annotations=annotations)
    everyone = ("surgeon_0", "surgeon_1", "surgeon_2", "surgeon_3")
    assert pack(case, SETTINGS, True, everyone).undrilled() == (2,)
    assert pack(small_case, SETTINGS, True).undrilled() == ()


def test_a_repeated_pass_counts_one_surgeon_and_keeps_everybodys_map(small_case):
    bones = Bones([pack(small_case, SETTINGS, True)], CPU)
    batch = make_batch(bones, [Draw(0, surgeon=2)], small_case.table.codes, SETTINGS)
    assert batch.targets.weights[0].tolist() == [0, 0, 1]
    assert batch.targets.surgeons.tolist() == [3]


def test_distances_are_turned_with_the_bone(small_case):
    settings = TrainingSettings(grid=16, network=NetworkSettings(encoding="one-hot+distances"))
    packed = pack(small_case, settings, True)
    turned = make_batch(Bones([packed], CPU), [Draw(0, CUBE_GROUP[17])], small_case.table.codes, settings).inputs[0]
    critical = len(small_case.table.codes_of("critical"))
    alone = apply_orientation(torch.from_numpy(packed.static), CUBE_GROUP[17])
    torch.testing.assert_close(turned[-critical:], alone.float())


def test_a_left_ear_is_mirrored_to_a_right_one(small_case):
    left = dataclasses.replace(small_case, side="left")
    as_right, as_it_is = pack(left, SETTINGS, right_ears=True), pack(left, SETTINGS, right_ears=False)
    np.testing.assert_array_equal(as_right.structures, small_case.labels()[:, :, ::-1])
    np.testing.assert_array_equal(as_right.masks(), np.stack(small_case.masks())[..., ::-1])
    np.testing.assert_array_equal(as_it_is.structures, small_case.labels())
    np.testing.assert_array_equal(pack(small_case, SETTINGS, True).structures, small_case.labels())


def test_bones_are_resampled(small_case):
    packed = pack(small_case, TrainingSettings(grid=8), right_ears=False)
    assert packed.structures.shape == packed.votes().shape == (8, 8, 8)


def test_a_bone_without_structures_is_refused(small_case):
    with pytest.raises(InputError, match="no structures"):
        network_structures(dataclasses.replace(small_case, structures=None), 16, False)


def test_input_and_annotations_are_turned_alike(small_case):
    """A batch of turned bones holds what turning the parts of one bone by itself gives."""
    case = with_surgeons(small_case, 5)
    draws = [Draw(0, orientation, (1, -2, 0)) for orientation in CUBE_GROUP[::5]]
    batch = make_batch(Bones([pack(case, SETTINGS, False)], CPU), draws, case.table.codes, SETTINGS)
    for i, draw in enumerate(draws):
        for tensor, volume in (
            (batch.inputs[i, case.table.codes.index(5)], (case.labels() == 5).astype(np.float32)),
            (batch.targets.patterns[i], vote_patterns(case.masks())),
        ):
            alone = apply_shift(apply_orientation(torch.from_numpy(volume), draw.orientation), draw.shift)
            torch.testing.assert_close(tensor, alone)
