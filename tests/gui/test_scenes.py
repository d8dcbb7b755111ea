from dataclasses import replace

import numpy as np

from napari_rpdl.gui.scenes import scenes_of


def test_the_untouched_bone_comes_first_and_the_region_is_cut_out_of_the_other(small_case):
    region = small_case.masks("surgeon_2")[0]
    whole, drilled = scenes_of(small_case, [region], ("Original", "Result"))
    assert (whole.title, drilled.title) == ("Original", "Result")
    assert whole.region is None
    np.testing.assert_array_equal(whole.labels, small_case.labels())
    assert not drilled.labels[region].any()
    np.testing.assert_array_equal(drilled.labels[~region], small_case.labels()[~region])
    assert len(drilled.bone.vertices) != len(whole.bone.vertices)


def test_where_there_is_no_bone_the_region_itself_is_the_solid(small_case):
    region = small_case.masks("surgeon_2")[0]
    bare = replace(small_case, structures=None)
    nothing, drilled = scenes_of(bare, [region], ("Original", "Result"))
    assert nothing.bone.is_empty
    assert drilled.labels is None
    low, high = np.argwhere(region).min(axis=0), np.argwhere(region).max(axis=0)
    assert (drilled.bone.vertices >= low - 1).all()
    assert (drilled.bone.vertices <= high + 1).all()


def test_all_results_have_one_look(small_case):
    scenes = scenes_of(small_case, [small_case.masks("surgeon_1")[0]] * 2, ("O", "A", "B"))
    np.testing.assert_array_equal(scenes[1].bone.colors, scenes[2].bone.colors)
