"""What an experiment will take: how many runs, how long, how much disk; from a timed probe, before it begins."""

import shutil
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.events import Event, Progressed
from napari_rpdl.experiments.cells import Cell
from napari_rpdl.experiments.events import ArmPlanned, ExperimentPlanned
from napari_rpdl.experiments.judging import decisions_of, measured
from napari_rpdl.experiments.keeping import keep_prediction, kept_bytes, size_of
from napari_rpdl.experiments.pieces import Piece
from napari_rpdl.learning.events import EpochEnded, StepEnded, TrainingStarted
from napari_rpdl.learning.prediction import predict
from napari_rpdl.learning.training import train
from napari_rpdl.settings.experiment import ExperimentSettings

PROBE_STEPS = 4
"""Of the probe; the first one is warm-up and is not counted."""


class Share(NamedTuple):
    """How the machine is divided: runs at once, and CPU threads of each."""

    jobs: int
    threads: int


@dataclass(frozen=True, slots=True)
class Probe:
    """What one training of an arm takes, measured.

    Attributes:
        start_s: until the first step: reading bones, building the network.
        step_s: one step, warm.
        epoch_s: validation and checkpoints after an epoch.
        steps_per_epoch: of the whole training.
        predict_s: one prediction.
        measure_s: scoring one region on one case.
        run_bytes: checkpoints and records that are kept of a run.
        case_bytes: what is kept of one prediction.
    """

    start_s: float
    step_s: float
    epoch_s: float
    steps_per_epoch: int
    predict_s: float
    measure_s: float
    run_bytes: int
    case_bytes: int

    def seconds(self, cell: Cell) -> float:
        """Return how long a run takes if it stops at no earlier than its last epoch."""
        training = cell.training.epochs * (self.steps_per_epoch * self.step_s + self.epoch_s)
        cases = [(len(fold.judged_cases), len(decisions_of(fold))) for fold in cell.folds]
        scoring = sum(judged * (self.predict_s + decisions * self.measure_s) for judged, decisions in cases)
        return self.start_s + training + scoring

    def bytes(self, cell: Cell) -> int:
        """Return how much disk a run takes."""
        return self.run_bytes + self.case_bytes * sum(len(fold.judged_cases) for fold in cell.folds)


def plan(
    dataset: Dataset,
    pieces: Sequence[Piece],
    left: Sequence[Piece],
    settings: ExperimentSettings,
    folder: Path,
    share: Share,
) -> Iterator[Event]:
    """Yield progress, then for each arm with runs left what they take, then the whole.

    Each such arm is trained for a few steps, asked about a bone and scored, in a folder that
    is removed. Time is that of several runs at once as if they did not slow each other down.

    Args:
        dataset: of the experiment.
        pieces: all of it.
        left: those that are not complete.
        settings: of the experiment.
        folder: for the results; only asked how much room there is.
        share: how many runs at once, with how many CPU threads.

    Raises:
        InputError: as ``train``.
    """
    cells: dict[str, list[Cell]] = {}
    for piece in left:
        if piece.cell is not None:
            cells.setdefault(piece.cell.arm.method, []).append(piece.cell)
    arms = []
    for done, (method, of_arm) in enumerate(cells.items()):
        yield Progressed("Timing", done, len(cells))
        probe = yield from _timed(dataset, of_arm[0], settings, share.threads)
        seconds, size = sum(map(probe.seconds, of_arm)), sum(map(probe.bytes, of_arm))
        arms.append(ArmPlanned(method, len(of_arm), seconds / len(of_arm), probe.step_s, size))
    yield from arms
    yield ExperimentPlanned(
        pieces=len(pieces),
        complete=len(pieces) - len(left),
        trainings=sum(arm.runs for arm in arms),
        seconds=sum(arm.runs * arm.run_s for arm in arms) / share.jobs,
        bytes=sum(arm.bytes for arm in arms),
        free_bytes=shutil.disk_usage(_existing(folder)).free,
    )


def _timed(dataset: Dataset, cell: Cell, settings: ExperimentSettings, threads: int) -> Generator[Event, None, Probe]:
    """Train a few steps, predict and score; return what each took."""
    with tempfile.TemporaryDirectory(prefix="napari-rpdl-probe-") as name:
        run = Path(name) / "run"
        steps = yield from _steps_per_epoch(dataset, cell, Path(name) / "counted")
        threads = cell.training.threads or threads
        few = {"epochs": 1, "steps_per_epoch": PROBE_STEPS, "threads": threads}
        at_once = cell.training.optimisation.model_copy(update={"warm_up": 0})
        training = cell.training.model_copy(update={**few, "optimisation": at_once})
        begun, stamps = time.monotonic(), list[float]()
        ended = begun
        for event in train(training, dataset, run, cell.fold.bones, cell.fold.surgeons):
            if isinstance(event, Progressed) and event.task != "Loading bones":
                begun = time.monotonic()  # PyTorch is loaded once for many runs
            stamps += [time.monotonic()] if isinstance(event, StepEnded) else []
            ended = time.monotonic() if isinstance(event, EpochEnded) else ended
            yield event
        case = dataset.case(cell.fold.judged_cases[0])
        predicting = time.monotonic()
        prediction = predict(run, case)
        measuring = time.monotonic()
        measured(prediction.mask(), prediction.probabilities, case, cell.fold, thorough=settings.thorough)
        over = time.monotonic()
        keep_prediction(prediction, case, run / "predictions", settings.keep)
        case_bytes = size_of((run / "predictions").rglob("*"))
        step_s = (stamps[-1] - stamps[0]) / (PROBE_STEPS - 1)
        return Probe(
            start_s=max(stamps[0] - begun - step_s, 0.0),
            step_s=step_s,
            epoch_s=ended - stamps[-1],
            steps_per_epoch=steps,
            predict_s=measuring - predicting,
            measure_s=over - measuring,
            run_bytes=kept_bytes(run, settings.checkpoints),
            case_bytes=case_bytes,
        )


def _steps_per_epoch(dataset: Dataset, cell: Cell, run: Path) -> Generator[Event, None, int]:
    """Return the batches in an epoch; where all samples are to be seen, a training that is only begun tells."""
    if cell.training.steps_per_epoch:
        return cell.training.steps_per_epoch
    for event in train(cell.training, dataset, run, cell.fold.bones, cell.fold.surgeons):
        if isinstance(event, TrainingStarted):
            return event.steps_per_epoch
        yield event
    return 0


def _existing(folder: Path) -> Path:
    """Return the folder, or the closest one above it that exists."""
    here = folder.absolute()
    while not here.exists():
        here = here.parent
    return here
