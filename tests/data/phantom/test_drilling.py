import json

import numpy as np
import pytest
from scipy import ndimage

from napari_rpdl.data.structures import TEMPORAL_BONE


@pytest.fixture(scope="module")
def faults(sample_folder):
    notes = json.loads((sample_folder / "phantom.json").read_text())
    return {(fault["case_id"], fault["surgeon"]): fault for fault in notes["faults"]}


def test_every_region_is_one_part_that_opens_to_the_outside(sample_cases):
    for case in sample_cases:
        solid = case.labels() > 0
        outside = ndimage.label(~solid)[0]
        outside = outside == np.bincount(outside[~solid]).argmax()
        for mask in case.masks():
            assert ndimage.label(mask)[1] == 1
            assert (ndimage.binary_dilation(mask) & outside).any()


def test_structures_are_only_entered_where_a_fault_is_noted(sample_cases, faults):
    spared = TEMPORAL_BONE.codes_of("critical", "landmark")
    for case in sample_cases:
        for annotation in case.annotations:
            drilled = case.labels()[annotation.mask]
            entered = {TEMPORAL_BONE[c].name: int((drilled == c).sum()) for c in spared if (drilled == c).any()}
            fault = faults.get((case.case_id, annotation.surgeon))
            assert entered == ({fault["structure"]: fault["voxels"]} if fault else {})


def test_faults_are_rare_but_there(faults):
    assert 0 < len(faults) <= 0.1 * 63


def test_regions_lie_behind_the_ear_canal(sample_cases):
    for case in sample_cases:
        canal = np.argwhere(case.labels() == 12).mean(0)
        for mask in case.masks():
            assert np.argwhere(mask).mean(0)[1] < canal[1]


def test_regions_hold_bone_and_air_cells_only_inside_the_bone(sample_cases):
    """Air may be drilled only where bone or a structure lies on both sides of it along x."""
    for case in sample_cases:
        solid = case.labels() > 0
        before = np.logical_or.accumulate(solid, axis=2)
        after = np.logical_or.accumulate(solid[:, :, ::-1], axis=2)[:, :, ::-1]
        for mask in case.masks():
            outside = mask & ~(before & after)
            assert outside.sum() <= 0.002 * mask.sum()
