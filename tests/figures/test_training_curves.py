"""Every run is a line in the panel of its method."""

import numpy as np
import pytest

from napari_rpdl.figures.training_curves import History, training_curves_figure


def test_panels_hold_the_losses_of_their_runs():
    first = History([(1, 0.9), (2, 0.5)], [(2, 0.6)])
    second = History([(1, 0.8), (2, 0.4), (3, 0.3)], [])
    figure = training_curves_figure({"U-net DL": [first, second], "V-net DL": [second]})
    one, other = figure.axes
    assert one.get_title(loc="left") == "U-net DL (2 runs)"
    assert other.get_title(loc="left") == "V-net DL (1 run)"
    drawn = [line.get_xydata().tolist() for line in one.lines if len(line.get_xdata())]
    assert drawn == [[[1, 0.9], [2, 0.5]], [[2, 0.6]], [[1, 0.8], [2, 0.4], [3, 0.3]]]
    assert len(figure.legends[0].get_texts()) == 2


@pytest.mark.parametrize("methods", [1, 3, 4, 7])
def test_panels_are_as_many_as_methods(methods):
    run = History([(1, 1.0)], [(1, 1.1)])
    figure = training_curves_figure({f"m{k}": [run] for k in range(methods)})
    figure.canvas.draw()
    assert np.count_nonzero([axes.get_visible() for axes in figure.axes]) == methods
