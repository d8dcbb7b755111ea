"""Files that other programs would write (through nibabel, not through our code), and a small dataset."""

from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest

from napari_rpdl.data.case import Annotation, Case
from napari_rpdl.data.dataset_writer import DatasetWriter
from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.data.volume import Grid, Volume

GRID = Grid.of_shape((4, 5, 6), (0.5, 0.6, 0.7))


@pytest.fixture
def write_nifti(tmp_path: Path) -> Callable[..., Path]:
    """Write (x, y, z) ``data`` with nibabel and return the path."""

    def write(data, affine=None, *, name="foreign.nii.gz", big_endian=False, version=1, unit="mm"):
        header = {1: nibabel.Nifti1Header, 2: nibabel.Nifti2Header}[version](endianness=">" if big_endian else "<")
        header.set_xyzt_units(unit)
        kind = {1: nibabel.Nifti1Image, 2: nibabel.Nifti2Image}[version]
        image = kind(data, np.eye(4) if affine is None else affine, header, dtype=data.dtype)
        path = tmp_path / name
        nibabel.save(image, path)
        return path

    return write


@pytest.fixture
def numbered() -> np.ndarray:
    """(x, y, z) int16 in which every voxel has a number of its own."""
    return np.arange(5 * 6 * 7, dtype=np.int16).reshape(5, 6, 7)


@pytest.fixture
def writer() -> Callable[..., DatasetWriter]:
    """Make the writer of a dataset by surgeons b and a."""

    def make(folder: Path, **changes):
        about = {"name": "n", "table": TEMPORAL_BONE, "surgeons": ("b", "a"), "origin": "here", "licence": "MIT"}
        return DatasetWriter(folder, **(about | changes))

    return make


@pytest.fixture
def full_case() -> Callable[..., Case]:
    """Make a case with everything that one can have, the same whenever it is called."""

    def make(case_id="c1", **changes):
        random = np.random.default_rng(0)
        positions = random.random((9, 3)).astype(np.float32)
        parts = {
            "structures": Volume(random.integers(0, 14, GRID.shape).astype(np.uint8), GRID),
            "ct": Volume(random.integers(-1000, 2000, GRID.shape).astype(np.int16), GRID),
            "annotations": (
                Annotation("a", random.random(GRID.shape) < 0.5, positions),
                Annotation("b", random.random(GRID.shape) < 0.5),
            ),
            "side": "left",
            "bone": "bone_1",
        }
        return Case(case_id, GRID, TEMPORAL_BONE, **(parts | changes))

    return make


@pytest.fixture
def folder(tmp_path: Path, writer: Callable[..., DatasetWriter], full_case: Callable[..., Case]) -> Path:
    """A dataset of two cases; the second has drilled regions only."""
    with writer(tmp_path / "d") as dataset:
        dataset.add(full_case())
        dataset.add(full_case("c2", structures=None, ct=None, annotations=full_case().annotations[:1], side=None))
    return tmp_path / "d"
