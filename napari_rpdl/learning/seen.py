"""Whether trainings have seen a bone: by what it holds, not by what it is called. Needs no torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from napari_rpdl.data.case import Case
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.learning.fingerprints import cases_among
from napari_rpdl.learning.runs import Run


@dataclass(frozen=True, slots=True)
class Seen:
    """What trainings know of a bone.

    Attributes:
        seen: whether one of them learned from it or was watched by it; None where that cannot be told.
        note: what to tell a person who is to trust scores on the bone; empty where all is well.
    """

    seen: bool | None
    note: str = ""


UNKNOWN = Seen(None)


def seen_by(runs: Sequence[Path], case: Case, dataset: Dataset | None) -> Seen:
    """Return what the trainings of run folders or checkpoint files know of a bone; one that has seen it decides.

    Runs of earlier versions noted names only: there a bone of that name in a dataset of that name counts.

    Args:
        runs: run folders, or checkpoint files in them.
        case: shows the bone.
        dataset: of the case; others that show the same bone are read. None where there is none, and nothing is known.

    Raises:
        InputError: a run folder or a case is damaged.
    """
    if dataset is None:
        return UNKNOWN
    kept = dataset.keeping(case)
    told = [_seen_by_one(run, case.bone, kept) for run in runs]
    return min(told, key=lambda one: (one.seen is not True, one.seen is not None, not one.note))


def _seen_by_one(path: Path, bone: str, dataset: Dataset) -> Seen:
    folder = path if path.is_dir() else path.parent
    if not (folder / "run.json").is_file():
        return UNKNOWN  # a checkpoint that was taken out of its run folder
    record = Run.open(folder).record
    same_name = dataset.name == record.dataset_name
    learned = {*record.training_cases, *record.validation_cases} & {*dataset.case_ids}
    named_alike = same_name and bone in map(dataset.bone_of, learned)
    if not record.bone_fingerprints:
        return _by_name(bone, named_alike, same_name)
    of_bone = [entry.case_id for entry in dataset.entries if entry.bone == bone]
    if cases_among(dataset, of_bone, record.bone_fingerprints.values()):
        return Seen(True, f"Training has seen {bone}: scores on it say nothing about new bones.")
    if named_alike:
        note = (
            f"Training has seen a {bone} of a dataset called {dataset.name}, but it held something else. If it is the "
            "same bone, corrected or resampled since, scores on it say nothing about new bones."
        )
        return Seen(None, note)
    return Seen(False)


def _by_name(bone: str, named_alike: bool, same_name: bool) -> Seen:
    if named_alike:
        note = f"Training has seen {bone}, by its name: scores on it say nothing about new bones."
        return Seen(True, f"{note} (An earlier version trained, which did not note what bones hold.)")
    return Seen(False if same_name else None)
