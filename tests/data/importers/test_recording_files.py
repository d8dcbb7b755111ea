import zipfile

import numpy as np
import pytest

from napari_rpdl.data.importers.recording_files import find_recordings
from napari_rpdl.errors import InputError

POSITIONS = np.array([[1, 2, 3], [4, 5, 255]], np.uint8)


def read_all(path):
    return [recording.read() for recording in find_recordings(path)]


def test_an_archive_names_surgeon_and_repetition(tmp_path):
    np.savez(tmp_path / "r.npz", surgeon3_rep2=POSITIONS)
    (recording,) = find_recordings(tmp_path / "r.npz")
    assert (recording.surgeon, recording.repetition) == ("surgeon3", 2)
    assert recording.read().dtype == np.float32
    np.testing.assert_array_equal(recording.read(), POSITIONS)


@pytest.mark.parametrize(("name", "expected"), [("surgeon2_rep3", ("surgeon2", 3)), ("anna", ("anna", 1))])
@pytest.mark.parametrize("suffix", [".npy", ".csv"])
def test_a_single_recording_is_named_by_its_file(tmp_path, name, expected, suffix):
    path = tmp_path / f"{name}{suffix}"
    if suffix == ".npy":
        np.save(path, POSITIONS)
    else:
        path.write_text("a,b,c\n1,2,3\n4,5,255\n")
    (recording,) = find_recordings(path)
    assert (recording.surgeon, recording.repetition) == expected
    np.testing.assert_array_equal(recording.read(), POSITIONS)


def test_a_table_without_names_keeps_its_first_line(tmp_path):
    (tmp_path / "anna.csv").write_text("1,2,3\n4,5,255\n")
    np.testing.assert_array_equal(read_all(tmp_path / "anna.csv")[0], POSITIONS)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (POSITIONS[:, :2], "3 columns"),
        (POSITIONS[0], "3 columns"),
        (np.zeros((0, 3)), "empty"),
        (np.array([[0.0, np.nan, 0]]), "from 0 to 255"),
        (np.array([[0, 256, 0]]), "from 0 to 255"),
        (np.array([[0, -1, 0]]), "from 0 to 255"),
        (np.zeros((2, 3), complex), "3 columns"),
        (np.zeros((2, 3), bool), "3 columns"),
        (np.array([["a", "b", "c"]]), "3 columns"),
    ],
)
def test_other_arrays_are_refused(tmp_path, array, message):
    np.savez(tmp_path / "r.npz", surgeon1_rep1=array)
    with pytest.raises(InputError, match=message):
        read_all(tmp_path / "r.npz")


def test_other_names_are_refused_with_the_naming(tmp_path):
    np.savez(tmp_path / "r.npz", positions=POSITIONS)
    with pytest.raises(InputError, match=r"surgeon<i>_rep<j>"):
        find_recordings(tmp_path / "r.npz")


def test_pickles_are_refused(tmp_path):
    np.savez(tmp_path / "r.npz", surgeon1_rep1=np.array([{}], dtype=object))
    with pytest.raises(InputError, match="a pickle"):
        read_all(tmp_path / "r.npz")


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path):
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("surgeon1_rep1.npy", "w") as file:
        for _ in range(70):
            file.write(bytes(1 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(InputError, match="unpacks to 70 MB"):
        find_recordings(path)


def test_damaged_archives_are_clear_errors(tmp_path):
    np.savez(tmp_path / "whole.npz", surgeon1_rep1=np.arange(3000).reshape(-1, 3) % 256)
    whole = (tmp_path / "whole.npz").read_bytes()
    flipped = bytearray(whole)
    flipped[400] ^= 255
    for name, raw in {"cut": whole[:-40], "random": bytes(range(256)), "empty": b"", "flipped": bytes(flipped)}.items():
        (tmp_path / f"{name}.npz").write_bytes(raw)
        with pytest.raises(InputError, match=rf"{name}\.npz"):
            read_all(tmp_path / f"{name}.npz")


@pytest.mark.parametrize("name", ["missing.npz", "missing.npy", "missing.csv", "movie.mp4", "noise.csv"])
def test_unreadable_files_are_clear_errors(tmp_path, name):
    (tmp_path / "noise.csv").write_text("z,y,x\n1,2,three\n")
    with pytest.raises(InputError, match=name):
        read_all(tmp_path / name)
