from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.data.volume import Volume
from napari_rpdl.learning.fingerprints import bone_fingerprint, cases_among, fingerprint


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


@pytest.mark.parametrize(
    "change",
    [
        lambda case: replace(case, case_id="other", bone="other", side=None),
        lambda case: with_mask(case, one_voxel),
        lambda case: replace(case, annotations=()),
        lambda case: replace(case, ct=case.structures),
        lambda case: replace(case, structures=Volume(np.asfortranarray(case.labels()), case.grid)),
    ],
)
def test_a_bone_is_the_same_whoever_drilled_it(small_case, change):
    assert bone_fingerprint(change(small_case)) == bone_fingerprint(small_case)


def test_bones_of_a_voxel_or_of_a_shape_that_differ_are_two(small_case, bone_by):
    other = replace(small_case, structures=Volume(one_voxel(small_case.labels()), small_case.grid))
    fingerprints = {bone_fingerprint(case) for case in (small_case, other, bone_by(1), bone_by(0, 8))}
    assert len(fingerprints) == 4


def test_cases_are_found_by_their_bones_and_those_without_structures_never(small_dataset):
    known = [bone_fingerprint(small_dataset.case(name)) for name in ("bone_1", "bone_3")]
    assert cases_among(small_dataset, small_dataset.case_ids, known) == ("bone_1", "bone_3")
    kept = small_dataset.keeping()
    for name in kept.case_ids:
        kept.kept[name] = replace(small_dataset.case(name), structures=None)
    assert cases_among(kept, kept.case_ids, [bone_fingerprint(kept.case("bone_1"))]) == ()
