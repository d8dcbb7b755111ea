"""The pictures of an experiment's report, from score rows."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from napari_rpdl.experiments.bone_table import BASELINES, BoneTable, Part
from napari_rpdl.experiments.measure_names import CALIBRATION, DICE, VOLUME, measured, of_oracle
from napari_rpdl.experiments.run_summaries import MethodRuns
from napari_rpdl.experiments.scores import ScoreRow
from napari_rpdl.experiments.titles import method_titles
from napari_rpdl.figures.methods_plot import Panel, Series, bones_figure, dots_figure
from napari_rpdl.figures.training_curves import training_curves_figure


def part_figures(part: Part, rows: Sequence[ScoreRow]) -> dict[str, Figure]:
    """Return file name -> figure of a part: Dice over bones, and methods beside each other."""
    titles, dice = method_titles(rows), measured(rows, DICE, part)
    start = "_".join((part.experiment, part.protocol, part.decision))
    panels = [
        Panel("Dice", _series(dice, titles)),
        Panel("share of the oracle", _series(of_oracle(rows, part), titles), 1.0),
        Panel("volume / surgeons", _series(measured(rows, VOLUME, part), titles), 1.0),
        Panel("calibration error", _series(measured(rows, CALIBRATION, part), titles)),
    ]
    with_values = [panel for panel in panels if any(one.values for one in panel.series)]
    return {
        f"{start}_bones": bones_figure(_series(dice, titles), dice.bones, "Dice"),
        f"{start}_methods": dots_figure(with_values),
    }


def runs_figure(runs: Sequence[MethodRuns]) -> Figure:
    """Return the losses of all runs, a panel for each method that has any."""
    return training_curves_figure({one.name: one.histories for one in runs if one.histories})


def _series(table: BoneTable, titles: dict[str, str]) -> list[Series]:
    found = []
    for method, title in titles.items():
        overall = table.overall(method)
        low, high = (overall.low, overall.high) if overall else (None, None)
        found.append(Series(title, table.by_bone(method), low, high, method in BASELINES))
    return found
