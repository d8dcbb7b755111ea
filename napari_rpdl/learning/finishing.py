"""A training that is to be complete in the end, whatever a kill left of it. Needs no torch itself."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event
from napari_rpdl.learning.fingerprints import fingerprint
from napari_rpdl.learning.runs import Run, RunRecord
from napari_rpdl.learning.torchrun import place
from napari_rpdl.learning.training import resume, train
from napari_rpdl.settings import TrainingSettings, without_idle


def finish(
    settings: TrainingSettings,
    dataset: Dataset,
    folder: Path,
    hold_out: Sequence[str],
    hold_out_surgeons: Sequence[str] = (),
) -> Iterator[Event]:
    """Train in a folder, or go on where a training was stopped; a complete one is left as it is, and says nothing.

    Args and errors: as of ``training.train``; and an InputError where the folder holds a
    training with other settings, one that held out something else, or one on another dataset;
    or torchrun started several processes, which would not agree on what is finished.
    """
    if place().processes > 1:
        msg = "torchrun shares out one training (train, resume), but this work holds many. Run it without torchrun."
        raise InputError(msg)
    opened = Run.open(folder) if (folder / "run.json").is_file() else None
    if opened is None or opened.state == "empty":
        yield from train(settings, dataset, folder, hold_out, hold_out_surgeons)
        return
    what = difference(opened, settings, dataset, hold_out, hold_out_surgeons)
    if what:
        msg = f"{folder} holds a training {what}. Remove it, or choose another folder for the results."
        raise InputError(msg)
    if opened.state == "resumable":
        yield from resume(dataset, folder)


def difference(
    run: Run, settings: TrainingSettings, dataset: Dataset, hold_out: Sequence[str], surgeons: Sequence[str]
) -> str:
    """Say in what a run is not the training that is asked for, such as "with other settings"; empty where it is."""
    where = {"threads": 0, "device": "auto"}
    then, now = (without_idle(each.model_copy(update=where)) for each in (run.settings, settings))
    if then != now:
        return "with other settings"
    held_out = (set(held_out_cases(dataset, hold_out)), set(surgeons))
    if (set(run.record.hold_out), set(run.record.hold_out_surgeons)) != held_out:
        return "that held out something else"
    return "" if _learned_from(run, dataset) else f"on other data than {dataset.folder} has now"


def held_out_cases(dataset: Dataset, hold_out: Sequence[str]) -> tuple[str, ...]:
    """Return the names of all cases of the bones that are named, or of which a case is."""
    bones = {entry.bone for entry in dataset.entries if {entry.case_id, entry.bone} & set(hold_out)}
    return tuple(entry.case_id for entry in dataset.entries if entry.bone in bones)


def _learned_from(run: Run, dataset: Dataset) -> bool:
    """Say whether a run knows all that a dataset has to learn from, as it is now.

    In a run of an earlier version bones and surgeons of the same names count as the same.
    """
    record = run.record
    surgeons = tuple(name for name in dataset.surgeons if name not in record.hold_out_surgeons)
    if (record.dataset_name, record.surgeons) != (dataset.name, surgeons):
        return False
    learned, there = {*record.training_cases, *record.validation_cases}, {*dataset.case_ids} - {*record.hold_out}
    if not learned <= there or any(_can_teach(dataset, case_id, record) for case_id in there - learned):
        return False
    return all(
        fingerprint(dataset.case(case_id).without(record.hold_out_surgeons)) == then
        for case_id, then in record.fingerprints.items()
    )


def _can_teach(dataset: Dataset, case_id: str, record: RunRecord) -> bool:
    case = dataset.case(case_id).without(record.hold_out_surgeons)
    return bool(case.annotations) and case.structures is not None
