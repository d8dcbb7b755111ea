"""Start a training or go on with one: which bones learn, which watch, which folder.

Needs no torch itself, so that the command line and the viewer can import it; the
work is in ``fitting``, which is loaded when a training starts.
"""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from napari_rpdl.data.dataset import CaseEntry, Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.events import Event, Progressed, Said
from napari_rpdl.files import make_folder, only_one
from napari_rpdl.learning.attachment import check_idle
from napari_rpdl.learning.requirements import check_process, check_requirements
from napari_rpdl.learning.runs import Run, RunRecord, check_free, remove_halves
from napari_rpdl.learning.torchrun import place, spoken_by_the_first
from napari_rpdl.settings import TrainingSettings


def train(
    settings: TrainingSettings,
    dataset: Dataset,
    run: Path,
    hold_out: Sequence[str],
    hold_out_surgeons: Sequence[str] = (),
) -> Iterator[Event]:
    """Train one network; yield what happens, at least once a step.

    Closing the iterator stops at once; the run keeps the checkpoints of the last
    finished epoch, and ``resume`` goes on from there. Of the processes that torchrun
    started, the first yields and writes.

    Args:
        settings: how to train.
        dataset: cases without annotations or structures are left out.
        run: a folder that is new, empty, or of a run in which no epoch has ended.
        hold_out: names of cases or bones that training must not see; all cases of
            their bones are held out.
        hold_out_surgeons: names of surgeons whose annotations training must not see on any bone: they
            enter neither batches nor RPMaps nor what watches.

    Raises:
        InputError: PyTorch is missing, the folder is in use, a name is unknown, too few
            bones are left, the settings contradict each other, have no effect or do not suit the
            bones (all that before the folder is made), memory or disk run out, or the loss is no
            longer a number. What was written before stays usable.
    """
    return spoken_by_the_first(_train(settings, dataset, run, hold_out, hold_out_surgeons))


def _train(
    settings: TrainingSettings, dataset: Dataset, run: Path, hold_out: Sequence[str], hold_out_surgeons: Sequence[str]
) -> Iterator[Event]:
    check_requirements()
    check_process()
    check_idle(run)
    yield Progressed("Starting PyTorch", 0, 0)
    from napari_rpdl.learning import checking, fitting
    from napari_rpdl.learning.loading import load_cases

    first = place().first
    if first:
        check_free(run)
    checking.check_settings(settings)
    entries = _not_held_out(dataset, hold_out)
    surgeons = _not_held_out_surgeons(dataset, hold_out_surgeons)
    right_ears = all(entry.side is not None for entry in entries)
    names = [entry.case_id for entry in entries]
    cases = yield from load_cases(dataset, names, settings, right_ears, hold_out_surgeons)
    usable = [entry for entry in entries if entry.case_id in cases]
    watching = _validation_bones(usable, settings)
    learning = tuple(entry.case_id for entry in usable if entry.bone not in watching)
    record = RunRecord(
        dataset_folder=str(dataset.folder.absolute()),
        dataset_name=dataset.name,
        hold_out=tuple(case_id for case_id in dataset.case_ids if case_id not in {e.case_id for e in entries}),
        hold_out_surgeons=tuple(name for name in dataset.surgeons if name not in surgeons),
        training_cases=learning,
        validation_cases=tuple(entry.case_id for entry in usable if entry.bone in watching),
        right_ears=right_ears,
        table=dataset.table,
        surgeons=surgeons,
        voxels_mm=tuple(size for case_id in learning if (size := cases[case_id].voxel_mm) is not None),
        fingerprints={case_id: case.fingerprint for case_id, case in cases.items()},
        bone_fingerprints={case_id: case.bone_fingerprint for case_id, case in cases.items()},
    )
    checking.check_cases(settings, cases, record)
    checking.check_watching(cases, record)
    if first:
        make_folder(run)
        with only_one(run, wait_s=0):
            yield from fitting.fit(Run.create(run, settings, record), dataset, cases)
    else:
        yield from fitting.fit(Run(run, settings, record), dataset, cases)


def resume(dataset: Dataset, run: Path) -> Iterator[Event]:
    """Go on with a run after its last finished epoch, as if it had never stopped.

    On a CPU, with the same number of threads, the weights are bit for bit those of an
    uninterrupted training.

    Raises:
        InputError: as ``train``; or the run is complete, damaged, or of another dataset.
    """
    return spoken_by_the_first(_resume(dataset, run))


def _resume(dataset: Dataset, run: Path) -> Iterator[Event]:
    check_requirements()
    check_process()
    check_idle(run)
    yield Progressed("Starting PyTorch", 0, 0)
    Run.open(run)  # says what is wrong with it
    with only_one(run, wait_s=0) if place().first else nullcontext():
        if place().first:
            remove_halves(run)
        yield from _go_on(dataset, Run.open(run))


def _go_on(dataset: Dataset, opened: Run) -> Iterator[Event]:
    from napari_rpdl.learning import checking, fitting
    from napari_rpdl.learning.loading import load_cases

    run = opened.folder
    if opened.state == "complete":
        msg = f"The training in {run} is complete. Predict with it, or start a new one in another folder."
        raise InputError(msg)
    record = opened.record
    if dataset.table.codes != record.table.codes or dataset.table.moved(record.table):
        msg = f"{run} was trained on other structures than {dataset.folder} has. Open {record.dataset_folder}."
        raise InputError(msg)
    case_ids = [*record.training_cases, *record.validation_cases]
    cases = yield from load_cases(dataset, case_ids, opened.settings, record.right_ears, record.hold_out_surgeons)
    missing = sorted(set(case_ids) - set(cases))
    if missing:
        names = ", ".join(missing)
        msg = f"{dataset.folder} has no annotations or structures any more for {names}. Restore them, or train anew."
        raise InputError(msg)
    checking.check_cases(opened.settings, cases, record)
    changed = sorted(name for name, then in record.fingerprints.items() if cases[name].fingerprint != then)
    if changed and len(changed) == len(cases):
        msg = (
            f"{dataset.folder} is not what {run} began with: every bone holds something else. Open "
            f"{record.dataset_folder}, or train anew in another folder."
        )
        raise InputError(msg)
    if changed:
        yield Said(f"{', '.join(changed)} changed since {run} began. It goes on with what they hold now.")
    yield from fitting.fit(opened, dataset, cases)


def _not_held_out(dataset: Dataset, hold_out: Sequence[str]) -> list[CaseEntry]:
    """Return the cases of all bones of which no case is held out."""
    names = {name for entry in dataset.entries for name in (entry.case_id, entry.bone)}
    unknown = sorted(set(hold_out) - names)
    if unknown:
        msg = f"Cannot hold out {', '.join(unknown)}: {dataset.folder} has the cases {', '.join(dataset.case_ids)}."
        raise InputError(msg)
    bones = {entry.bone for entry in dataset.entries if {entry.case_id, entry.bone} & set(hold_out)}
    return [entry for entry in dataset.entries if entry.bone not in bones]


def _not_held_out_surgeons(dataset: Dataset, hold_out: Sequence[str]) -> tuple[str, ...]:
    """Return the surgeons who are not held out, in the dataset's order."""
    known = ", ".join(dataset.surgeons) or "nobody"
    unknown = sorted(set(hold_out) - set(dataset.surgeons))
    if unknown:
        msg = f"Cannot hold out the surgeon {', '.join(unknown)}: {dataset.folder} has {known}. Check the names."
        raise InputError(msg)
    left = tuple(name for name in dataset.surgeons if name not in hold_out)
    if dataset.surgeons and not left:
        msg = f"No surgeon is left to learn from: {known} are all held out. Hold out fewer."
        raise InputError(msg)
    return left


def _validation_bones(entries: Sequence[CaseEntry], settings: TrainingSettings) -> set[str]:
    """Draw the bones that watch, if whole bones do, as a function of the seed; at least one is left to learn from."""
    bones = list(dict.fromkeys(entry.bone for entry in entries))
    if not bones:
        msg = "No bone is left to train on: each is held out or has no annotations or structures. Add bones."
        raise InputError(msg)
    if settings.validation != "bones":
        return set()
    if settings.validation_bones >= len(bones):
        msg = (
            f"Expected more bones to train on than the {settings.validation_bones} that watch the training, "
            f"got {len(bones)} ({', '.join(bones[:5])}). Add bones, hold out fewer, or set validation_bones to 0."
        )
        raise InputError(msg)
    rng = np.random.default_rng(settings.seed)
    return set(rng.permutation(bones)[: settings.validation_bones].tolist())
