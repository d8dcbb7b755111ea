from dataclasses import replace

import nibabel as nib
import numpy as np
import pytest

from napari_rpdl.data.case_folder import write_annotation
from napari_rpdl.data.drill_log import DrillLog, LogHeader, start_from
from napari_rpdl.errors import InputError
from napari_rpdl.review.sources import Sources


@pytest.fixture
def folder(small_dataset, tmp_path):
    """What a network predicts for two of the bones."""
    made = tmp_path / "net"
    made.mkdir()
    for case in list(small_dataset)[:2]:
        voxels = case.annotation("surgeon_2").mask.astype(np.float32).transpose(2, 1, 0) * 0.6
        nib.Nifti1Image(voxels, case.grid.affine).to_filename(made / f"{case.case_id}.nii.gz")
    return made


def test_surgeons_and_predictions_are_mixed_and_a_missing_file_is_no_candidate(small_dataset, folder):
    found = [(one.case_id, one.method, one.source) for one in Sources(small_dataset, {"net": folder}).candidates()]
    surgeons = small_dataset.surgeons
    assert [one for one in found if one[0] == "bone_1"] == [
        *(("bone_1", "surgeons", name) for name in surgeons),
        ("bone_1", "net", "net"),
    ]
    assert ("bone_3", "net", "net") not in found
    assert len(found) == 3 * len(surgeons) + 2


@pytest.mark.parametrize(
    ("kind", "name", "method"),
    [
        ("nothing", "", "surgeons"),
        ("surgeon", "surgeon_1", "surgeons"),
        ("prediction", "run_7", "corrected run_7"),
        ("consensus", "at least 2 of 3", "corrected at least 2 of 3"),
    ],
)
def test_a_corrected_prediction_is_not_counted_among_the_surgeons(small_dataset, kind, name, method):
    case = small_dataset.case("bone_1")
    start = start_from(kind, name, np.zeros(case.grid.shape, bool))
    header = LogHeader(case_id="bone_1", shape=case.grid.shape, unit="mm", started_at="2026", start=start)
    log = DrillLog(header=header, events=())
    drilled = replace(case.annotation("surgeon_2"), log=log)
    write_annotation(small_dataset.case_folder("bone_1"), drilled, case.grid)
    methods = {one.source: one.method for one in Sources(small_dataset, cases=("bone_1",)).candidates()}
    assert methods == {"surgeon_1": "surgeons", "surgeon_2": method, "surgeon_3": "surgeons"}


def test_without_surgeons_and_with_some_cases_only(small_dataset, folder):
    sources = Sources(small_dataset, {"net": folder}, with_surgeons=False, cases=("bone_2", "bone_3"))
    assert [one.case_id for one in sources.candidates()] == ["bone_2"]


def test_regions_are_the_surgeons_or_the_files(small_dataset, folder):
    sources = Sources(small_dataset, {"net": folder}, threshold=0.5)
    case = small_dataset.case("bone_1")
    drilled, *_, predicted = [one for one in sources.candidates() if one.case_id == "bone_1"]
    np.testing.assert_array_equal(sources.region_of(drilled, case), case.masks(drilled.source)[0])
    np.testing.assert_array_equal(sources.region_of(predicted, case), case.masks("surgeon_2")[0])
    assert not Sources(small_dataset, {"net": folder}, threshold=0.7).region_of(predicted, case).any()


@pytest.mark.parametrize("label", ["", "surgeons"])
def test_labels_that_would_be_mixed_up_are_refused(small_dataset, folder, label):
    with pytest.raises(InputError, match="a label for every prediction method"):
        Sources(small_dataset, {label: folder})


def test_a_folder_that_is_not_there_is_told(small_dataset, tmp_path):
    with pytest.raises(InputError, match="there is none"):
        Sources(small_dataset, {"net": tmp_path / "nowhere"})
