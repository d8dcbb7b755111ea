import numpy as np
import pytest

from napari_rpdl.data.case import Case
from napari_rpdl.data.structures import TEMPORAL_BONE, Structure, StructureTable
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.review.landmarks import antrum, seen_from_lateral, structure, two_across


def bone(labels, spacing=(1.0, 1.0, 1.0), side="right", table=TEMPORAL_BONE):
    grid = Grid.of_shape(labels.shape, spacing)
    return Case("bone", grid, table, Volume(labels.astype(np.uint8), grid), side=side)


def test_structures_are_found_by_the_names_of_other_tables():
    rows = [(0, "Background"), (13, "Sigmoid_Sinus"), (10, "Facial_Nerve"), (16, "EAC"), (5, "Bony_Labyrinth")]
    roles = ["air"] + ["critical"] * 4
    table = StructureTable(
        structures=tuple(
            Structure(code=c, name=n, color="#000000", role=r) for (c, n), r in zip(rows, roles, strict=True)
        )
    )
    labels = np.zeros((4, 4, 4))
    labels[0, 0, 0], labels[1, 1, 1], labels[2, 2, 2], labels[3, 3, 3] = 13, 10, 16, 5
    case = bone(labels, table=table)
    for name, at in (("sigmoid sinus", 0), ("facial nerve", 1), ("ear canal", 2), ("labyrinth", 3)):
        np.testing.assert_array_equal(np.argwhere(structure(case, name)), [[at] * 3])
    assert structure(case, "incus") is None


def test_two_across_means_a_block_of_two():
    line = np.zeros((5, 5, 5), bool)
    line[:, 2, 2] = True
    assert not two_across(line)
    line[:, 2:4, 2:4] = True
    assert two_across(line)


@pytest.mark.parametrize("side", ["right", "left"])
def test_the_antrum_lies_behind_above_and_lateral_of_the_incus(side):
    labels = np.ones((40, 40, 40))
    outward = 1 if side == "right" else -1
    labels[20, 25:30, 20] = 3
    centre = np.array([21.2, 25 - 5.4, 20 + 1.8 * outward])
    at = np.indices(labels.shape).reshape(3, -1).T
    labels.reshape(-1)[np.linalg.norm(at - centre, axis=1) < 3] = 0
    labels[5:8, 5:8, 5:8] = 0
    found = antrum(bone(labels, side=side))
    np.testing.assert_allclose(np.argwhere(found).mean(axis=0), centre, atol=0.3)
    assert found[5:8, 5:8, 5:8].sum() == 0
    assert antrum(bone(labels, side=None)) is None
    assert antrum(bone(labels, spacing=None)) is None


@pytest.mark.parametrize("side", ["right", "left"])
def test_what_lies_behind_bone_is_not_seen_and_through_a_shaft_it_is(side):
    labels = np.ones((15, 15, 15))
    case = bone(labels, side=side)
    target = np.zeros(labels.shape, bool)
    target[7, 7, 7] = True
    solid = ~target
    assert not seen_from_lateral(case, target, solid).any()
    shaft = np.s_[7, 7, 8:] if side == "right" else np.s_[7, 7, :7]
    solid[shaft] = False
    np.testing.assert_array_equal(seen_from_lateral(case, target, solid), target)
    solid[shaft] = True
    wrong_way = np.s_[7, 7, :7] if side == "right" else np.s_[7, 7, 8:]
    solid[wrong_way] = False
    assert not seen_from_lateral(case, target, solid).any()
