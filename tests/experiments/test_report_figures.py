"""The pictures of a report show the rows."""

import numpy as np

from napari_rpdl.experiments.bone_table import Part
from napari_rpdl.experiments.measure_names import DICE, measured
from napari_rpdl.experiments.report_figures import part_figures, runs_figure
from napari_rpdl.experiments.run_summaries import summaries
from napari_rpdl.experiments.score_folder import read_score_folder

PART = Part("bones", "paper", "fixed")


def test_a_part_has_a_plot_over_bones_and_one_of_methods(make_rows):
    rows = make_rows()
    figures = part_figures(PART, rows)
    assert set(figures) == {"bones_paper_fixed_bones", "bones_paper_fixed_methods"}
    (axes,) = figures["bones_paper_fixed_bones"].axes
    drawn = {line.get_label(): line.get_ydata() for line in axes.lines}
    expected = measured(rows, DICE, PART).by_bone("oracle")
    np.testing.assert_allclose(drawn["Oracle"], list(expected.values()))
    titles = [axes.get_title(loc="left") for axes in figures["bones_paper_fixed_methods"].axes]
    assert titles == ["Dice", "share of the oracle", "volume / surgeons", "calibration error"]


def test_measures_that_nobody_has_are_no_panel(make_row):
    rows = [make_row(), make_row(bone="bone_2")]
    figure = part_figures(PART, rows)["bones_paper_fixed_methods"]
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["Dice"]


def test_runs_are_drawn_method_by_method(results):
    figure = runs_figure(summaries(read_score_folder(results)))
    titles = [axes.get_title(loc="left") for axes in figure.axes if axes.get_visible()]
    assert len(titles) == 4
    assert "paper/unet-published/dice (36 runs)" in titles
