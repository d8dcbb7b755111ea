"""One case as a folder: what reading and writing promise apart from datasets."""

from dataclasses import replace

import nibabel
import numpy as np
import pytest

from napari_rpdl.data.case import Annotation, Case
from napari_rpdl.data.case_folder import (
    annotation_path,
    drill_log_path,
    grid_of_case,
    inside,
    read_case,
    write_annotation,
    write_case,
)
from napari_rpdl.data.drill_log import DrillLog, LogHeader, Saved, Stroke, region_hash, start_from
from napari_rpdl.data.nifti import write_volume
from napari_rpdl.data.structures import TEMPORAL_BONE
from napari_rpdl.data.volume import Grid, Volume
from napari_rpdl.errors import InputError

GRID = Grid.of_shape((4, 5, 6), (0.5, 0.6, 0.7))


def drilled(surgeon, seed=0, positions=None):
    return Annotation(surgeon, np.random.default_rng(seed).random(GRID.shape) < 0.5, positions)


@pytest.fixture
def folder(tmp_path):
    """A case of two surgeons without CT; only the first has a recording."""
    labels = Volume(np.arange(120, dtype=np.uint8).reshape(GRID.shape) % 14, GRID)
    recorded = np.array([[0.5, 1.5, 2.5], [1, 2, 3]], np.float32)
    case = Case("c", GRID, TEMPORAL_BONE, labels, annotations=(drilled("amy", 1, recorded), drilled("bo", 2)))
    write_case(tmp_path / "c", case)
    return tmp_path / "c"


def test_other_programs_can_read_what_is_written(folder):
    stored = nibabel.load(folder / "structures.nii.gz")
    assert stored.get_data_dtype() == np.uint8
    np.testing.assert_array_equal(
        np.asarray(stored.dataobj).transpose(), np.arange(120).reshape(GRID.shape) % 14, "nibabel's axes are x y z"
    )
    np.testing.assert_array_equal(
        nibabel.load(folder / "annotations" / "bo.nii.gz").get_fdata() > 0, drilled("bo", 2).mask.T
    )
    positions = np.load(folder / "burr_positions" / "amy.npy", allow_pickle=False)
    assert positions.dtype == np.dtype("<f4")
    assert positions.tolist() == [[0.5, 1.5, 2.5], [1, 2, 3]]
    assert not (folder / "ct.nii.gz").exists()


def test_surgeons_come_in_the_order_asked_for_else_by_name(folder):
    assert read_case(folder, folder, TEMPORAL_BONE).surgeons == ("amy", "bo")
    assert read_case(folder, folder, TEMPORAL_BONE, ("bo", "absent", "amy")).surgeons == ("bo", "amy")
    with pytest.raises(InputError, match=r"by 'amy', but dataset\.json lists: bo"):
        read_case(folder, folder, TEMPORAL_BONE, ("bo",))


def test_the_ct_alone_is_a_case(tmp_path):
    write_case(tmp_path / "c", Case("c", GRID, TEMPORAL_BONE, ct=Volume(np.full(GRID.shape, -1000, np.int16), GRID)))
    case = read_case(tmp_path / "c", tmp_path, TEMPORAL_BONE, bone="b", side="left")
    assert (case.case_id, case.bone, case.side, case.structures, case.annotations) == ("c", "b", "left", None, ())
    assert case.ct.voxels.dtype == np.int16
    assert (case.ct.voxels == -1000).all()


def test_the_ct_must_lie_on_the_grid_of_the_structures(folder):
    nibabel.save(nibabel.Nifti1Image(np.zeros((6, 5, 3), np.int16), np.eye(4)), folder / "ct.nii.gz")
    with pytest.raises(InputError, match=r"ct\.nii\.gz has \(3, 5, 6\) voxels.*\(4, 5, 6\)"):
        read_case(folder, folder, TEMPORAL_BONE)


def test_a_new_drilling_replaces_only_its_own_surgeons_files(folder):
    other = (folder / "annotations" / "bo.nii.gz").read_bytes()
    write_annotation(folder, drilled("amy", 3), GRID)
    case = read_case(folder, folder, TEMPORAL_BONE)
    np.testing.assert_array_equal(case.annotation("amy").mask, drilled("amy", 3).mask)
    assert case.annotation("amy").burr_positions is None
    assert (folder / "annotations" / "bo.nii.gz").read_bytes() == other


@pytest.mark.parametrize(
    ("positions", "says"),
    [
        (np.zeros((4, 2), np.float32), r"\(N, 3\).*\(4, 2\)"),
        (np.zeros((4, 3), np.float64), "float32.*float64"),
        (np.full((4, 3), np.nan, np.float32), "finite"),
    ],
)
def test_positions_that_are_none_are_refused_by_name(positions, says, folder):
    np.save(folder / "burr_positions" / "amy.npy", positions)
    with pytest.raises(InputError, match=f"amy.npy.*{says}|{says}.*amy.npy"):
        read_case(folder, folder, TEMPORAL_BONE)


def test_a_path_is_inside_only_where_its_target_is(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "root_of_others").mkdir()
    (root / "out").symlink_to(tmp_path / "root_of_others")
    (root / "within").symlink_to(root)
    for path in (root, root / "not yet there", root / "within" / "file", root / "a" / ".." / "b"):
        assert inside(root, path) == path
    for path in (root / "out", root / "out" / "file", root / ".." / "root_of_others", tmp_path):
        with pytest.raises(InputError, match="leads out of"):
            inside(root, path)


def test_a_tool_log_travels_with_its_region_and_goes_with_it(folder):
    start = start_from("nothing", "", np.zeros(GRID.shape, bool))
    header = LogHeader(case_id="c", shape=GRID.shape, unit="mm", started_at="2026-01-02T03:04:05", start=start)
    stroke = Stroke(diameter=1.0, positions=((1, 2, 3),), began_s=1, at_s=2)
    log = DrillLog(header=header, events=(stroke,))
    write_annotation(folder, replace(drilled("amy"), log=log), GRID)
    read = read_case(folder, folder, TEMPORAL_BONE)
    assert read.annotation("amy").log == log
    assert read.annotation("bo").log is None
    write_annotation(folder, drilled("amy"), GRID)
    assert read_case(folder, folder, TEMPORAL_BONE).annotation("amy").log is None


def test_a_log_that_a_dying_program_wrote_ahead_of_its_region_is_read_up_to_the_region(folder):
    start = start_from("nothing", "", np.zeros(GRID.shape, bool))
    header = LogHeader(case_id="c", shape=GRID.shape, unit="mm", started_at="2026-01-02T03:04:05", start=start)
    first, second = drilled("amy", 1).mask, drilled("amy", 2).mask
    strokes = [Stroke(diameter=1.0, positions=((k, 2, 3),), began_s=k, at_s=k + 0.5) for k in (1, 2)]
    saved = [Saved(surgeon="amy", at_s=k, region_sha256=region_hash(mask)) for k, mask in ((1.5, first), (2.5, second))]
    earlier = DrillLog(header=header, events=(strokes[0], saved[0]))
    later = DrillLog(header=header, events=(strokes[0], saved[0], strokes[1], saved[1]))
    write_annotation(folder, Annotation("amy", second, later.burr_positions(), later), GRID)
    assert read_case(folder, folder, TEMPORAL_BONE).annotation("amy").log == later
    write_volume(Volume(first, GRID), annotation_path(folder, "amy"))
    read = read_case(folder, folder, TEMPORAL_BONE).annotation("amy")
    assert read.log == earlier
    assert read.burr_positions.tolist() == [[1, 2, 3]]
    write_volume(Volume(~first, GRID), annotation_path(folder, "amy"))
    assert read_case(folder, folder, TEMPORAL_BONE).annotation("amy").log is None


def test_a_damaged_tool_log_names_its_file(folder):
    drill_log_path(folder, "bo").parent.mkdir()
    drill_log_path(folder, "bo").write_text("no log\n")
    with pytest.raises(InputError, match=r"bo\.jsonl"):
        read_case(folder, folder, TEMPORAL_BONE)


def test_the_grid_of_a_folder_is_that_of_its_first_file(folder, tmp_path):
    assert grid_of_case(folder).matches(GRID)
    (folder / "structures.nii.gz").unlink()
    assert grid_of_case(folder).matches(GRID)
    with pytest.raises(InputError, match="holds none"):
        grid_of_case(tmp_path / "nowhere")
