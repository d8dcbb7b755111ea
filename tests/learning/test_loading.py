import dataclasses

import numpy as np
import pytest

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.events import Progressed, Said
from napari_rpdl.learning.loading import load_cases

ALL = ("surgeon_1", "surgeon_2", "surgeon_3")


def without_voxels(case, surgeons):
    annotations = tuple(
        dataclasses.replace(one, mask=np.zeros_like(one.mask)) if one.surgeon in surgeons else one
        for one in case.annotations
    )
    return dataclasses.replace(case, annotations=annotations)


@pytest.fixture
def changed(small_dataset, tmp_path):
    """Nobody drilled bone_1, surgeon_2 nothing of bone_2; bone_3 has no structures."""
    about = {name: getattr(small_dataset, name) for name in ("name", "table", "surgeons", "origin", "licence")}
    writer = DatasetWriter(tmp_path / "changed", **about)
    with writer:
        writer.add(without_voxels(small_dataset.case("bone_1"), ALL))
        writer.add(without_voxels(small_dataset.case("bone_2"), ["surgeon_2"]))
        writer.add(dataclasses.replace(small_dataset.case("bone_3"), structures=None))
    return Dataset.open(tmp_path / "changed")


def loaded(dataset, settings, hold_out_surgeons=()):
    """Return what was said, and the cases."""
    said, work = [], load_cases(dataset, dataset.case_ids, settings, True, hold_out_surgeons)
    while True:
        try:
            event = next(work)
        except StopIteration as end:
            return said, end.value
        if isinstance(event, Said):
            said.append(event.text)
        else:
            assert isinstance(event, Progressed)


def test_bones_and_surgeons_without_a_drilled_voxel_are_named(changed, tiny_settings):
    said, cases = loaded(changed, tiny_settings)
    assert list(cases) == ["bone_1", "bone_2"]
    assert said[0].startswith(
        "bone_1: nobody's region holds a voxel on the grid of 16 (surgeon_1, surgeon_2, surgeon_3)"
    )
    assert said[1].startswith("bone_2: the region of surgeon_2 holds no voxel on the grid of 16")
    assert said[2:] == ["bone_3 is left out: it has no structures."]


def test_a_surgeon_who_is_held_out_is_not_spoken_of(changed, tiny_settings):
    said, _ = loaded(changed, tiny_settings, ["surgeon_2"])
    assert [text.split(":")[0].split(" is")[0] for text in said] == ["bone_1", "bone_3"]
    assert "surgeon_2" not in said[0]


def test_where_everyone_drilled_nothing_is_said(small_dataset, tiny_settings):
    said, cases = loaded(small_dataset, tiny_settings)
    assert said == []
    assert [len(case.present) for case in cases.values()] == [3, 3, 3]
