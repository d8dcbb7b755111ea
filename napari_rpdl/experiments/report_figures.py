"""The pictures of an experiment's report, from score rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from napari_rpdl.experiments.bone_table import BASELINES, NO_DECISION, BoneTable, Part, parts_of, rows_of
from napari_rpdl.experiments.measure_names import CALIBRATION, DICE, VOLUME, measured, of_oracle
from napari_rpdl.experiments.report_bones import bones_as_drilled
from napari_rpdl.experiments.run_summaries import MethodRuns
from napari_rpdl.experiments.score_folder import ScoreFolder
from napari_rpdl.experiments.scores import ScoreRow
from napari_rpdl.experiments.titles import method_titles
from napari_rpdl.figures.canvas import save_figure
from napari_rpdl.figures.methods_plot import Panel, Series, bones_figure, dots_figure
from napari_rpdl.figures.training_curves import training_curves_figure


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of a report.

    Attributes:
        files: name -> PNG; an SVG lies beside it.
        missing: part -> why there is no picture of its bones.
    """

    files: dict[str, Path]
    missing: dict[Part, str]


def save_report_figures(results: ScoreFolder, runs: Sequence[MethodRuns], folder: Path) -> Pictures:
    """Draw and write all pictures of a report into ``folder``."""
    figures: dict[str, Figure] = {}
    missing: dict[Part, str] = {}
    for part in parts_of(results.rows):
        rows = rows_of(results.rows, part)
        figures.update(part_figures(part, rows))
        drilled = _drilled(part, rows, results)
        if isinstance(drilled, Figure):
            figures[name_of(part, "drilled")] = drilled
        elif drilled:
            missing[part] = drilled.rstrip(".")
    if any(one.histories for one in runs):
        figures["learning_curves"] = runs_figure(runs)
    return Pictures({name: save_figure(figure, folder / name)[0] for name, figure in figures.items()}, missing)


def name_of(part: Part, what: str) -> str:
    """Return the name of a part's picture: "bones", "methods" or "drilled"."""
    return "_".join((part.experiment, part.protocol, part.decision, what))


def part_figures(part: Part, rows: Sequence[ScoreRow]) -> dict[str, Figure]:
    """Return file name -> figure of a part: Dice over bones, and methods beside each other."""
    titles, dice = method_titles(rows), measured(rows, DICE, part)
    panels = [
        Panel("Dice", _series(dice, titles)),
        Panel("share of the oracle", _series(of_oracle(rows, part), titles), 1.0),
        Panel("volume / surgeons", _series(measured(rows, VOLUME, part), titles), 1.0),
        Panel("calibration error", _series(measured(rows, CALIBRATION, part), titles)),
    ]
    with_values = [panel for panel in panels if any(one.values for one in panel.series)]
    return {
        name_of(part, "bones"): bones_figure(_series(dice, titles), dice.bones, "Dice"),
        name_of(part, "methods"): dots_figure(with_values),
    }


def runs_figure(runs: Sequence[MethodRuns]) -> Figure:
    """Return the losses of all runs, a panel for each method that has any."""
    return training_curves_figure({one.name: one.histories for one in runs if one.histories})


def _drilled(part: Part, rows: Sequence[ScoreRow], results: ScoreFolder) -> Figure | str:
    """Return the bones of a part, why there are none, or nothing where no network was judged on held-out bones."""
    for experiment in results.experiments:
        settings = experiment.record.settings
        if part.experiment == settings.experiment == "bones" and part.decision != NO_DECISION:
            return bones_as_drilled(experiment, part, rows)
    return ""


def _series(table: BoneTable, titles: dict[str, str]) -> list[Series]:
    found = []
    for method, title in titles.items():
        overall = table.overall(method)
        low, high = (overall.low, overall.high) if overall else (None, None)
        found.append(Series(title, table.by_bone(method), low, high, method in BASELINES))
    return found
