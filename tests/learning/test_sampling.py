import dataclasses

import numpy as np
import pytest
import torch

from napari_rpdl.consensus.rpmap import rpmap
from napari_rpdl.consensus.votes import vote_map
from napari_rpdl.data.case import Annotation, Case
from napari_rpdl.errors import InputError
from napari_rpdl.learning.augmentation import CUBE_GROUP, LEFT_RIGHT, apply_orientation, apply_shift
from napari_rpdl.learning.sampling import Draw, draw_epoch, make_batch, network_structures, pack
from napari_rpdl.settings import TrainingSettings

CPU = torch.device("cpu")


def with_surgeons(case: Case, count: int) -> Case:
    rng = np.random.default_rng(0)
    annotations = tuple(Annotation(f"s{k}", rng.random(case.grid.shape) < 0.3) for k in range(count))
    return dataclasses.replace(case, annotations=annotations)


@pytest.mark.parametrize("surgeons", [1, 3, 8, 9, 20])
def test_packing_keeps_every_mask(small_case, surgeons):
    case = with_surgeons(small_case, surgeons)
    packed = pack(case, 16, right_ears=True)
    np.testing.assert_array_equal(packed.masks(), np.stack(case.masks()))
    np.testing.assert_array_equal(packed.votes(), vote_map(case.masks()))
    assert packed.foreground() == pytest.approx(np.mean(case.masks()))
    assert packed.packed.nbytes == 16**3 * -(-surgeons // 8)


def test_more_than_255_surgeons_can_be_batched(small_case):
    case = with_surgeons(small_case, 256)
    settings = TrainingSettings(grid=16)
    batch = make_batch([pack(case, 16, True)], [Draw(0, LEFT_RIGHT)], case.table.codes, settings, CPU)
    assert batch.weights.item() == 256
    assert batch.targets.mean().item() == pytest.approx(np.mean(case.masks()), abs=1e-5)


def test_a_left_ear_is_mirrored_to_a_right_one(small_case):
    left = dataclasses.replace(small_case, side="left")
    as_right, as_it_is = pack(left, 16, right_ears=True), pack(left, 16, right_ears=False)
    np.testing.assert_array_equal(as_right.structures, small_case.labels()[:, :, ::-1])
    np.testing.assert_array_equal(as_right.masks(), np.stack(small_case.masks())[..., ::-1])
    np.testing.assert_array_equal(as_it_is.structures, small_case.labels())
    np.testing.assert_array_equal(pack(small_case, 16, True).structures, small_case.labels())


def test_bones_are_resampled(small_case):
    packed = pack(small_case, 8, right_ears=False)
    assert packed.structures.shape == packed.votes().shape == (8, 8, 8)


def test_a_bone_without_structures_is_refused(small_case):
    with pytest.raises(InputError, match="no structures"):
        network_structures(dataclasses.replace(small_case, structures=None), 16, False)


def test_input_target_and_map_are_turned_alike(small_case):
    """A batch of turned bones holds what turning the parts of one bone by itself gives."""
    case = with_surgeons(small_case, 5)
    settings = TrainingSettings(grid=16, augmentation="cube")
    draws = [Draw(0, orientation, (1, -2, 0)) for orientation in CUBE_GROUP[::5]]
    batch = make_batch([pack(case, 16, False)], draws, case.table.codes, settings, CPU)
    votes = vote_map(case.masks())
    for i, draw in enumerate(draws):
        for tensor, volume in (
            (batch.inputs[i, case.table.codes.index(5)], (case.labels() == 5).astype(np.float32)),
            (batch.targets[i, 0], (votes / 5).astype(np.float32)),
            (batch.rpmap[i, 0], rpmap(votes, 5, settings.rpmap)),
        ):
            alone = apply_shift(apply_orientation(torch.from_numpy(volume), draw.orientation), draw.shift)
            torch.testing.assert_close(tensor, alone)


def test_every_bone_comes_once_before_any_comes_again():
    settings = TrainingSettings(batch_size=2, steps_per_epoch=6, augmentation="none")
    order = [draw.bone for draws in draw_epoch(4, settings, epoch=1) for draw in draws]
    assert [sorted(order[i : i + 4]) for i in (0, 4, 8)] == [[0, 1, 2, 3]] * 3


def test_a_batch_may_be_larger_than_the_dataset():
    settings = TrainingSettings(batch_size=5, steps_per_epoch=1, augmentation="none")
    assert [len(draws) for draws in draw_epoch(2, settings, epoch=1)] == [5]


def test_draws_are_a_function_of_seed_and_epoch():
    def draws(seed: int, epoch: int):
        return list(draw_epoch(8, TrainingSettings(seed=seed, augmentation="cube"), epoch))

    assert draws(0, 1) == draws(0, 1)
    assert draws(0, 1) != draws(0, 2)
    assert draws(0, 1) != draws(1, 1)
