"""Case and Annotation."""

import numpy as np
import pytest

from napari_rpdl.data.case import Annotation, Case, checked_name
from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError

GRID = Grid.of_shape((2, 3, 4), (1, 1, 1))


def mask(shape=(2, 3, 4)):
    return np.ones(shape, bool)


@pytest.mark.parametrize("name", ["a", "bone_1", "S-2.b", "9", "x" * 64, "a.b-c_d"])
def test_names_that_every_system_takes(name):
    assert checked_name(name, "name") == name


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", ".hidden", "a/b", "a\\b", "../x", "/etc", "a b", "a\0", "a\n", "end.", "x" * 65),
        *("con", "NUL", "com1", "aux.txt", "LPT9", "-flag", "_a", "é", "a:b", "a*", 7, None),
    ],
)
def test_names_that_some_system_refuses(name):
    with pytest.raises(InputError, match="bone's name"):
        checked_name(name, "bone's name")


@pytest.mark.parametrize("wrong", [np.ones((2, 3, 4)), np.ones((2, 3), bool), np.ones((2, 3, 4), np.uint8)])
def test_an_annotation_is_a_mask(wrong):
    with pytest.raises(InputError, match="3-D mask"):
        Annotation("a", wrong)


def test_a_case_knows_its_surgeons():
    case = Case("c", GRID, TEMPORAL_BONE, annotations=(Annotation("b", mask()), Annotation("a", ~mask())))
    assert case.surgeons == ("b", "a")
    assert case.annotation("a") is case.annotations[1]
    assert [m.all() for m in case.masks()] == [True, False]
    assert [m.all() for m in case.masks("a")] == [False]
    assert np.shares_memory(case.masks("b")[0], case.annotations[0].mask)
    with pytest.raises(InputError, match=r"no annotation by 'z'; it has: b, a"):
        case.annotation("z")


def test_the_bone_is_the_case_unless_said():
    assert Case("c", GRID, TEMPORAL_BONE).bone == "c"
    assert Case("c", GRID, TEMPORAL_BONE, bone="left_1").bone == "left_1"
    with pytest.raises(InputError, match="bone's name"):
        Case("c", GRID, TEMPORAL_BONE, bone="../x")


def test_a_surgeon_annotates_once():
    with pytest.raises(InputError, match="each surgeon once"):
        Case("c", GRID, TEMPORAL_BONE, annotations=(Annotation("a", mask()), Annotation("a", mask())))


def test_other_grids_are_refused():
    with pytest.raises(InputError, match=r"annotation of a in c has shape \(4, 3, 2\).*\(2, 3, 4\)"):
        Case("c", GRID, TEMPORAL_BONE, annotations=(Annotation("a", mask((4, 3, 2))),))
    elsewhere = Volume(np.zeros((2, 3, 4), np.uint8), Grid.of_shape((2, 3, 4), (1, 1, 2)))
    with pytest.raises(InputError, match="structures of c lie on another grid"):
        Case("c", GRID, TEMPORAL_BONE, structures=elsewhere)
    with pytest.raises(InputError, match="CT of c lie on another grid"):
        Case("c", GRID, TEMPORAL_BONE, ct=elsewhere)


def test_labels_need_structures():
    labels = np.ones((2, 3, 4), np.uint8)
    assert Case("c", GRID, TEMPORAL_BONE, structures=Volume(labels, GRID)).labels() is labels
    with pytest.raises(InputError, match="no structures"):
        Case("c", GRID, TEMPORAL_BONE).labels()


def test_a_case_without_a_surgeon_is_as_if_he_had_never_drilled(small_case):
    left = small_case.without(["surgeon_2", "nobody"])
    assert left.surgeons == ("surgeon_1", "surgeon_3")
    assert left.annotations[1].mask is small_case.annotations[2].mask
    assert left.structures is small_case.structures
    assert small_case.surgeons == ("surgeon_1", "surgeon_2", "surgeon_3")
