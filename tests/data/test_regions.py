import numpy as np
import pytest

from napari_rpdl.data.nifti import write_volume
from napari_rpdl.data.regions import read_region
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError

GRID = Grid.of_shape((4, 5, 6), (1.0, 1.0, 1.0))


@pytest.fixture
def written(tmp_path):
    def write(voxels):
        write_volume(Volume(voxels, GRID), tmp_path / "file.nii.gz")
        return tmp_path / "file.nii.gz"

    return write


def test_probabilities_are_cut_and_masks_are_taken_as_they_are(written):
    values = np.linspace(0, 1, 120, dtype=np.float32).reshape(GRID.shape)
    np.testing.assert_array_equal(read_region(written(values), GRID, 0.25), values >= 0.25)
    np.testing.assert_array_equal(read_region(written((values > 0.5) * np.uint8(255)), GRID, 0.9), values > 0.5)
    assert read_region(written((values > 0.5).astype(np.float32)), GRID, 0.9).sum() == (values > 0.5).sum()


@pytest.mark.parametrize(
    "wrong",
    [
        np.linspace(-0.5, 1, 120, dtype=np.float32),
        np.linspace(0, 1.5, 120, dtype=np.float32),
        np.arange(120, dtype=np.int16),
    ],
)
def test_what_is_neither_is_refused(written, wrong):
    with pytest.raises(InputError):
        read_region(written(wrong.reshape(GRID.shape)), GRID, 0.5)


def test_another_grid_is_refused(written):
    with pytest.raises(InputError):
        read_region(written(np.zeros(GRID.shape, np.uint8)), Grid.of_shape((2, 2, 2)), 0.5)
