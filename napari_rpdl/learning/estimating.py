"""How long a training will take: from an earlier one like it, else from a few steps tried out."""

import shutil
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from napari_rpdl.events import Event, Failed
from napari_rpdl.learning.environment import machine
from napari_rpdl.learning.events import StepEnded, TimeEstimated, TrainingStarted
from napari_rpdl.learning.process import follow
from napari_rpdl.learning.run_history import RunSummary
from napari_rpdl.settings import TrainingSettings

_COSTLY = (
    *("network", "grid", "steps_per_epoch", "batch_size", "passes", "augmentation", "deformation"),
    *("validation", "validation_bones", "validation_share", "device", "threads", "computation"),
)
"""What decides how long an epoch takes."""
STEPS = 5
"""Steps that are tried out; the first, which warms up, does not count."""


def from_earlier(settings: TrainingSettings, bones: int, runs: Sequence[RunSummary]) -> TimeEstimated | None:
    """Return the time by the last run on this kind of machine whose epochs cost the same; None where there is none.

    Args:
        settings: of the training to come.
        bones: cases that it will learn from or be watched by; matters where an epoch shows all of them.
        runs: the earlier ones, the last started first.
    """
    for run in runs:
        if run.epochs and _alike(settings, bones, run):
            seconds = statistics.median(epoch.seconds for epoch in run.epochs) * settings.epochs
            return TimeEstimated(seconds, f"Epochs like these took so long in the earlier run {run.folder.name}.")
    return None


def by_trying(dataset_folder: Path, settings: TrainingSettings, hold_out: Sequence[str]) -> Iterator[Event]:
    """Train a few steps in a child process and throw them away; the estimate comes last.

    The events of the process pass through, so that whoever follows can stop at any time;
    what fails comes as ``Failed``. Validation, which follows each epoch, is not in it.
    """
    folder = Path(tempfile.mkdtemp(prefix="napari-rpdl-trial-"))
    started: TrainingStarted | None = None
    elapsed: list[float] = []
    try:
        with closing(follow(dataset_folder, folder / "run", settings, hold_out)) as events:
            for event in events:
                started = event if isinstance(event, TrainingStarted) else started
                if isinstance(event, StepEnded) and started is not None:
                    elapsed.append(_elapsed(event, started))
                yield event
                if isinstance(event, Failed) or len(elapsed) == STEPS or _is_last(event):
                    break
        if started is not None and elapsed and elapsed[-1] > 0:
            yield _estimate(started, elapsed)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _alike(settings: TrainingSettings, bones: int, run: RunSummary) -> bool:
    if run.environment is None or run.environment.platform != machine():
        return False
    if any(getattr(settings, name) != getattr(run.settings, name) for name in _COSTLY):
        return False
    learned = len(run.record.training_cases) + len(run.record.validation_cases)
    return settings.steps_per_epoch > 0 or learned == bones


def _elapsed(event: StepEnded, started: TrainingStarted) -> float:
    """Return the seconds since the first step began, by the clock of the process that trains.

    It says what remains: (elapsed / steps done) * steps left.
    """
    done = (event.epoch - 1) * event.steps_per_epoch + event.step
    left = started.epochs * started.steps_per_epoch - done
    return event.remaining_s * done / left if left else 0.0


def _is_last(event: Event) -> bool:
    return isinstance(event, StepEnded) and event.epoch == event.epochs and event.step >= event.steps_per_epoch - 1


def _estimate(started: TrainingStarted, elapsed: Sequence[float]) -> TimeEstimated:
    measured = [later - earlier for earlier, later in pairwise(elapsed)] or [elapsed[0]]
    seconds = statistics.median(measured) * started.epochs * started.steps_per_epoch
    steps = f"{len(measured)} step{'' if len(measured) == 1 else 's'}"
    return TimeEstimated(seconds, f"Measured just now over {steps} on {started.device}, validation not counted.")
