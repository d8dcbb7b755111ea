import subprocess

import numpy as np
import pytest

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.data.importers import cm_arrays
from napari_rpdl.data.importers.cm_arrays import git_blob_id, import_cm_arrays
from napari_rpdl.data.structures import PUBLISHED_CM
from napari_rpdl.errors import InputError
from napari_rpdl.events import Progressed, Said

BONES, SURGEONS, SHAPE = 2, 3, (8, 9, 10)


@pytest.fixture
def arrays():
    random = np.random.default_rng(0)
    bones = random.integers(0, 14, (BONES, *SHAPE)).astype(np.int8)
    regions = random.integers(0, 2, (BONES * SURGEONS, *SHAPE)).astype(np.int8)
    return bones.repeat(SURGEONS, axis=0), regions


def run(tmp_path, x, y, **options):
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", y)
    options = {"bones": BONES, "surgeons": SURGEONS} | options
    return list(import_cm_arrays(tmp_path / "x.npy", tmp_path / "y.npy", tmp_path / "out", **options))


def test_every_element_arrives_at_its_bone_and_surgeon(tmp_path, arrays):
    x, y = arrays
    events = run(tmp_path, x, y)
    assert events[-1] == Progressed("importing bones", BONES, BONES)
    dataset = Dataset.open(tmp_path / "out")
    assert dataset.case_ids == ("bone_1", "bone_2")
    assert dataset.surgeons == ("surgeon_1", "surgeon_2", "surgeon_3")
    assert dataset.table == PUBLISHED_CM
    assert "MIT" in dataset.licence
    for bone, case in enumerate(dataset):
        assert case.grid.spacing_mm is None
        np.testing.assert_array_equal(case.labels(), x[bone * SURGEONS])
        for surgeon, mask in enumerate(case.masks()):
            np.testing.assert_array_equal(mask, y[bone * SURGEONS + surgeon])


def test_fortran_order_and_unsigned_bytes_are_read_too(tmp_path, arrays):
    x, y = arrays
    run(tmp_path, np.asfortranarray(x), y.astype(np.uint8))
    np.testing.assert_array_equal(Dataset.open(tmp_path / "out").case("bone_2").labels(), x[SURGEONS])


def changed(array, index, value):
    array = array.copy()
    array[index] = value
    return array


BAD = {
    "same for all": lambda x, y: (changed(x, (4, 0, 0, 0), (x[4, 0, 0, 0] + 1) % 14), y),
    "codes in": lambda x, y: (changed(x, (0, 0, 0, 0), 14), y),
    "but bone 1 holds -1": lambda x, y: (changed(x, (0, 0, 0, 0), -1), y),
    "to hold 0 and 1": lambda x, y: (x, changed(y, (3, 0, 0, 0), 2)),
    "nothing was drilled": lambda x, y: (x, changed(y, 5, 0)),
    "the second the drilled": lambda x, y: (y, x),
    "one shape": lambda x, y: (x[:, :-1], y),
    "to have the shape": lambda x, y: (x[:-1], y),
    "whole numbers": lambda x, y: (x.astype(np.float32), y),
    "a pickle": lambda x, y: (x.astype(object), y),
}


@pytest.mark.parametrize("message", BAD)
def test_unexpected_arrays_are_refused_and_leave_no_dataset(tmp_path, arrays, message):
    with pytest.raises(InputError, match=message):
        run(tmp_path, *BAD[message](*arrays))
    assert not (tmp_path / "out" / "dataset.json").exists()


def test_the_default_expects_the_published_size(tmp_path, arrays):
    with pytest.raises(InputError, match=r"\(63, z, y, x\)"):
        run(tmp_path, *arrays, bones=9, surgeons=7)


def test_a_folder_with_files_is_refused(tmp_path, arrays):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    with pytest.raises(InputError):
        run(tmp_path, *arrays)
    assert (tmp_path / "out" / "mine.txt").read_text() == "keep"


def test_blob_ids_are_those_of_git(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(bytes(range(256)) * 9000)
    git = subprocess.run(["git", "hash-object", "--no-filters", path], capture_output=True, text=True, check=True)
    assert git_blob_id(path) == git.stdout.strip()


def test_verification_tells_the_published_files_from_others(tmp_path, arrays, monkeypatch):
    with pytest.raises(InputError, match="not the published file"):
        run(tmp_path, *arrays, verify=True)
    monkeypatch.setattr(cm_arrays, "BLOB_X", git_blob_id(tmp_path / "x.npy"))
    monkeypatch.setattr(cm_arrays, "BLOB_Y", git_blob_id(tmp_path / "y.npy"))
    said = [event.text for event in run(tmp_path, *arrays, verify=True) if isinstance(event, Said)]
    assert said == [f"{name}.npy is the published file, byte for byte." for name in "xy"]
