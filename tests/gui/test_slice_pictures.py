"""Slices as pictures."""

from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.data.case import Case
from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.gui.differing import MISSED
from napari_rpdl.gui.palette import rgb
from napari_rpdl.gui.slice_pictures import aspect, layer, slice_picture


def test_the_patients_right_is_on_the_left_and_front_or_crown_is_up() -> None:
    """One voxel at high z (crown), high y (front), high x (right)."""
    voxels = np.zeros((4, 5, 6), bool)
    voxels[3, 4, 5] = True
    for across, shape in ((0, (5, 6)), (1, (4, 6)), (2, (4, 5))):
        shown = layer(voxels, across, voxels.shape[across] - 1)
        assert shown.shape == shape
        assert shown[0, 0]


@pytest.fixture
def case() -> Case:
    labels = np.zeros((4, 8, 16), np.uint8)
    labels[:, 2:, :] = 1
    labels[:, 6:, 12:] = 5
    grid = Grid.of_shape((4, 8, 16), (2.0, 1.0, 0.5))
    return Case("bone_1", grid, TEMPORAL_BONE, Volume(labels, grid))


def test_structures_have_their_colours_and_voxels_become_squares(case) -> None:
    picture = slice_picture(case, "axial", 1)
    assert picture.shape == (160, 320, 3)
    assert picture[5, 5].tolist() == [245, 213, 48]  # facial nerve: front, right
    assert picture[80, 200].tolist() == [232, 220, 192]
    assert picture[155, 200].max() < 30


def test_what_is_drilled_is_dark_outlined_inside_and_compared(case) -> None:
    drilled = np.zeros(case.grid.shape, bool)
    drilled[:, 3:6, 4:12] = True
    picture = slice_picture(case, "axial", 1, drilled, [(drilled, "#E69F00")])
    left, right, top, bottom = (16 - 12) * 20, (16 - 4) * 20, (8 - 6) * 20, (8 - 3) * 20
    orange = (picture == np.multiply(rgb("#E69F00"), 255).astype(np.uint8)).all(axis=2)
    rows, columns = np.nonzero(orange)
    assert (rows.min(), rows.max() + 1, columns.min(), columns.max() + 1) == pytest.approx(
        (top, bottom, left, right), abs=4
    )
    assert not orange[top + 20 : bottom - 20, left + 20 : right - 20].any()
    middle = picture[(top + bottom) // 2, (left + right) // 2]
    assert middle.tolist() == pytest.approx(np.multiply((232, 220, 192), 0.38), abs=1)
    codes = np.where(drilled, 2, 0).astype(np.uint8)
    compared = slice_picture(case, "axial", 1, differences=codes)[(top + bottom) // 2, (left + right) // 2]
    assert compared.tolist() == pytest.approx(
        np.multiply(rgb(MISSED), 178.5) + np.multiply((232, 220, 192), 0.3), abs=1
    )


def test_aspect_is_in_millimetres(case) -> None:
    assert aspect(case, "axial") == pytest.approx(8 / 8)
    assert aspect(case, "coronal") == pytest.approx(8 / 8)
    assert aspect(case, "sagittal") == pytest.approx(8 / 8)
    unknown = replace(case, grid=Grid.of_shape((4, 8, 16)), structures=None)
    assert aspect(unknown, "axial") == pytest.approx(0.5)


def test_indices_outside_are_the_outermost_layers(case) -> None:
    assert np.array_equal(slice_picture(case, "sagittal", 99), slice_picture(case, "sagittal", 15))
    assert np.array_equal(slice_picture(case, "sagittal", -3), slice_picture(case, "sagittal", 0))


def test_ct_is_grey_and_without_anything_it_is_dark(case) -> None:
    ramp = np.broadcast_to(np.arange(16, dtype=np.float32), (4, 8, 16)).copy()
    grey = slice_picture(replace(case, structures=None, ct=Volume(ramp, case.grid)), "axial", 0)
    assert (np.ptp(grey, axis=2) == 0).all()
    assert grey[80, 5, 0] == 255  # high x is on the left
    assert grey[80, 315, 0] == 0
    assert slice_picture(replace(case, structures=None), "axial", 0).max() < 30
