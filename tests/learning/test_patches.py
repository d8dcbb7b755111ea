import tracemalloc

import numpy as np
import pytest
import torch
from monai.inferers import sliding_window_inference

from napari_rpdl.learning.patches import central_weights, cube_starts, over_patches


def squared(cube):
    """A voxel's answer that does not depend on its neighbours, in two channels."""
    values = cube.astype(np.float32) / 255
    return np.stack([values, values**2])


@pytest.mark.parametrize("shape", [(8, 8, 8), (8, 13, 21), (5, 8, 30), (3, 2, 1), (40, 12, 9)])
def test_patches_of_any_volume_put_together_are_the_volume(shape):
    volume = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    answer = over_patches([volume], 8, squared)
    assert answer.dtype == np.float32
    np.testing.assert_allclose(answer, squared(volume), atol=1e-6)


def test_every_cube_is_whole_and_neighbours_overlap_by_half():
    for length, size in [(8, 8), (9, 8), (12, 8), (13, 8), (100, 32), (64, 7)]:
        starts = cube_starts(length, size)
        assert starts[0] == 0
        assert starts[-1] == length - size
        assert max(np.diff(starts), default=0) <= -(-size // 2)


def test_answers_blend_as_monai_blends_them():
    """Two different answers for two cubes along x, blended with our weights by MONAI."""
    volume = np.zeros((8, 8, 12), np.uint8)
    volume[:, :, :4] = 1

    def ask(cube):
        return np.full((1, 8, 8, 8), cube.mean(), np.float32)

    weight = central_weights(8)
    importance = torch.from_numpy(weight[:, None, None] * weight[None, :, None] * weight)
    expected = sliding_window_inference(
        torch.from_numpy(volume).float()[None, None],
        8,
        1,
        lambda cubes: cubes.mean((2, 3, 4), keepdim=True).expand(-1, -1, 8, 8, 8).clone(),
        overlap=0.5,
        roi_weight_map=importance,
    )
    np.testing.assert_allclose(over_patches([volume], 8, ask), expected[0].numpy(), atol=1e-6)


def test_volumes_with_channels_are_cut_alike():
    volume = np.random.default_rng(0).integers(0, 256, (5, 8, 12), np.uint8)
    more = np.stack([volume, volume // 2]).astype(np.float16)
    answer = over_patches([volume, more], 8, lambda cube, channels: (channels - cube).astype(np.float32))
    np.testing.assert_allclose(answer, more.astype(np.float32) - volume, atol=1e-4)


def test_memory_stays_within_the_stated_bound():
    """4 bytes for each voxel and channel, and what the cubes take; no volume beside the answer."""
    volume = np.ones((96, 160, 128), np.uint8)
    size, channels = 16, 2
    tracemalloc.start()
    over_patches([volume], size, squared)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    cubes = 10 * 4 * channels * size**3
    assert peak <= 4 * channels * volume.size + cubes
