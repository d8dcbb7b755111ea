from itertools import combinations

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.importers.recordings import drilled_mask, import_recordings
from napari_rpdl.errors import InputError
from napari_rpdl.events import Progressed, Said
from napari_rpdl.settings import RecordingSettings


def swept_by_scipy(positions, radius, grid):
    """The definition, spelled out: distance transform on the whole grid, mean of blocks."""
    outside = np.ones((256, 256, 256), bool)
    outside[tuple(np.asarray(positions).T)] = False
    fine = distance_transform_edt(outside) <= radius
    factor = 256 // grid
    return fine.reshape(grid, factor, grid, factor, grid, factor).mean(axis=(1, 3, 5)) >= 0.5


def test_the_swept_region_is_that_of_a_full_distance_transform():
    random = np.random.default_rng(3)
    positions = np.vstack([random.integers(0, 40, (50, 3)), [[255, 0, 128]]])
    np.testing.assert_array_equal(drilled_mask(positions, 7.3, 64), swept_by_scipy(positions, 7.3, 64))


def test_a_ball_has_the_voxels_that_one_counts():
    mask = drilled_mask(np.array([[100, 50, 200]]), 5, 256)
    z, y, x = np.ogrid[:256, :256, :256]
    np.testing.assert_array_equal(mask, (z - 100) ** 2 + (y - 50) ** 2 + (x - 200) ** 2 <= 25)


def test_a_ball_is_cut_at_the_border_and_positions_are_rounded():
    mask = drilled_mask(np.array([[0.4, 0.4, 0.4]]), 1, 256)
    assert sorted(map(tuple, np.argwhere(mask))) == [(0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0)]


def test_a_grid_that_does_not_divide_is_refused():
    with pytest.raises(InputError, match="divides 256"):
        drilled_mask(np.zeros((1, 3)), 4, 60)


@pytest.fixture
def two_by_two(tmp_path):
    random = np.random.default_rng(1)
    path = tmp_path / "recordings.npz"
    np.savez_compressed(
        path, **{f"surgeon{i}_rep{j}": random.integers(100, 140, (30, 3), np.uint8) for i in (1, 2) for j in (1, 2)}
    )
    return path


def test_repetitions_are_cases_of_one_bone_and_keep_the_order(tmp_path, two_by_two):
    events = list(import_recordings(two_by_two, tmp_path / "out", RecordingSettings(radius=6, grid=32)))
    assert events[-1] == Progressed("sweeping the burr", 4, 4)
    dataset = Dataset.open(tmp_path / "out")
    assert dataset.case_ids == ("bone_1_rep_1", "bone_1_rep_2")
    assert {dataset.bone_of(case_id) for case_id in dataset.case_ids} == {"bone_1"}
    annotation = dataset.case("bone_1_rep_2").annotation("surgeon2")
    recorded = np.load(two_by_two)["surgeon2_rep2"]
    assert annotation.burr_positions is not None
    # Field of view kept: the centre of fine voxel p lies at (p + 0.5) / 8 coarse voxel widths from the edge.
    np.testing.assert_allclose((annotation.burr_positions + 0.5) * 8 - 0.5, recorded, atol=1e-3)
    np.testing.assert_array_equal(annotation.mask, swept_by_scipy(recorded, 6, 32))


def test_a_missing_repetition_is_said(tmp_path):
    positions = np.full((3, 3), 100, np.uint8)
    np.savez(tmp_path / "r.npz", surgeon1_rep1=positions, surgeon2_rep1=positions, surgeon1_rep2=positions)
    events = list(import_recordings(tmp_path / "r.npz", tmp_path / "out", RecordingSettings()))
    assert [e.text for e in events if isinstance(e, Said)] == ["bone_1_rep_2 has no recording by surgeon2."]
    assert Dataset.open(tmp_path / "out").case("bone_1_rep_2").surgeons == ("surgeon1",)


def test_surgeons_are_in_the_order_of_their_numbers(tmp_path):
    positions = np.full((3, 3), 100, np.uint8)
    np.savez(tmp_path / "r.npz", **{f"surgeon{i}_rep1": positions for i in (10, 2, 1)})
    list(import_recordings(tmp_path / "r.npz", tmp_path / "out", RecordingSettings()))
    dataset = Dataset.open(tmp_path / "out")
    assert dataset.surgeons == dataset.case("bone_1_rep_1").surgeons == ("surgeon1", "surgeon2", "surgeon10")


def test_a_burr_too_small_for_the_grid_is_an_error(tmp_path, two_by_two):
    with pytest.raises(InputError, match="larger radius"):
        list(import_recordings(two_by_two, tmp_path / "out", RecordingSettings(radius=0.1, grid=8)))
    assert not (tmp_path / "out" / "dataset.json").exists()


def dice(a, b):
    return 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))


@pytest.mark.real_data
def test_the_published_recordings_agree_as_their_readme_says(tmp_path, cm_recordings):
    list(import_recordings(cm_recordings / "recordings.npz", tmp_path / "out", RecordingSettings(radius=8, grid=64)))
    drilled = [(a.surgeon, a.mask) for case in Dataset.open(tmp_path / "out") for a in case.annotations]
    assert len(drilled) == 21
    within = [dice(a, b) for (s, a), (t, b) in combinations(drilled, 2) if s == t]
    between = [dice(a, b) for (s, a), (t, b) in combinations(drilled, 2) if s != t]
    assert np.mean(within) == pytest.approx(0.82, abs=0.005)
    assert np.mean(between) == pytest.approx(0.69, abs=0.005)
