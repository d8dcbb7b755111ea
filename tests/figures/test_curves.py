import numpy as np
import pytest

from napari_rpdl.figures.curves import learning_curve_figure


def lines(axes):
    return {line.get_label(): line.get_xydata() for line in axes.lines}


def test_the_curves_hold_the_numbers():
    figure = learning_curve_figure([1, 2, 3], [0.9, 0.5, 0.4], [None, 0.6, 0.55], [None, 0.3, 0.35], best_epoch=3)
    loss, dice = figure.axes
    np.testing.assert_allclose(lines(loss)["training"], [[1, 0.9], [2, 0.5], [3, 0.4]])
    np.testing.assert_allclose(lines(loss)["validation"], [[2, 0.6], [3, 0.55]])
    np.testing.assert_allclose(lines(dice)["validation"], [[2, 0.3], [3, 0.35]])
    assert lines(loss)["best epoch (3)"][0, 0] == 3


@pytest.mark.parametrize("epochs", [[], [1], [1, 2]])
def test_without_validation_there_is_one_panel(epochs):
    figure = learning_curve_figure(epochs, [0.5] * len(epochs), [None] * len(epochs), [None] * len(epochs))
    assert len(figure.axes) == 1
    figure.canvas.draw()
