from dataclasses import replace

import numpy as np
import pytest

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


def test_the_window_holds_all_masks():
    mask = np.zeros((4, 20, 30), np.bool_)
    mask[1, 5:9, 10:20] = True
    left, right, bottom, top = window_of([mask], Slice("axial", 1))
    layer = Slice("axial", 1).of(mask)[int(np.ceil(top)) : int(bottom) + 1, int(np.ceil(left)) : int(right) + 1]
    assert layer.sum() == mask.sum()
    assert layer.shape < (20, 30)


def test_each_surgeon_and_the_prediction_are_outlined(bone):
    figure = slices_figure(bone, bone.masks()[0])
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["prediction", "surgeon_1", "surgeon_2", "surgeon_3"]
    assert all(len(axes.collections) == 4 for axes in figure.axes)
    assert [text.get_text() for text in figure.axes[0].texts] == list("APRL")


@pytest.mark.parametrize("annotations", [True, False])
def test_cases_with_little_in_them_are_drawn(bone, annotations):
    poor = replace(bone, structures=None, annotations=bone.annotations if annotations else ())
    slices_figure(poor, np.zeros(poor.grid.shape, np.bool_)).canvas.draw()
