"""From a bone to the content of a tile."""

from dataclasses import replace

import numpy as np

from napari_rpdl.gui.cut import Cut
from napari_rpdl.gui.meshes import bone_surface
from napari_rpdl.gui.tile_making import bone_color, bone_solid, cut_face, cut_open, slice_tile, with_face


def test_a_solid_is_the_bone_that_is_left_with_its_structures(small_case) -> None:
    region = small_case.annotation("surgeon_2").mask
    solid = bone_solid(small_case, region, opacity=0.4)
    bone, structures = solid.parts
    expected = bone_surface(small_case, bone_color(small_case), region)
    assert np.array_equal(bone.mesh.vertices, expected.vertices)
    assert np.array_equal(bone.mesh.colors, expected.colors)
    assert (bone.opacity, structures.opacity) == (0.4, 1.0)
    assert not structures.mesh.is_empty
    assert (solid.shape, solid.steps, solid.left) == (small_case.grid.shape, small_case.grid.steps, False)
    assert bone_solid(replace(small_case, side="left"), None).left


def test_a_reference_colours_the_bone_only_where_they_differ_or_agree(small_case) -> None:
    one, _, other = small_case.masks()
    plain, colored = bone_solid(small_case, one), bone_solid(small_case, one, other)
    assert np.array_equal(plain.parts[0].mesh.vertices, colored.parts[0].mesh.vertices)
    changed = np.abs(plain.parts[0].mesh.colors - colored.parts[0].mesh.colors).max(axis=1) > 0.05
    assert 0.01 < changed.mean() < 0.9
    assert np.array_equal(plain.parts[1].mesh.colors, colored.parts[1].mesh.colors)


def test_without_structures_the_region_itself_is_shown(small_case) -> None:
    bare = replace(small_case, structures=None)
    one, _, other = small_case.masks()
    (alone,) = bone_solid(bare, one, color="#E69F00").parts
    (both,) = bone_solid(bare, one, other).parts
    assert not alone.mesh.is_empty
    assert np.ptp(both.mesh.vertices, axis=0).max() > np.ptp(alone.mesh.vertices, axis=0).max()
    assert bone_solid(bare, None).parts[0].mesh.is_empty
    assert not cut_face(bare, one, Cut("axial", 0.5)).is_empty
    assert cut_face(bare, None, Cut("axial", 0.5)).is_empty


def test_a_cut_leaves_structures_whole_where_asked_and_is_closed_by_a_face(small_case) -> None:
    solid, cut = bone_solid(small_case, None), Cut("axial", 0.5, structures=False)
    opened = cut_open(solid, cut)
    assert opened.plane == cut.plane(small_case.grid.shape)
    assert [part.whole for part in opened.parts] == [False, True]
    assert [part.whole for part in cut_open(solid, Cut("axial", 0.5)).parts] == [False, False]
    closed = with_face(opened, cut_face(small_case, None, cut))
    assert closed.parts[-1].whole
    assert not closed.parts[-1].mesh.is_empty
    assert cut_open(opened, Cut()).plane is None


def test_a_slice_lies_where_the_cut_does(small_case) -> None:
    one, _, other = small_case.masks()
    cut = Cut("coronal", 0.4)
    flat = slice_tile(small_case, "coronal", cut, one, None, "#E69F00")
    assert flat.aspect == 1
    other_place = slice_tile(small_case, "coronal", Cut("coronal", 0.9), one, None, "#E69F00")
    assert not np.array_equal(flat.pixels, other_place.pixels)
    assert not np.array_equal(flat.pixels, slice_tile(small_case, "coronal", cut, one, other, "#E69F00").pixels)
    assert slice_tile(small_case, "axial", Cut(), None, None, "#E69F00").pixels.any()
