"""What a finished run knows of the bone and the surgeon that it is to be judged by: it must be nothing."""

from collections.abc import Collection

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.experiments.folds import Fold
from napari_rpdl.learning.fingerprints import bone_fingerprint, cases_among
from napari_rpdl.learning.runs import RunRecord


def check_no_leak(record: RunRecord, fold: Fold, dataset: Dataset, tuned_on: Collection[str] = ()) -> None:
    """Raise an InputError if a held-out bone or surgeon had a part in a run.

    Looks at what the run itself recorded, not at what it was asked to do: which cases were
    learned, which watched (early stopping and the choice of the epoch), whose annotations
    were read (they make the maps), and on which cases the threshold was chosen; and whether
    one of these cases holds the held-out bone under another name. Where a protocol has no
    such rule (paper, Experiment 2: judged on the training bones), the fold holds out no bone,
    and none is looked for.

    Args:
        record: of the finished run.
        fold: by which it is to be judged.
        dataset: says which bone a case shows.
        tuned_on: cases on which the threshold was chosen.
    """
    for what, cases in (
        ("was trained on", record.training_cases),
        ("was stopped and its epoch chosen by", record.validation_cases),
        ("has its threshold chosen on", tuned_on),
    ):
        seen = sorted(case for case in cases if dataset.bone_of(case) in fold.bones)
        if seen:
            raise InputError(_leak(f"{what} {', '.join(seen)}", fold))
    _check_no_copy(record, fold, dataset)
    read = sorted(set(fold.surgeons) & set(record.surgeons or dataset.surgeons))
    if read or not set(fold.surgeons) <= set(record.hold_out_surgeons):
        raise InputError(_leak(f"was trained with what {', '.join(read or fold.surgeons)} drilled", fold))
    both = sorted(set(record.training_cases) & set(record.validation_cases))
    if fold.protocol == "repaired" and (both or not record.validation_cases):
        why = (
            f"learned from {', '.join(both)}, which also watched it" if both else "had no bones of its own to watch it"
        )
        raise InputError(_leak(why, fold))


def _check_no_copy(record: RunRecord, fold: Fold, dataset: Dataset) -> None:
    """Raise an InputError if a case that was learned or watched is a held-out bone once more."""
    held_out = [entry.case_id for entry in dataset.entries if entry.bone in fold.bones]
    for case_id in cases_among(dataset, held_out, record.bone_fingerprints.values()):
        same = bone_fingerprint(dataset.case(case_id))
        copies = sorted(name for name, one in record.bone_fingerprints.items() if one == same)
        msg = (
            f"{case_id} and {', '.join(copies)} hold the same structures, voxel by voxel: they are one bone, so what "
            f"fold {fold.name} holds out was learned, and it is not scored. Give them the same bone in "
            f"{dataset.folder / 'dataset.json'}, or leave one out, and begin the experiment in another folder."
        )
        raise InputError(msg)


def _leak(how: str, fold: Fold) -> str:
    return (
        f"The run for fold {fold.name} ({fold.protocol} protocol) {how}: its scores would not be those of something "
        "unseen, so it is not scored. Remove its folder and run the experiment again."
    )
