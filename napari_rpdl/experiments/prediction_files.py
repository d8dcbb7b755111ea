"""Where predictions lie: in a folder of files named after their cases, or among an experiment's results."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from napari_rpdl.data.case import Case, Mask
from napari_rpdl.data.regions import read_region
from napari_rpdl.errors import InputError
from napari_rpdl.experiments.results import Results
from napari_rpdl.experiments.titles import loss_title, network_title
from napari_rpdl.settings import ComparisonFigureSettings
from napari_rpdl.settings.experiment import ArmSettings

_ENDINGS = (".nii.gz", ".nii")


def prediction_folders(settings: ComparisonFigureSettings) -> dict[str, Path]:
    """Return name -> folder of all predictions that are named.

    Raises:
        InputError: an entry is neither NAME=FOLDER nor an experiment's results, there is no
            such folder, or two have the same name.
    """
    folders: dict[str, Path] = {}
    for entry in settings.predictions:
        name, equals, folder = entry.partition("=")
        found = {name: Path(folder)} if equals and name and folder else _methods(entry, settings)
        for known in sorted(folders.keys() & found.keys()):
            msg = f"Expected predictions of different names, got {known!r} twice. Rename one: NAME=FOLDER."
            raise InputError(msg)
        folders |= found
    for name, folder_ in folders.items():
        if not folder_.is_dir():
            msg = f"There is no folder {folder_} with the predictions of {name}."
            raise InputError(msg)
    return folders


def read_predictions(
    folders: Mapping[str, Path], cases: Sequence[Case], settings: ComparisonFigureSettings
) -> dict[str, dict[str, Mask]]:
    """Return name -> case -> the region, bool (z, y, x) on the case's grid.

    Raises:
        InputError: a case was not predicted, or its file is not as expected.
    """
    return {
        name: {
            case.case_id: read_region(prediction_file(folder, case.case_id, settings), case.grid, settings.threshold)
            for case in cases
        }
        for name, folder in folders.items()
    }


def prediction_file(folder: Path, case_id: str, settings: ComparisonFigureSettings) -> Path:
    """Return the file that predicts a case.

    It lies in the folder itself; or, of an experiment, in the run of the fold that held
    the case out, with the seed and the decision that the settings name.

    Raises:
        InputError: there is none, or there are several.
    """
    direct = [folder / f"{case_id}{ending}" for ending in _ENDINGS]
    stem = f"{case_id}_tuned" if settings.decision == "tuned" else case_id
    within = [
        path
        for ending in _ENDINGS
        for where in ("predictions", f"seed_{settings.seed}/predictions", f"*/seed_{settings.seed}/predictions")
        for path in folder.glob(f"{where}/{stem}{ending}")
    ]
    found = [path for path in direct if path.is_file()] or sorted(within)
    if not found:
        among = f", nor {stem}.nii.gz of seed {settings.seed} in a run below it" if _holds_runs(folder) else ""
        msg = (
            f"Expected {folder} to hold {case_id}.nii.gz, the prediction of {case_id}; there is none{among}. "
            "Predict it, or leave the case out."
        )
        raise InputError(msg)
    if len(found) > 1:
        msg = f"{folder} holds several predictions of {case_id}: {found[0]}, {found[1]}. Name the folder of one."
        raise InputError(msg)
    return found[0]


def _holds_runs(folder: Path) -> bool:
    return any(next(folder.glob(pattern), None) for pattern in ("predictions", "seed_*", "*/seed_*"))


def _methods(entry: str, settings: ComparisonFigureSettings) -> dict[str, Path]:
    """Return title -> folder of all methods of an experiment whose results lie in ``entry``."""
    folder = Path(entry)
    if not folder.is_dir():
        msg = f"Expected predictions as NAME=FOLDER, or the results folder of an experiment, got {entry!r}."
        raise InputError(msg)
    experiment = Results.open(folder).record.settings
    protocol = "repaired" if experiment.shared_training else settings.protocol
    several = len({arm.preset for arm in experiment.arms}) > 1
    runs = folder / "runs" / protocol
    methods = {_title(arm, several): runs / arm.folder_name for arm in experiment.arms}
    missing = [title for title, path in methods.items() if not path.is_dir()]
    if missing:
        msg = (
            f"{folder} has no runs of {', '.join(missing)} by the protocol {protocol!r} yet. Go on with the "
            "experiment, choose the other protocol, or name single methods: NAME=FOLDER."
        )
        raise InputError(msg)
    return methods


def _title(arm: ArmSettings, with_preset: bool) -> str:
    title = f"{network_title(arm.preset, arm.training.network.name)} {loss_title(arm.training.loss)}"
    more = ", ".join(filter(None, (arm.preset if with_preset else "", arm.name)))
    return f"{title} ({more})" if more else title
