"""A training that is to be complete in the end, whatever a kill left of it. Needs no torch itself."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event
from napari_rpdl.learning.runs import Run
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
    training with other settings, or one that held out something else.
    """
    opened = Run.open(folder) if (folder / "run.json").is_file() else None
    if opened is None or opened.state == "empty":
        yield from train(settings, dataset, folder, hold_out, hold_out_surgeons)
        return
    _check_same(opened, settings, held_out_cases(dataset, hold_out), hold_out_surgeons)
    if opened.state == "resumable":
        yield from resume(dataset, folder)


def held_out_cases(dataset: Dataset, hold_out: Sequence[str]) -> tuple[str, ...]:
    """Return the names of all cases of the bones that are named, or of which a case is."""
    bones = {entry.bone for entry in dataset.entries if {entry.case_id, entry.bone} & set(hold_out)}
    return tuple(entry.case_id for entry in dataset.entries if entry.bone in bones)


def _check_same(run: Run, settings: TrainingSettings, hold_out: Sequence[str], surgeons: Sequence[str]) -> None:
    """Raise an InputError if what a run learned, or from whom, is not what is asked for."""
    where = {"threads": 0, "device": "auto"}
    then, now = (without_idle(each.model_copy(update=where)) for each in (run.settings, settings))
    held_out = (set(run.record.hold_out), set(run.record.hold_out_surgeons))
    if then != now or held_out != (set(hold_out), set(surgeons)):
        what = "that held out something else" if then == now else "with other settings"
        msg = f"{run.folder} holds a training {what}. Remove it, or choose another folder for the results."
        raise InputError(msg)
