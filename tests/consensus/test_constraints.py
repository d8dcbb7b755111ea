import dataclasses

import numpy as np
import pytest

from napari_rpdl.consensus.constraints import CRITICAL, ISLANDS, UNREACHABLE, constrain, forbidden, outside_air
from napari_rpdl.data.case import Case
from napari_rpdl.data.structures import PUBLISHED_CM, TEMPORAL_BONE, StructureTable
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError
from napari_rpdl.settings import DecisionSettings

BONE, NERVE = 1, 5


def case_of(labels, spacing=None, table=TEMPORAL_BONE) -> Case:
    grid = Grid.of_shape(labels.shape, spacing)
    return Case("bone_1", grid, table, Volume(labels.astype(np.uint8), grid))


@pytest.fixture
def block() -> Case:
    """A block of bone with air around it, an air cell at (6, 6, 6) and a nerve along z at (y, x) = (9, 4)."""
    labels = np.zeros((13, 13, 13))
    labels[1:-1, 1:-1, 1:-1] = BONE
    labels[6, 6, 6] = 0
    labels[1:-1, 9, 4] = NERVE
    return case_of(labels)


def region(*boxes) -> np.ndarray:
    mask = np.zeros((13, 13, 13), np.bool_)
    for box in boxes:
        mask[box] = True
    return mask


def test_nothing_is_taken_where_nothing_is_forbidden(block):
    mask = region(np.s_[1:-1, 1:-1, 1:-1])
    obeyed = constrain(mask, block, DecisionSettings())
    np.testing.assert_array_equal(obeyed.mask, mask)
    assert obeyed.removed == {}


def test_critical_structures_are_spared_and_counted(block):
    obeyed = constrain(region(np.s_[4:7, 8:11, 3:6]), block, DecisionSettings(avoid_critical=True))
    assert obeyed.removed == {CRITICAL: 3}
    assert not obeyed.mask[:, 9, 4].any()
    assert obeyed.mask.sum() == 27 - 3


@pytest.mark.parametrize(
    ("spacing", "margin", "around"),
    [
        (None, 1.0, 5),  # the nerve and its 4 neighbours in a plane across it
        (None, 1.5, 9),  # and the diagonal ones
        ((1.0, 0.5, 2.0), 1.0, 5),  # mm: two voxels along y to both sides, none along x
    ],
)
def test_the_margin_is_in_mm_where_the_spacing_is_known(block, spacing, margin, around):
    case = case_of(block.labels(), spacing)
    assert forbidden(case, margin)[6].sum() == around
    assert constrain(region(np.s_[6, :, :]), case, DecisionSettings(margin=margin)).removed == {CRITICAL: around}


def test_a_small_region_keeps_its_distance_from_structures_beyond_its_box(block):
    single = region(np.s_[6, 9, 7])  # three voxels from the nerve at x = 4
    assert constrain(single, block, DecisionSettings(margin=2.9)).removed == {CRITICAL: 0}
    assert constrain(single, block, DecisionSettings(margin=3.0)).removed == {CRITICAL: 1}
    stretched = case_of(block.labels(), (1.0, 1.0, 0.4))
    assert constrain(single, stretched, DecisionSettings(margin=1.3)).removed == {CRITICAL: 1}


def test_a_bone_without_its_critical_structures_forbids_nothing(block):
    case = case_of(np.minimum(block.labels(), BONE))
    assert not forbidden(case, 2.0).any()


def test_a_table_without_critical_structures_is_no_licence_to_drill(block):
    case = case_of(block.labels(), table=PUBLISHED_CM)
    with pytest.raises(InputError, match=r'role "critical" in dataset\.json'):
        constrain(region(), case, DecisionSettings(avoid_critical=True))


def test_the_air_of_a_cell_is_not_outside(block):
    outside = outside_air(block)
    assert not outside[6, 6, 6]
    assert outside.sum() == 13**3 - 11**3


def test_only_what_a_drill_can_reach_is_kept(block):
    from_outside, inside, at_an_edge_only = np.s_[3:6, 3:6, 10:12], np.s_[5:8, 5:8, 5:8], np.s_[2, 2, 9]
    mask = region(from_outside, inside, at_an_edge_only)
    obeyed = constrain(mask, block, DecisionSettings(from_surface=True))
    np.testing.assert_array_equal(obeyed.mask, region(from_outside))
    assert obeyed.removed == {UNREACHABLE: 27 + 1}


def test_where_bone_fills_the_grid_its_border_is_the_surface():
    case = case_of(np.ones((13, 13, 13)))
    at_border, inside = np.s_[0:2, 4:6, 4:6], np.s_[5:7, 5:7, 5:7]
    obeyed = constrain(region(at_border, inside), case, DecisionSettings(from_surface=True))
    np.testing.assert_array_equal(obeyed.mask, region(at_border))


def test_a_table_without_air_has_no_surface(block):
    table = StructureTable(structures=TEMPORAL_BONE.structures[1:])
    with pytest.raises(InputError, match='role "air"'):
        constrain(region(), case_of(np.ones((13, 13, 13)), table=table), DecisionSettings(from_surface=True))


def test_islands_go(block):
    large, small, speck = np.s_[2:5, 2:5, 2:5], np.s_[7:9, 7:9, 7:9], np.s_[11, 11, 11]
    mask = region(large, small, speck)
    several = constrain(mask, block, DecisionSettings(smallest_part=8))
    assert several.removed == {ISLANDS: 1}
    one = constrain(mask, block, DecisionSettings(one_region=True))
    np.testing.assert_array_equal(one.mask, region(large))
    none = constrain(mask, block, DecisionSettings(one_region=True, smallest_part=28))
    assert not none.mask.any()
    assert none.removed == {ISLANDS: 36}


def test_a_part_cut_off_by_the_margin_counts_as_unreachable(block):
    tunnel = region(np.s_[6, 9, 1:10])  # from the outside at x = 1, through the nerve at x = 4
    obeyed = constrain(tunnel, block, DecisionSettings(avoid_critical=True, from_surface=True, one_region=True))
    np.testing.assert_array_equal(obeyed.mask, region(np.s_[6, 9, 1:4]))
    assert obeyed.removed == {CRITICAL: 1, UNREACHABLE: 5, ISLANDS: 0}


def test_an_empty_region_stays_empty(block):
    settings = DecisionSettings(margin=1, from_surface=True, one_region=True)
    assert constrain(region(), block, settings).removed == {CRITICAL: 0, UNREACHABLE: 0, ISLANDS: 0}


def test_constraints_need_structures(block):
    with pytest.raises(InputError, match="no structures"):
        constrain(region(), dataclasses.replace(block, structures=None), DecisionSettings(from_surface=True))
