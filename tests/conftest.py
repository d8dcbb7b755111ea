"""Fixtures that several folders of tests share."""

from pathlib import Path

import numpy as np
import pytest

from napari_rpdl.data.case import Annotation, Case
from napari_rpdl.data.dataset import Dataset, DatasetWriter
from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.data.volume import Grid, Volume

ROOT = Path(__file__).parents[1]
RECORDINGS = ROOT.parent / "shared" / "data" / "cm_recordings"
SIZE = 16
SURGEONS = ("surgeon_1", "surgeon_2", "surgeon_3")


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


@pytest.fixture(scope="session")
def cm_recordings() -> Path:
    """The surgeons' real recordings, where this checkout has them beside it."""
    if not (RECORDINGS / "recordings.npz").is_file():
        pytest.skip("real recordings (../shared/data/cm_recordings) are not here")
    return RECORDINGS
