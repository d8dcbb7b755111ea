from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.figures.bone_view import lateral_view

SIZE = 96


def brightness(picture):
    return picture.astype(float).mean(axis=2)


def blue(picture):
    """Where the sinus of the test bone (its crown) shows."""
    red_green_blue = picture.astype(int)
    return red_green_blue[..., 2] > red_green_blue[..., 0] + 40


def test_canal_on_top_mastoid_below_black_around(bone):
    picture = brightness(lateral_view(bone, size=SIZE))
    middle = SIZE // 2
    canal = picture[int(0.2 * SIZE), middle]
    assert canal < 0.5 * picture[int(0.8 * SIZE), middle]
    assert picture[2, 2] == 0
    assert picture[middle, middle] > 100


@pytest.mark.parametrize(("side", "crown"), [("right", "left"), ("left", "right"), (None, "left")])
def test_the_crown_is_left_for_a_right_ear_and_right_for_a_left_ear(bone_of, side, crown):
    columns = np.nonzero(blue(lateral_view(bone_of(side), size=SIZE)))[1]
    assert columns.size > 20
    assert (columns < SIZE / 2).all() if crown == "left" else (columns > SIZE / 2).all()


def test_a_mirrored_bone_gives_the_mirrored_picture(bone_of):
    right, left = bone_of("right"), bone_of("left")
    for surgeon in (None, "surgeon_2"):
        pictures = [lateral_view(c, surgeon and c.annotation(surgeon).mask, SIZE) for c in (right, left)]
        np.testing.assert_array_equal(pictures[0], pictures[1][:, ::-1])


def test_only_the_cavity_changes_and_it_is_darker(bone):
    before = brightness(lateral_view(bone, size=SIZE))
    after = brightness(lateral_view(bone, bone.masks()[1], SIZE))
    rows, columns = np.indices(before.shape)
    # the cavity is a cylinder at y = 0.42, z = 0.5, radius 0.15; the window is the bone (0.9) plus 4 % all round
    scale = SIZE / (0.9 * 1.08)
    distance = np.hypot(rows - (SIZE / 2 + 0.08 * scale), columns - SIZE / 2) / scale
    assert after[distance < 0.1].mean() < 0.75 * before[distance < 0.1].mean()
    assert np.abs(after - before)[distance > 0.36].max() < 2


def test_voxels_that_are_no_cubes_keep_the_bone_round(bone):
    thin = bone.labels().repeat(2, axis=0)
    grid = Grid.of_shape(thin.shape, (1.0, 2.0, 2.0))
    stretched = replace(bone, grid=grid, structures=Volume(thin, grid), annotations=())
    difference = brightness(lateral_view(stretched, size=SIZE)) - brightness(lateral_view(bone, size=SIZE))
    assert np.abs(difference).mean() < 6


def test_a_recording_shows_the_drilled_region_itself(bone):
    recording = replace(bone, structures=None)
    everything, one = lateral_view(recording, size=SIZE), lateral_view(recording, bone.masks()[0], SIZE)
    assert 0.1 < (brightness(one) > 0).mean() < (brightness(everything) > 0).mean()
    assert not lateral_view(replace(recording, annotations=()), size=SIZE).any()


def test_the_picture_is_what_was_asked_for(bone):
    picture = lateral_view(bone, size=50)
    assert picture.shape == (50, 50, 3)
    assert picture.dtype == np.uint8
    np.testing.assert_array_equal(picture, lateral_view(bone, size=50))
