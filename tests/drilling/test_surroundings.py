"""What the burr knows of a bone, against distance transforms of SciPy and SimpleITK."""

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK
from scipy.ndimage import distance_transform_edt

from napari_rpdl.data.structures import PUBLISHED_CM, TEMPORAL_BONE
from napari_rpdl.drilling.surroundings import Surroundings

STEPS = (0.5, 0.75, 1.0)


def test_cells_inside_the_bone_can_be_drilled_and_the_air_around_it_cannot(around, bone):
    labels = bone.labels()
    expected = labels != 0
    expected[16:18, 12:14, 6:8] = True
    assert np.array_equal(around.drillable, expected)


def test_the_distance_is_that_of_a_distance_transform_for_each_structure(around, bone):
    labels = bone.labels()
    transforms = {bone.table[code].name: distance_transform_edt(labels != code, sampling=STEPS) for code in (5, 7)}
    chance = np.random.default_rng(0)
    for voxel in chance.integers(0, labels.shape, (200, 3)):
        found = around.distance(voxel.astype(float), 1.2)
        away = {name: float(transform[tuple(voxel)]) for name, transform in transforms.items()}
        assert found.distance == pytest.approx(max(min(away.values()) - 0.6, 0))
        assert away[found.structure] == pytest.approx(min(away.values()))
        assert found.unit == "mm"


def test_many_distances_at_once_are_the_same(around):
    chance = np.random.default_rng(1)
    positions = chance.uniform(-2, 24, (100, 3))
    each = [around.distance(position, 2.0).distance for position in positions]
    assert around.distances(positions, np.full(100, 2.0)) == pytest.approx(each)


@pytest.mark.parametrize("margin", [0.0, 0.8, 2.1])
def test_what_is_locked_in_a_box_does_not_depend_on_the_box(around, bone, margin):
    critical = np.isin(bone.labels(), (5, 7))
    image = SimpleITK.GetImageFromArray(critical.astype(np.uint8))
    image.SetSpacing(STEPS[::-1])
    away = SimpleITK.SignedMaurerDistanceMap(image, squaredDistance=False, useImageSpacing=True)
    expected = critical | (SimpleITK.GetArrayFromImage(away) <= margin)
    for box in ((slice(0, 24), slice(0, 20), slice(0, 16)), (slice(9, 13), slice(7, 9), slice(3, 5))):
        assert np.array_equal(around.locked(box, margin), expected[box])


def test_bands_and_colours_follow_the_distance(around):
    assert around.distance(np.array([10.0, 4, 5]), 0.1).band == "inside"
    assert around.distance(np.array([10.0, 4, 5]), 0.1).structure == "facial nerve"
    assert around.distance(np.array([0.0, 19, 12]), 2.0).band == "> 3 mm"


def test_without_structures_everything_can_be_drilled_and_nothing_is_near(bone):
    bare = Surroundings(replace(bone, structures=None))
    assert bare.drillable.all()
    assert bare.distance(np.zeros(3), 1.0) is None
    assert bare.distances(np.zeros((2, 3)), np.ones(2)) is None
    assert not bare.locked((slice(0, 2),) * 3, 1.0).any()
    unnamed = Surroundings(replace(bone, table=PUBLISHED_CM))
    assert not unnamed.has_critical
    assert TEMPORAL_BONE.codes_of("critical")
    assert not unnamed.locked((slice(0, 2),) * 3, 1.0).any()
