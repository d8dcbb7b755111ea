from dataclasses import replace

import numpy as np
import pytest

from napari_rpdl.data.case import Case
from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.data.volume import Grid
from napari_rpdl.figures.slices import Slice, busiest_slice, slices_figure, window_of


def test_layers_are_shown_as_on_a_light_box():
    z, y, x = np.indices((4, 5, 6))
    axial = Slice("axial", 2)
    np.testing.assert_array_equal(axial.of(z), np.full((5, 6), 2))
    assert axial.of(y)[0, 0] == 4  # front up
    assert axial.of(x)[0, 0] == 5  # the patient's right on the left
    coronal, sagittal = Slice("coronal", 1), Slice("sagittal", 3)
    assert (coronal.of(z)[0, 0], coronal.of(x)[0, 0]) == (3, 5)
    assert (sagittal.of(z)[0, 0], sagittal.of(y)[0, 0]) == (3, 4)
    assert coronal.of(y).shape == (4, 6)
    assert sagittal.of(x).shape == (4, 5)


def test_the_layer_with_most_drilled_voxels():
    mask = np.zeros((6, 7, 8), np.bool_)
    mask[4, 1:3, 5] = True
    mask[2, 1, 5] = True
    assert busiest_slice([mask], "axial").index == 4
    assert busiest_slice([mask], "coronal").index == 1
    assert busiest_slice([mask], "sagittal").index == 5
    assert busiest_slice([np.zeros_like(mask)], "sagittal").index == 4


@pytest.mark.parametrize("corner", [(5, 10), (0, 0), (14, 22)])
def test_the_window_is_a_square_inside_the_field_that_holds_all_masks(corner):
    grid = Grid.of_shape((4, 20, 30), (1.0, 2.0, 1.0))
    mask = np.zeros(grid.shape, np.bool_)
    mask[1, corner[0] : corner[0] + 4, corner[1] : corner[1] + 8] = True
    case = Case("c", grid, TEMPORAL_BONE)
    where = Slice("axial", 1)
    left, right, bottom, top = window_of([mask], where, case)
    assert right - left == pytest.approx((bottom - top) * 2) == pytest.approx(8 * 1.3)
    assert -0.5 <= left < right <= 29.5
    assert -0.5 <= top < bottom <= 19.5
    rows, columns = np.nonzero(where.of(mask))
    assert left < columns.min() <= columns.max() < right
    assert top < rows.min() <= rows.max() < bottom


def test_each_surgeon_and_the_prediction_are_outlined(bone):
    figure = slices_figure(bone, bone.masks()[0])
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["prediction", "surgeon_1", "surgeon_2", "surgeon_3"]
    assert all(len(axes.collections) == 4 for axes in figure.axes)
    assert [text.get_text() for text in figure.axes[0].texts] == list("APRL")


@pytest.mark.parametrize("annotations", [True, False])
def test_cases_with_little_in_them_are_drawn(bone, annotations):
    poor = replace(bone, structures=None, annotations=bone.annotations if annotations else ())
    figure = slices_figure(poor, np.zeros(poor.grid.shape, np.bool_))
    figure.canvas.draw()
    assert not any(axes.texts for axes in figure.axes)  # nobody has said how a recording lies
