from collections import Counter
from itertools import product

import numpy as np
import pytest
import scipy.ndimage
import torch

from napari_rpdl.learning.augmentation import (
    CHOICES,
    CUBE_GROUP,
    LEFT_RIGHT,
    PUBLISHED_VARIANTS,
    Orientation,
    after,
    apply_orientation,
    apply_shift,
    draw_orientation,
    draw_shift,
)

CUBE = torch.arange(27).reshape(3, 3, 3)


def images(orientations) -> set[bytes]:
    return {apply_orientation(CUBE, orientation).numpy().tobytes() for orientation in orientations}


def test_there_are_48_distinct_orientations():
    assert len(CUBE_GROUP) == len(images(CUBE_GROUP)) == 48


def test_they_are_what_mirrors_and_quarter_turns_make():
    """The paper's 8 mirrors and 4 x 4 x 4 quarter turns, built with NumPy alone."""
    made = set()
    for mirrors in product((False, True), repeat=3):
        mirrored = np.flip(CUBE.numpy(), [axis for axis, flip in enumerate(mirrors) if flip])
        for a, b, c in product(range(4), repeat=3):
            turned = np.rot90(np.rot90(np.rot90(mirrored, a, (0, 1)), b, (0, 2)), c, (1, 2))
            made.add(turned.tobytes())
    assert made == images(CUBE_GROUP)


def published_copies() -> Counter[bytes]:
    """The published code's 216 copies, with NumPy alone: 8 mirrors, 27 rotations by 90, 180 or 270 degrees."""
    made: Counter[bytes] = Counter()
    for mirrors in product((False, True), repeat=3):
        mirrored = np.flip(CUBE.numpy(), [axis for axis, flip in enumerate(mirrors) if flip])
        for a, b, c in product((1, 2, 3), repeat=3):
            made[np.rot90(np.rot90(np.rot90(mirrored, a, (1, 2)), b, (0, 2)), c, (0, 1)).tobytes()] += 1
    return made


def test_the_published_216_are_48_with_very_unequal_multiplicities():
    copies = published_copies()
    assert sum(copies.values()) == len(PUBLISHED_VARIANTS) == 216
    assert len(copies) == 48
    assert Counter(copies.values()) == {1: 8, 2: 16, 4: 8, 8: 8, 10: 8}
    ours = Counter(apply_orientation(CUBE, variant).numpy().tobytes() for variant in PUBLISHED_VARIANTS)
    assert ours == copies
    assert ours[CUBE.numpy().tobytes()] == 1, "the bone as it is comes once"


def test_one_orientation_after_another_is_one_orientation():
    for first, second in product(CUBE_GROUP[::5], CUBE_GROUP[::7]):
        one_by_one = apply_orientation(apply_orientation(CUBE, first), second)
        assert torch.equal(apply_orientation(CUBE, after(first, second)), one_by_one)


def test_they_are_closed():
    twice = {
        apply_orientation(apply_orientation(CUBE, first), second).numpy().tobytes()
        for first in CUBE_GROUP
        for second in CUBE_GROUP
    }
    assert twice == images(CUBE_GROUP)


def test_half_of_them_are_rotations():
    def determinant(orientation: Orientation) -> float:
        matrix = np.eye(3)[list(orientation.order)]
        return np.linalg.det(matrix * np.where(orientation.flips, -1, 1)[:, None])

    assert sorted(round(determinant(orientation)) for orientation in CUBE_GROUP) == [-1] * 24 + [1] * 24


def test_left_right_reverses_x_only():
    np.testing.assert_array_equal(apply_orientation(CUBE, LEFT_RIGHT), CUBE.numpy()[:, :, ::-1])


def test_leading_axes_stay():
    batch = torch.stack([CUBE, CUBE + 100])[:, None]
    for orientation in CUBE_GROUP:
        turned = apply_orientation(batch, orientation)
        assert turned.shape == batch.shape
        torch.testing.assert_close(turned[1, 0], apply_orientation(CUBE + 100, orientation))


@pytest.mark.parametrize(("augmentation", "count"), [("cube", 48), ("mirror", 2), ("none", 1)])
def test_draws_reach_every_choice_and_nothing_else(augmentation, count):
    rng = np.random.default_rng(0)
    drawn = {draw_orientation(augmentation, rng) for _ in range(600)}
    assert drawn == set(CHOICES[augmentation])
    assert len(drawn) == count


def test_draws_are_a_function_of_the_generator():
    def draws(seed: int):
        rng = np.random.default_rng(seed)
        return [draw_orientation("cube", rng) for _ in range(20)]

    assert draws(1) == draws(1) != draws(2)


@pytest.mark.parametrize("shift", [(0, 0, 0), (1, 0, -2), (-3, 2, 1)])
def test_a_shift_moves_voxels_and_repeats_the_border(shift):
    volume = np.random.default_rng(0).random((5, 5, 5))
    moved = apply_shift(torch.from_numpy(volume)[None], shift)[0].numpy()
    np.testing.assert_array_equal(moved, scipy.ndimage.shift(volume, shift, order=0, mode="nearest"))


def test_shifts_reach_both_ends_and_nothing_beyond():
    rng = np.random.default_rng(0)
    drawn = np.array([draw_shift(2, rng) for _ in range(500)])
    assert all(set(drawn[:, axis]) == {-2, -1, 0, 1, 2} for axis in range(3))
    assert draw_shift(0, rng) == (0, 0, 0)
