import numpy as np
import pytest

from napari_rpdl.data.case import Annotation, Case
from napari_rpdl.data.structures import PUBLISHED_CM, TEMPORAL_BONE
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError
from napari_rpdl.review.hints import HINTS, hint, hints
from napari_rpdl.review.scale import shipped_scales

SHAPE = (30, 30, 30)


def block(z, y, x):
    mask = np.zeros(SHAPE, bool)
    mask[slice(*z), slice(*y), slice(*x)] = True
    return mask


SINUS, DURA, NERVE = (
    block((8, 13), (2, 7), (10, 20)),
    block((26, 30), (0, 30), (0, 25)),
    block((2, 20), (14, 16), (4, 6)),
)
CANAL = block((10, 16), (22, 28), (8, 25))
INCUS = block((17, 19), (18, 20), (6, 8))
CAVITY = block((14, 22), (8, 16), (12, 25))


def case(spacing=(0.4, 0.4, 0.4), surgeons=(CAVITY, CAVITY), side="right", table=TEMPORAL_BONE):
    """A block of bone to x = 25 with sinus behind, dura above, nerve and canal in front."""
    labels = np.where(np.arange(30)[None, None, :] < 25, 1, 0) * np.ones(SHAPE, int)
    for code, region in ((7, SINUS), (8, DURA), (5, NERVE), (12, CANAL), (3, INCUS)):
        labels[region] = code
    grid = Grid.of_shape(SHAPE, spacing)
    annotations = tuple(Annotation(f"surgeon_{n}", mask) for n, mask in enumerate(surgeons))
    return Case("bone", grid, table, Volume(labels.astype(np.uint8), grid), annotations=annotations, side=side)


def verdict(name, mask, bone=None):
    return hint(name, mask, bone or case()).verdict


def test_every_hint_that_a_scale_asks_for_exists():
    asked = {item.hint for scale in shipped_scales() for item in scale.items if item.hint}
    assert asked <= set(HINTS)
    assert [found.name for found in hints(CAVITY, case())] == list(HINTS)


@pytest.mark.parametrize(
    ("name", "region"),
    [("sinus_not_entered", SINUS), ("dura_intact", DURA), ("nerve_sheath_intact", NERVE), ("ossicles_intact", INCUS)],
)
def test_entered_structures_are_told_with_their_voxels(name, region):
    assert verdict(name, CAVITY) == "yes"
    found = hint(name, CAVITY | (region & block((0, 30), (0, 30), (0, 12))), case())
    inside = (CAVITY | (region & block((0, 30), (0, 30), (0, 12)))) & region
    assert found.verdict == ("no" if inside.any() else "yes")
    np.testing.assert_array_equal(found.voxels, np.argwhere(inside))


def test_a_nerve_of_one_voxel_is_below_resolution():
    bone = case()
    bone.labels()[NERVE] = 1
    bone.labels()[2:20, 14, 4] = 5
    assert verdict("nerve_sheath_intact", CAVITY, bone) == "below resolution"


@pytest.mark.parametrize(
    ("mask", "spacing", "expected"),
    [
        (block((23, 25), (10, 20), (10, 25)), (0.4, 0.4, 0.4), "yes"),
        (block((10, 12), (10, 20), (10, 25)), (0.4, 0.4, 0.4), "no"),
        (block((23, 25), (10, 20), (10, 25)), (0.9, 0.9, 0.9), "below resolution"),
        (block((23, 25), (10, 20), (10, 25)), None, "below resolution"),
        (block((10, 12), (10, 20), (10, 25)), None, "no"),
    ],
)
def test_an_exposed_plate_is_judged_only_where_a_millimetre_is_two_voxels(mask, spacing, expected):
    assert verdict("tegmen_exposed", mask, case(spacing)) == expected


def test_the_canal_wall_is_up_open_or_too_thin_to_tell():
    far, near, hole = CAVITY, block((11, 15), (16, 22), (10, 18)), block((11, 15), (16, 24), (10, 18))
    assert [verdict("canal_wall_intact", mask) for mask in (far, near, hole)] == ["yes", "below resolution", "no"]
    around = block((8, 18), (18, 30), (5, 25)) & ~CANAL
    assert [verdict("canal_wall_up", mask) for mask in (near, around)] == ["yes", "no"]


def test_the_incus_is_identified_when_it_is_in_sight():
    shaft = block((17, 19), (18, 20), (8, 25))
    assert verdict("incus_identified", CAVITY) == "no"
    found = hint("incus_identified", shaft, case())
    assert found.verdict == "yes"
    assert {tuple(voxel) for voxel in found.voxels} <= {tuple(voxel) for voxel in np.argwhere(INCUS)}


def test_the_antrum_is_reached_when_its_air_is_opened():
    bone = case(spacing=(1.0, 1.0, 1.0))
    # 5.4 behind, 1.8 lateral, 1.2 above the incus's posterior end (17.5, 18, 6.5).
    bone.labels()[17:21, 11:15, 7:11] = 0
    assert verdict("antrum_reached", block((17, 20), (11, 14), (11, 25)), bone) == "yes"
    assert verdict("antrum_reached", block((17, 20), (11, 14), (14, 25)), bone) == "no"
    assert verdict("antrum_reached", CAVITY, case(side=None)) == "not computable"


def test_pieces_that_are_cut_off_are_islands():
    ring = block((14, 22), (8, 16), (12, 25)) & ~block((16, 20), (10, 14), (12, 25))
    assert verdict("no_islands", CAVITY) == "yes"
    assert verdict("no_islands", ring) == "yes"
    shell = ring | block((16, 20), (10, 14), (12, 15))
    found = hint("no_islands", shell, case())
    assert (found.verdict, len(found.voxels)) == ("no", 4 * 4 * 10)
    speck = CAVITY & ~block((17, 18), (11, 12), (17, 18))
    assert verdict("no_islands", speck) == "below resolution"


def test_overhang_is_compared_with_the_surgeons():
    undercut = CAVITY | block((14, 22), (5, 8), (12, 18))
    assert verdict("no_overhang", CAVITY) == "yes"
    found = hint("no_overhang", undercut, case())
    np.testing.assert_array_equal(found.voxels, np.argwhere(block((14, 22), (5, 8), (18, 25))))
    assert found.verdict == "no"
    assert verdict("no_overhang", undercut, case(surgeons=(undercut, CAVITY))) == "yes"


def test_depth_is_compared_with_the_surgeons():
    deep, flat = block((14, 22), (8, 16), (6, 25)), block((14, 22), (8, 16), (20, 25))
    assert [verdict("depth_as_surgeons", mask) for mask in (CAVITY, deep, flat)] == ["yes", "no", "no"]
    found = hint("depth_as_surgeons", deep, case())
    assert "7.6 mm; the surgeons' are 5.2 to 5.2" in found.text
    np.testing.assert_array_equal(found.voxels, np.argwhere(deep & ~CAVITY))
    np.testing.assert_array_equal(hint("depth_as_surgeons", flat, case()).voxels, np.argwhere(CAVITY & ~flat))


def test_tables_without_names_are_not_guessed():
    published = {found.name: found.verdict for found in hints(CAVITY, case(table=PUBLISHED_CM))}
    assert published["sinus_not_entered"] == published["incus_identified"] == "not computable"
    assert published["depth_as_surgeons"] == "yes"


def test_an_empty_region_and_a_wrong_one():
    nothing = np.zeros(SHAPE, bool)
    found = {one.name: one.verdict for one in hints(nothing, case())}
    assert (found["depth_as_surgeons"], found["sinus_exposed"], found["sinus_not_entered"]) == ("no", "no", "yes")
    with pytest.raises(InputError, match="Expected a mask"):
        hints(nothing[:-1], case())
    with pytest.raises(InputError, match="no hint"):
        hint("beauty", nothing, case())
