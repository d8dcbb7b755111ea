"""How the verbs that train do it: in which process, and who waits for the end."""

import threading
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rpdl.cli.following import follow
from napari_rpdl.cli.parsing import UsageError
from napari_rpdl.cli.printing import PROGRAM, answer
from napari_rpdl.events import Event
from napari_rpdl.learning.events import TrainingStarted

if TYPE_CHECKING:
    from napari_rpdl.learning.process import Job


@dataclass(frozen=True, kw_only=True)
class Where:
    """Where a training takes place."""

    in_process: bool = False
    """Train in this process, e.g. for a debugger, not in one of its own. Those that torchrun starts always do."""
    alone: bool = False
    """Leave the training to itself once it has begun: "attach" follows it, "stop" stops it, from any terminal."""


def show_training(job: "Job", where: Where, *, as_json: bool) -> None:
    """Train, show how it goes, and print the last event: the end of the training, or its start where it goes on alone.

    Raises:
        UsageError: it cannot go on alone in a process that ends.
        InputError: the training failed.
    """
    from napari_rpdl.learning.torchrun import place

    here = where.in_process or place().processes > 1
    if here and where.alone:
        msg = "--alone needs a process of its own: leave out --in-process and torchrun."
        raise UsageError(msg)
    goes_on = threading.Event()
    events = _here(job) if here else _elsewhere(job, goes_on)
    if where.alone:
        last = follow(_until_begun(events, goes_on))
        text = f"It goes on alone. Follow it: {PROGRAM} attach {job.run}, stop it: {PROGRAM} stop {job.run}"
    else:
        last = follow(events)
        text = how_to_predict(job.run)
    if last is not None:  # else one of several processes that torchrun started; the first one speaks
        answer(asdict(last), text, as_json=as_json)


def how_to_predict(run: Path | str) -> str:
    """Return what to do after a training has ended."""
    return f"Predict a bone with it: {PROGRAM} predict {run} DATASET CASE OUT.nii.gz"


def _here(job: "Job") -> Iterator[Event]:
    from napari_rpdl.data.dataset import Dataset
    from napari_rpdl.learning.training import resume, train

    dataset, run = Dataset.open(Path(job.dataset)), Path(job.run)
    if job.settings is None:
        return resume(dataset, run)
    return train(job.settings, dataset, run, job.hold_out, job.hold_out_surgeons)


def _elsewhere(job: "Job", goes_on: threading.Event) -> Generator[Event, None, None]:
    from napari_rpdl.learning import process

    return process.follow(Path(job.dataset), Path(job.run), job.settings, job.hold_out, goes_on, job.hold_out_surgeons)


def _until_begun(events: Iterator[Event], goes_on: threading.Event) -> Iterator[Event]:
    """Hand on the events of a child process until the training has begun, then let it go."""
    assert isinstance(events, Generator)
    with closing(events):
        for event in events:
            yield event
            if isinstance(event, TrainingStarted):
                goes_on.set()
                return
