"""What it cost surgeons to correct an experiment's predictions, method by method."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from napari_rpdl.drilling.correction import Correction, corrections_of
from napari_rpdl.drilling.effort import Effort
from napari_rpdl.experiments.run_summaries import method_of
from napari_rpdl.experiments.score_folder import ScoreFolder
from napari_rpdl.learning.runs import run_name


def corrections_of_methods(efforts: Iterable[Effort], results: ScoreFolder) -> tuple[Correction, ...]:
    """Return one row for each method of an experiment whose predictions were corrected in the viewer.

    A prediction of a bone that its network learned from is left out: it needs little
    correction whatever the method.

    Args:
        efforts: of the dataset that was drilled (``drilling.effort``).
        results: the experiment; its runs are known by ``run_name``.
    """
    told = list(_renamed(efforts, results))
    return corrections_of(told, {one.case_id for one in told})


def _renamed(efforts: Iterable[Effort], results: ScoreFolder) -> Iterator[Effort]:
    runs = {run_name(run.folder): run for run in results.runs}
    for effort in efforts:
        run = runs.get(effort.start_name) if effort.start == "prediction" else None
        if run is not None and effort.case_id not in run.record.training_cases:
            yield replace(effort, start_name=method_of(run, results))
