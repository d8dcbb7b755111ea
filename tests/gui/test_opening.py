"""All of a bone is made before any of it is shown."""

from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.gui.opening import open_case, ranked, regions_of
from napari_rpdl.gui.session import BY_NETWORK, BY_NOBODY


def test_surfaces_are_made_for_a_look_in_3d_only(small_dataset) -> None:
    solid = open_case(small_dataset, "bone_1", ("surgeon_2",), BY_NOBODY, in_3d=True)
    assert not solid.flat
    assert set(solid.solids.structures) == {5, 8}
    assert not solid.regions.mesh.is_empty
    flat = open_case(small_dataset, "bone_1", ("surgeon_2",), BY_NOBODY, in_3d=False)
    assert (flat.flat, flat.solids, flat.regions.mesh.is_empty) == (True, None, True)
    assert np.array_equal(flat.regions.masks["surgeon_2"][1], flat.case.annotation("surgeon_2").mask)


@pytest.mark.parametrize("who", [BY_NETWORK, "a stranger"])
def test_whoever_did_not_drill_this_bone_leaves_it_whole(small_dataset, who) -> None:
    whole = open_case(small_dataset, "bone_1", (), BY_NOBODY, in_3d=True)
    opened = open_case(small_dataset, "bone_1", ("surgeon_3", "a stranger"), who, in_3d=True)
    assert (opened.left_by, opened.surgeons) == (BY_NOBODY, ("surgeon_3",))
    assert len(opened.solids.bone.faces) == len(whole.solids.bone.faces)
    cut = open_case(small_dataset, "bone_1", (), "surgeon_3", in_3d=True)
    assert (cut.left_by, len(cut.solids.bone.faces) != len(whole.solids.bone.faces)) == ("surgeon_3", True)


def test_without_structures_everyone_s_region_is_shown(small_case, tmp_path) -> None:
    case = replace(small_case, structures=None)
    folder = tmp_path / "drillings"
    with DatasetWriter(folder, name="x", table=TEMPORAL_BONE, surgeons=case.surgeons, origin="", licence="") as writer:
        writer.add(case)
    opened = open_case(Dataset.open(folder), "bone_1", (), BY_NOBODY, in_3d=True)
    assert (opened.surgeons, opened.solids) == (case.surgeons, None)


def test_colours_follow_the_dataset_s_order_of_surgeons(small_case) -> None:
    masks = ranked(small_case, ("surgeon_3",), small_case.surgeons)
    assert masks["surgeon_3"][0] == 2
    red, green, blue, _ = regions_of(small_case, masks).mesh.colors.mean(axis=0)
    assert (red, blue / green) == pytest.approx((0, 0x73 / 0x9E), abs=0.01)
