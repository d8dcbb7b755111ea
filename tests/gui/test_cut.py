"""Where bones are cut open."""

import numpy as np
import pytest

from napari_rpdl.gui.cut import WHOLE, Cut

SHAPE = (11, 21, 31)


def kept(cut: Cut, voxel: tuple[int, int, int], left: bool = False) -> bool:
    *normal, d = cut.plane(SHAPE, left)
    return float(np.dot(normal, voxel)) + d >= 0


def test_no_cut_has_no_plane() -> None:
    assert WHOLE.plane(SHAPE) is None
    assert WHOLE.voxel(SHAPE) == 0


@pytest.mark.parametrize(
    ("axis", "inside", "outside"),
    [("axial", (2, 5, 5), (8, 5, 5)), ("coronal", (5, 15, 5), (5, 5, 5)), ("sagittal", (5, 5, 5), (5, 5, 25))],
)
def test_the_lower_front_and_medial_parts_of_a_right_ear_are_kept_unless_flipped(axis, inside, outside) -> None:
    cut = Cut(axis, 0.5)
    assert kept(cut, inside)
    assert not kept(cut, outside)
    assert kept(Cut(axis, 0.5, flipped=True), outside)
    assert not kept(Cut(axis, 0.5, flipped=True), inside)


def test_a_sagittal_cut_means_the_same_in_the_mirror_image() -> None:
    cut = Cut("sagittal", 0.8)
    assert cut.voxel(SHAPE) == pytest.approx(24)
    assert cut.voxel(SHAPE, left=True) == pytest.approx(6)
    for x in range(31):
        assert kept(cut, (0, 0, x)) == kept(cut, (0, 0, 30 - x), left=True)
    assert Cut("axial", 0.8).plane(SHAPE, left=True) == Cut("axial", 0.8).plane(SHAPE)
