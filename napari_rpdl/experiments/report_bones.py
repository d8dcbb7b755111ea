"""The bones of an experiment's report, as surgeons left them and as its methods would (as the paper's Fig. 4)."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.experiments.bone_table import Part
from napari_rpdl.experiments.measure_names import DICE, measured
from napari_rpdl.experiments.prediction_files import prediction_file, read_predictions
from napari_rpdl.experiments.results import Results, fingerprint
from napari_rpdl.experiments.scores import ScoreRow
from napari_rpdl.experiments.titles import method_titles
from napari_rpdl.figures.comparison_figure import common_surgeons, comparison_figure
from napari_rpdl.figures.score_lines import EXPLANATION
from napari_rpdl.settings import ComparisonFigureSettings

_BONES, _METHODS, _SURGEONS = 2, 4, 2


def bones_as_drilled(experiment: Results, part: Part, rows: Sequence[ScoreRow]) -> Figure | str:
    """Return the figure of the first bones that every chosen method has predicted, or why there is none.

    The methods with the highest mean Dice are chosen; of seeds the first. The dataset
    must still be where and as it was.

    Args:
        experiment: on bones, with kept predictions.
        part: of that experiment.
        rows: of the part.
    """
    record = experiment.record
    seed = min(record.settings.seeds)
    settings = ComparisonFigureSettings(
        decision="tuned" if part.decision == "tuned" else "fixed",
        seed=seed,
    )
    try:
        dataset = Dataset.open(Path(record.dataset_folder))
        if fingerprint(dataset) != record.dataset:
            return f"the dataset in {record.dataset_folder} is no longer what the experiment was made of"
        folders = _best(experiment, part, rows)
        known = [case_id for case_id in dataset.case_ids if _all_predicted(folders, case_id, settings)][:_BONES]
        if not (folders and known):
            return "no bone has a kept prediction of every method yet"
        cases = [dataset.case(case_id) for case_id in known]
        predictions = read_predictions(folders, cases, settings)
        drawn = settings.model_copy(update={"surgeons": common_surgeons(cases)[:_SURGEONS]})
        return comparison_figure(cases, predictions, drawn, f"{EXPLANATION} Seed {seed}. Data: {dataset.caption}.")
    except InputError as error:
        return str(error)


def _best(experiment: Results, part: Part, rows: Sequence[ScoreRow]) -> dict[str, Path]:
    """Return name -> folder of the begun methods with the highest mean Dice, in the order of tables."""
    settings, dice = experiment.record.settings, measured(rows, DICE, part)
    runs = experiment.folder / "runs" / ("repaired" if settings.shared_training else part.protocol)
    folders = {arm.method: runs / arm.folder_name for arm in settings.arms}
    reached = {
        method: found.mean for method, folder in folders.items() if folder.is_dir() and (found := dice.overall(method))
    }
    chosen = sorted(reached, key=lambda method: -reached[method])[:_METHODS]
    return {title: folders[method] for method, title in method_titles(rows).items() if method in chosen}


def _all_predicted(folders: dict[str, Path], case_id: str, settings: ComparisonFigureSettings) -> bool:
    try:
        return all(prediction_file(folder, case_id, settings).is_file() for folder in folders.values())
    except InputError:
        return False
