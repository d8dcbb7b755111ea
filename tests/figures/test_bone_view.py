from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError
from napari_rpdl.figures.bone_view import bone_view, lateral_view

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


def test_a_left_ear_is_the_mirror_image_in_every_view(bone_of):
    for view in ("surgical", "lateral", "superior", "posterior"):
        right, left = (bone_view(bone_of(s), bone_of(s).masks()[0], 48, view).pixels for s in ("right", "left"))
        np.testing.assert_array_equal(right, left[:, ::-1])


def test_views_turn_the_bone(bone):
    """The blue crown is left as at operation, on top in an atlas, and towards the eye from above."""
    rows, columns = np.nonzero(blue(bone_view(bone, size=SIZE, view="lateral").pixels))
    assert rows.max() < SIZE / 2
    assert abs(columns.mean() - SIZE / 2) < 6
    above = blue(bone_view(bone, size=SIZE, view="superior").pixels)
    assert above[SIZE // 2, SIZE // 2 - 15]
    assert above.sum() > 3 * rows.size


def test_what_shows_is_named_and_how_large_the_picture_is(bone):
    picture = bone_view(bone, size=48)
    assert picture.structures == (1, 7)
    assert picture.extent == pytest.approx(28 * 2 * 1.08)  # 28 voxels of 2 mm, and a margin


def test_a_white_background(bone):
    black, white = (bone_view(bone, size=48, background=b).pixels for b in ("black", "white"))
    assert (white[0, 0] == 255).all()
    np.testing.assert_array_equal(black[20:28, 20:28], white[20:28, 20:28])


def test_differences_are_painted_where_the_regions_differ(bone):
    small, large = bone.masks()[0], bone.masks()[2]
    middle = (int(SIZE / 2 + 0.08 / (0.9 * 1.08) * SIZE), SIZE // 2)
    ring = (middle[0], middle[1] + int(0.15 / (0.9 * 1.08) * SIZE))

    def hue(drilled, reference, where):
        red, _, blue_ = bone_view(bone, drilled, SIZE, reference=reference).pixels[where].astype(int)
        return "missed" if blue_ > red + 25 else "extra" if red > blue_ + 60 else "other"

    assert hue(small, large, ring) == "missed"
    assert hue(small, large, middle) == "other"
    assert hue(large, small, ring) == "extra"
    assert hue(large, large, ring) == "other"
    plain = bone_view(bone, None, SIZE, reference=small)
    assert not blue(plain.pixels).any()
    assert plain.structures == ()


def test_a_mask_of_another_grid_is_refused(bone):
    with pytest.raises(InputError, match="another case"):
        bone_view(bone, np.zeros((4, 4, 4), np.bool_))
