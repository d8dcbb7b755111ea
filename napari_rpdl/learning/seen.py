"""Whether a training has seen a bone: scores on such a bone say nothing about new ones. No torch."""

from collections.abc import Sequence
from pathlib import Path

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.learning.runs import Run


def has_seen(runs: Sequence[Path], bone: str, dataset: Dataset) -> bool | None:
    """Return whether the training of a run, or its choice of the best epoch, saw the bone of a dataset.

    None where no run can tell and none is known to have: a checkpoint that was taken out of its folder.

    Args:
        runs: run folders, or checkpoint files in them.
        bone: name of the bone, which several cases may show.
        dataset: of the bone; that of a run counts as the same where it has the same name.

    Raises:
        InputError: a run folder is damaged.
    """
    seen = [_run_has_seen(run, bone, dataset) for run in runs]
    return True if True in seen else None if None in seen else False


def _run_has_seen(run: Path, bone: str, dataset: Dataset) -> bool | None:
    folder = run if run.is_dir() else run.parent
    if not (folder / "run.json").is_file():
        return None
    record = Run.open(folder).record
    seen = {*record.training_cases, *record.validation_cases} & set(dataset.case_ids)
    return dataset.name == record.dataset_name and bone in map(dataset.bone_of, seen)
