import numpy as np
import pytest

from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.errors import InputError
from napari_rpdl.evaluation.safety import critical_voxels


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
