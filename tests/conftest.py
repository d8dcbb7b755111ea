"""Fixtures that several folders of tests share."""

import multiprocessing
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from napari_rpdl.data.case import Annotation, Case
from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.learning.environment import record_environment
from napari_rpdl.learning.events import EpochEnded
from napari_rpdl.learning.runs import Run, RunRecord
from napari_rpdl.settings import TrainingSettings

ROOT = Path(__file__).parents[1]
RECORDINGS = ROOT.parent / "shared" / "data" / "cm_recordings"
SIZE = 16
SURGEONS = ("surgeon_1", "surgeon_2", "surgeon_3")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a person kill programs more often than the usual run of the tests does."""
    text = "how often each test of what a dying program loses kills one with SIGKILL, at a random moment"
    parser.addoption("--kills", type=int, default=100, help=text)


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """How often a program is killed."""
    told: int = request.config.getoption("--kills")
    return told


FORK = multiprocessing.get_context("fork") if os.name == "posix" else None


@pytest.fixture
def killed() -> Callable[..., list[str]]:
    """Let a process work until SIGKILL; return the whole lines that it wrote to the pipe of its last argument."""

    def kill(work: Callable[..., None], *args: object, after: float, begun: bytes = b"") -> list[str]:
        """Kill ``after`` so many seconds, counted from when it has said ``begun``."""
        reading, writing = os.pipe()
        worker = FORK.Process(target=work, args=(*args, writing))
        worker.start()
        os.close(writing)
        if begun:
            os.read(reading, len(begun))
        time.sleep(after)
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
        with os.fdopen(reading) as pipe:
            return [line for line in pipe if line.endswith("\n")]

    return kill


@pytest.fixture
def memory_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder where reaching the disk costs no time, if there is one: more is done between two kills."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def analytic_case(index: int, size: int = SIZE, surgeons: tuple[str, ...] = SURGEONS) -> Case:
    """Return a half-space of bone with a sinus and a nerve; surgeons drill balls of their own radius.

    The bone fills the half below a lateral (large x) plane; its height changes with
    ``index``, and the balls go with it, so that a network has something to learn.
    """
    z, y, x = np.indices((size,) * 3) + 0.5
    surface = size * (0.75 + 0.05 * (index % 3))
    labels = np.where(x < surface, 1, 0).astype(np.uint8)
    labels[(x < size * 0.2)] = 8
    labels[(abs(z - size * 0.5) < size / 16) & (abs(y - size * 0.8) < size / 16) & (x < surface)] = 5
    distance = np.sqrt((z - size / 2) ** 2 + (y - size * 0.4) ** 2 + (x - surface) ** 2)
    grid = Grid.of_shape((size,) * 3, (1.0, 1.0, 1.0))
    annotations = tuple(
        Annotation(name, (distance < size * (0.22 + 0.04 * rank)) & (labels == 1)) for rank, name in enumerate(surgeons)
    )
    return Case(f"bone_{index + 1}", grid, TEMPORAL_BONE, Volume(labels, grid), annotations=annotations, side="right")


@pytest.fixture
def bone_by() -> Callable[..., Case]:
    """Make an analytic bone by its number, with the surgeons who are named."""
    return analytic_case


@pytest.fixture
def small_dataset(tmp_path: Path) -> Dataset:
    """Three analytic bones by three surgeons at 16 voxels, on disk."""
    folder = tmp_path / "small_dataset"
    with DatasetWriter(
        folder, name="small", table=TEMPORAL_BONE, surgeons=SURGEONS, origin="analytic test shapes", licence="MIT"
    ) as writer:
        for index in range(3):
            writer.add(analytic_case(index))
    return Dataset.open(folder)


@pytest.fixture
def small_case(small_dataset: Dataset) -> Case:
    """The first bone of ``small_dataset``."""
    return small_dataset.case("bone_1")


def earlier_run(folder: Path, losses: tuple[float, ...] = (3.0, 1.0, 2.0), **settings: object) -> Run:
    """Return a run whose epochs had these validation losses and took 2 s each."""
    record = RunRecord(
        dataset_folder="/bones",
        dataset_name="phantom nine",
        hold_out=("bone_9",),
        training_cases=("bone_1", "bone_2"),
        validation_cases=("bone_3",),
        right_ears=True,
        table=TEMPORAL_BONE,
    )
    run = Run.create(folder, TrainingSettings(**settings), record)
    record_environment(folder, "cpu", 1)
    for number, loss in enumerate(losses, 1):
        best = loss == min(losses[:number])
        run.append(EpochEnded(number, len(losses), loss + 1, loss, 0.5, 1e-3, 2.0, 0.0, best))
    if losses:
        run.checkpoint("last").write_bytes(b"weights")
    return run


@pytest.fixture
def make_run() -> Callable[..., Run]:
    """Make the folder of a run without training it."""
    return earlier_run


@pytest.fixture(scope="session")
def cm_recordings() -> Path:
    """The surgeons' real recordings, where this checkout has them beside it."""
    if not (RECORDINGS / "recordings.npz").is_file():
        pytest.skip("real recordings (../shared/data/cm_recordings) are not here")
    return RECORDINGS
