import dataclasses

import pytest

from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.data.volume import Grid
from napari_rpdl.errors import InputError
from napari_rpdl.learning.runs import Run, RunRecord
from napari_rpdl.learning.scale import check_scale
from napari_rpdl.learning.training import train


def record(*voxels_mm) -> RunRecord:
    return RunRecord(
        dataset_folder="/bones",
        dataset_name="bones",
        hold_out=(),
        training_cases=("bone_1",),
        validation_cases=(),
        right_ears=True,
        table=TEMPORAL_BONE,
        voxels_mm=voxels_mm,
    )


def of_voxels(case, spacing_mm):
    return dataclasses.replace(case, grid=Grid.of_shape(case.grid.shape, spacing_mm), structures=None, annotations=())


@pytest.mark.parametrize("spacing", [(0.8, 1.0, 1.2), (1.25, 1.5, 0.81)])
def test_voxels_near_those_of_training_are_fine(small_case, spacing):
    assert check_scale(of_voxels(small_case, spacing), record((1.0, 1.0, 1.0), (1.0, 1.2, 1.0))) == ""


@pytest.mark.parametrize(
    ("spacing", "says"),
    [
        ((1.0, 1.0, 1.3), r"voxels of 1.3 mm along x.* voxels of 1 mm"),
        ((1.0, 0.4, 1.0), r"voxels of 0.4 mm along y.* voxels of 1 to 1.2 mm.*--large-bones resample"),
    ],
)
def test_other_voxels_are_refused_with_a_remedy(small_case, spacing, says):
    with pytest.raises(InputError, match=says):
        check_scale(of_voxels(small_case, spacing), record((1.0, 1.0, 1.0), (1.0, 1.2, 1.0)))


def test_what_cannot_be_known_is_said(small_case):
    unknown = dataclasses.replace(small_case, grid=Grid.of_shape(small_case.grid.shape))
    assert "voxel size of bone_1" in check_scale(unknown, record((1.0, 1.0, 1.0)))
    assert "the network learned at" in check_scale(small_case, record())


def test_training_notes_the_voxels_that_it_shows(tiny_settings, small_dataset, tmp_path):
    """16 voxels of 1 mm become 8 of 2 mm."""
    settings = tiny_settings.model_copy(update={"epochs": 1, "grid": 8, "validation_bones": 1})
    list(train(settings, small_dataset, tmp_path / "run", ["bone_3"]))
    assert Run.open(tmp_path / "run").record.voxels_mm == ((2.0, 2.0, 2.0),)
