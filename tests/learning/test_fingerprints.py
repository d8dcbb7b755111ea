from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.data.volume import Volume
from napari_rpdl.learning.fingerprints import fingerprint


def with_mask(case, change):
    first, *others = case.annotations
    return replace(case, annotations=(replace(first, mask=change(first.mask)), *others))


def one_voxel(voxels):
    changed = voxels.copy()
    changed[0, 0, 0] = not changed[0, 0, 0]
    return changed


@pytest.mark.parametrize(
    "change",
    [
        lambda case: with_mask(case, one_voxel),
        lambda case: with_mask(case, lambda mask: np.roll(mask, 1, 2)),
        lambda case: replace(case, annotations=case.annotations[::-1]),
        lambda case: replace(case, annotations=case.annotations[1:]),
        lambda case: replace(case, structures=None),
        lambda case: replace(case, structures=Volume(one_voxel(case.labels()), case.grid)),
        lambda case: replace(case, ct=case.structures),
        lambda case: replace(case, side="left" if case.side == "right" else "right"),
    ],
)
def test_whatever_a_training_sees_changes_it(small_case, change):
    assert fingerprint(change(small_case)) != fingerprint(small_case)


def test_a_copy_and_another_name_have_the_same(small_case, small_dataset):
    assert fingerprint(small_dataset.case("bone_1")) == fingerprint(small_case)
    assert fingerprint(replace(small_case, case_id="other", bone="other")) == fingerprint(small_case)
    assert fingerprint(with_mask(small_case, np.asfortranarray)) == fingerprint(small_case)
