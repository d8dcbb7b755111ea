from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.safety import critical_voxels, voxels_within


def test_voxels_inside_each_critical_structure(row, case_of):
    labels = np.array([[[1, 5, 5, 8, 6, 0, 1, 1]]], np.uint8)
    touched = critical_voxels(row(0, 1, 2, 3, 4, 5), case_of([row(0)], labels=labels))
    assert touched["facial nerve"] == 2
    assert touched["dura"] == 1
    assert sum(touched.values()) == 3
    assert list(touched) == [s.name for s in TEMPORAL_BONE.structures if s.role == "critical"]


def test_a_case_without_structures_has_none(row, case_of):
    assert critical_voxels(row(0), case_of([row(0)])) == {}


def test_a_mask_of_another_grid_is_refused(row, case_of):
    with pytest.raises(InputError, match=r"\(1, 1, 8\)"):
        critical_voxels(row(0, length=7), case_of([row(0)]))


@pytest.mark.parametrize("margin", [0.0, 1.0, 1.5, 3.0])
@pytest.mark.parametrize("spacing", [(0.5, 0.6, 0.8), None])
def test_voxels_within_a_margin_are_those_of_a_distance_transform(small_case, margin, spacing):
    grid = Grid.of_shape((16, 16, 16), spacing)
    case = replace(small_case, grid=grid, structures=Volume(small_case.labels(), grid))
    mask = np.random.default_rng(7).random((16, 16, 16)) < 0.3
    found = voxels_within(mask, case, margin)
    for code, name in ((5, "facial nerve"), (8, "dura")):
        away = distance_transform_edt(case.labels() != code, sampling=grid.steps)
        assert found[name] == np.count_nonzero(mask & (away <= margin + 1e-7))
    assert found["incus"] == 0
    if margin == 0:
        assert found == critical_voxels(mask, case)


def test_a_margin_without_drilling_structures_or_sense(small_case):
    nothing = np.zeros((16, 16, 16), bool)
    assert set(voxels_within(nothing, small_case, 1).values()) == {0}
    assert voxels_within(~nothing, replace(small_case, structures=None), 1) == {}
    with pytest.raises(InputError, match="0 or more"):
        voxels_within(nothing, small_case, -1)
    with pytest.raises(InputError, match="mask"):
        voxels_within(nothing[:2], small_case, 1)
