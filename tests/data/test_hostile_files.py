"""Files that are cut short, random, or made to do harm: one clear error, bounded memory."""

import gzip
import itertools
import json
import os
import pickle
import struct
import tracemalloc
from contextlib import contextmanager

import numpy as np
import pytest

from napari_rpdl.data.case import Annotation
from napari_rpdl.data.dataset import Dataset, read_case_folder, write_annotation
from napari_rpdl.data.nifti import read_grid, read_mask, read_volume
from napari_rpdl.errors import InputError

MEGABYTE = 2**20


@contextmanager
def bounded(megabytes=8):
    """Fail if the block takes more memory than ``megabytes`` at any time."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < megabytes * MEGABYTE


@contextmanager
def refused(match="", megabytes=8):
    """Expect an InputError, and no more memory than ``megabytes``."""
    with bounded(megabytes), pytest.raises(InputError, match=match):
        yield


def patched(path, **fields):
    """Overwrite fields of an uncompressed NIfTI-1 file and return its path."""
    places = {"sizeof_hdr": ("<i", 0), "dim": ("<8h", 40), "datatype": ("<h", 70), "pixdim": ("<8f", 76)}
    places |= {"vox_offset": ("<f", 108), "slope": ("<f", 112), "inter": ("<f", 116), "units": ("<B", 123)}
    places |= {"qform_code": ("<h", 252), "sform_code": ("<h", 254), "quatern": ("<3f", 256)}
    places |= {"srow": ("<12f", 280), "magic": ("<4s", 344)}
    raw = bytearray(path.read_bytes())
    for name, value in fields.items():
        kind, place = places[name]
        struct.pack_into(kind, raw, place, *(value if isinstance(value, tuple) else (value,)))
    path.write_bytes(raw)
    return path


@pytest.fixture
def plain(write_nifti, numbered):
    return write_nifti(numbered, name="plain.nii")


@pytest.fixture
def packed(write_nifti, numbered):
    return write_nifti(numbered, name="packed.nii.gz")


@pytest.mark.parametrize("kept", [0, 1, 2, 3, 4, 100, 347, 348, 351, 352, 353, 700, 771])
def test_a_cut_file_is_refused(kept, plain):
    plain.write_bytes(plain.read_bytes()[:kept])
    with refused(r"plain\.nii"):
        read_volume(plain)


def test_a_gzip_file_cut_anywhere_is_refused(packed):
    whole = packed.read_bytes()
    for kept in range(len(whole)):
        packed.write_bytes(whole[:kept])
        with pytest.raises(InputError, match=r"packed\.nii\.gz"):
            read_volume(packed)


def test_a_flipped_bit_in_gzip_data_is_noticed(packed, plain):
    whole = gzip.compress(plain.read_bytes(), mtime=0)
    for place in range(10, len(whole)):
        packed.write_bytes(whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :])
        with pytest.raises(InputError):
            read_volume(packed)


@pytest.mark.parametrize(
    "start", [b"", b"\x1f\x8b", b"\x1f\x8b\x08\x00", struct.pack("<i", 348), struct.pack(">i", 540)]
)
def test_random_bytes_are_refused(start, tmp_path):
    random = np.random.default_rng(0)
    path = tmp_path / "random.nii"
    for _ in range(100):
        path.write_bytes(start + random.bytes(2000))
        with pytest.raises(InputError, match="random"):
            read_volume(path)


def test_no_byte_of_a_header_can_crash_the_reader(plain):
    whole = plain.read_bytes()
    refusals = []
    with bounded():
        for place, value in itertools.product(range(352), (0, 127, 255)):
            plain.write_bytes(whole[:place] + bytes([value]) + whole[place + 1 :])
            try:
                read_volume(plain)
            except InputError as error:
                refusals.append(str(error))
    assert len(refusals) > 50
    assert all("plain.nii" in refusal for refusal in refusals)


@pytest.mark.parametrize(
    "fields",
    [
        {"sizeof_hdr": 347},
        {"magic": b"nope"},
        {"magic": b"ni1\0"},
        {"dim": (0, 5, 6, 7, 1, 1, 1, 1)},
        {"dim": (3, 0, 6, 7, 1, 1, 1, 1)},
        {"dim": (3, -5, 6, 7, 1, 1, 1, 1)},
        {"dim": (2, 5, 6, 7, 1, 1, 1, 1)},
        {"dim": (3, 5, 6, 8, 1, 1, 1, 1)},
        {"dim": (3, 1000, 1000, 1000, 1, 1, 1, 1)},
        {"dim": (3, 32767, 32767, 32767, 1, 1, 1, 1)},
        {"datatype": 0},
        {"datatype": 1},
        {"datatype": 128},
        {"datatype": 1536},
        {"datatype": 999},
        {"vox_offset": 100.0},
        {"vox_offset": -1.0},
        {"vox_offset": 1e30},
        {"vox_offset": float("nan")},
        {"slope": 2.0, "inter": float("nan")},
        {"units": 7},
        {"srow": (float("nan"),) * 12},
        {"srow": (float("inf"),) * 12},
        {"srow": (0.0,) * 12},
        {"srow": (1.0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0)},
        {"sform_code": 0, "qform_code": 1, "quatern": (9.0, 9.0, 9.0)},
        {"sform_code": 0, "qform_code": 1, "pixdim": (1.0, -1, 1, 1, 0, 0, 0, 0)},
        {"sform_code": 0, "qform_code": 0, "pixdim": (1.0, 0, 1, 1, 0, 0, 0, 0)},
    ],
    ids=str,
)
def test_impossible_headers_are_refused(fields, plain):
    with refused(r"plain\.nii"):
        read_volume(patched(plain, **fields))


@pytest.mark.parametrize("name", ["huge.nii", "huge.nii.gz"])
def test_huge_announced_sizes_are_refused_before_memory_is_taken(name, plain):
    raw = patched(plain, dim=(3, 1024, 1024, 1024, 1, 1, 1, 1)).read_bytes()
    path = plain.with_name(name)
    path.write_bytes(gzip.compress(raw) if name.endswith("gz") else raw)
    with refused("cut short", megabytes=1):
        read_volume(path)


def test_a_gzip_bomb_is_read_only_as_far_as_its_header_says(plain, numbered):
    path = plain.with_name("bomb.nii.gz")
    zeros = gzip.compress(bytes(16 * MEGABYTE))
    path.write_bytes(gzip.compress(plain.read_bytes()) + zeros * 64)
    with bounded(2):
        np.testing.assert_array_equal(read_volume(path).voxels, numbered.transpose())


def test_a_gzip_bomb_on_another_grid_is_refused_before_it_is_unpacked(plain, small_case):
    raw = patched(plain, dim=(3, 512, 512, 512, 1, 1, 1, 1)).read_bytes()
    path = plain.with_name("bomb.nii.gz")
    path.write_bytes(gzip.compress(raw) + gzip.compress(bytes(16 * MEGABYTE)) * 16)
    with refused("512, 512, 512", megabytes=2):
        read_mask(path, small_case.grid)


def test_a_bomb_of_header_extensions_is_refused(plain):
    raw = patched(plain, vox_offset=2.0**26).read_bytes()[:352]
    path = plain.with_name("bomb.nii.gz")
    path.write_bytes(gzip.compress(raw) + gzip.compress(bytes(16 * MEGABYTE)) * 8)
    with refused("cannot be", megabytes=2):
        read_grid(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_does_not_make_the_reader_wait(tmp_path):
    os.mkfifo(tmp_path / "pipe.nii")
    with refused("no such file"):
        read_volume(tmp_path / "pipe.nii")


def dataset_json(**changes):
    """A valid dataset.json with some fields changed."""
    case = {"case_id": "bone_1", "bone": "bone_1", "side": "right"}
    valid = {"format_version": 1, "name": "n", "structures": [], "surgeons": ["a"], "origin": "", "licence": ""}
    return json.dumps(valid | {"cases": [case]} | changes)


HOSTILE_JSON = {
    "empty": "",
    "no object": "[]",
    "cut short": dataset_json()[:-5],
    "deep": "[" * 200_000,
    "deep inside": dataset_json(name="x").replace('"x"', '{"a":' * 10_000),
    "next version": dataset_json(format_version=2),
    "no version": dataset_json().replace('"format_version": 1, ', ""),
    "unknown field": dataset_json(colour="red"),
    "number as name": dataset_json(name=7),
    "endless name": dataset_json(name="x" * 201),
    "no cases": dataset_json(cases=[]),
    "wrong case": dataset_json(cases=[7]),
    "up": dataset_json(cases=[{"case_id": "../x"}]),
    "absolute": dataset_json(cases=[{"case_id": "/etc"}]),
    "dot": dataset_json(cases=[{"case_id": "."}]),
    "null byte": dataset_json(cases=[{"case_id": "a\0b"}]),
    "device": dataset_json(cases=[{"case_id": "con"}]),
    "bone up": dataset_json(cases=[{"case_id": "a", "bone": "../b"}]),
    "third ear": dataset_json(cases=[{"case_id": "a", "side": "middle"}]),
    "same case": dataset_json(cases=[{"case_id": "a"}, {"case_id": "A"}]),
    "same surgeon": dataset_json(surgeons=["a", "A"]),
    "surgeon up": dataset_json(surgeons=["../a"]),
    "many surgeons": dataset_json(surgeons=[f"s{i}" for i in range(1001)]),
    "many wrong cases": dataset_json(cases=[0] * 100_000),
    "too many cases": dataset_json(cases=[{"case_id": f"c{i}"} for i in range(100_001)]),
    "same code": dataset_json(structures=[{"code": 1, "name": "a", "color": "#000000", "role": "bone"}] * 2),
    "wrong colour": dataset_json(structures=[{"code": 1, "name": "a", "color": "red", "role": "bone"}]),
    "code 300": dataset_json(structures=[{"code": 300, "name": "a", "color": "#000000", "role": "bone"}]),
}


@pytest.mark.parametrize("text", HOSTILE_JSON.values(), ids=HOSTILE_JSON)
def test_hostile_dataset_json_is_refused_in_a_short_sentence(text, tmp_path):
    (tmp_path / "dataset.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"dataset\.json") as error:
        Dataset.open(tmp_path)
    assert len(str(error.value)) < 500


def test_the_valid_one_is_read(tmp_path):
    (tmp_path / "dataset.json").write_text(dataset_json(), encoding="utf-8")
    assert Dataset.open(tmp_path).case_ids == ("bone_1",)


def test_random_bytes_as_dataset_json_are_refused(tmp_path):
    (tmp_path / "dataset.json").write_bytes(np.random.default_rng(0).bytes(5000))
    with refused(r"dataset\.json", megabytes=64):
        Dataset.open(tmp_path)


def test_an_endless_dataset_json_is_not_read(tmp_path):
    with (tmp_path / "dataset.json").open("wb") as file:
        file.truncate(2**33)
    with refused("larger", megabytes=64):
        Dataset.open(tmp_path)


def case_folder(dataset, case_id="bone_1"):
    return dataset.folder / "cases" / case_id


@pytest.mark.parametrize(
    "link", ["structures.nii.gz", "annotations/surgeon_1.nii.gz", "annotations", "burr_positions", "."]
)
def test_links_out_of_the_dataset_are_refused(link, small_dataset, tmp_path):
    outside = tmp_path / "outside"
    inside = case_folder(small_dataset) / link
    if inside.exists():
        inside.rename(outside)
    else:
        outside.mkdir()
    inside.symlink_to(outside)
    with refused("leads out of"):
        small_dataset.case("bone_1")


def test_links_within_the_dataset_are_followed(small_dataset):
    first, second = case_folder(small_dataset), case_folder(small_dataset, "bone_2")
    (second / "structures.nii.gz").unlink()
    (second / "structures.nii.gz").symlink_to(first / "structures.nii.gz")
    np.testing.assert_array_equal(small_dataset.case("bone_2").labels(), small_dataset.case("bone_1").labels())


def test_a_link_to_itself_is_refused(small_dataset):
    path = case_folder(small_dataset) / "annotations" / "surgeon_1.nii.gz"
    path.unlink()
    path.symlink_to(path)
    with refused("surgeon_1"):
        small_dataset.case("bone_1")


def test_a_case_folder_alone_may_not_lead_out_either(small_dataset, tmp_path):
    alone = case_folder(small_dataset).rename(tmp_path / "alone")
    (alone / "ct.nii.gz").symlink_to(case_folder(small_dataset, "bone_2") / "structures.nii.gz")
    with refused("leads out of"):
        read_case_folder(alone)


class _Harm:
    def __reduce__(self):
        return (os._exit, (1,))


def npy(shape, data=b"", dtype="<f4", order=False):
    header = f"{{'descr': '{dtype}', 'fortran_order': {order}, 'shape': {shape}}}".encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


HOSTILE_NPY = {
    "empty": b"",
    "random": np.random.default_rng(0).bytes(300),
    "pickle": pickle.dumps(_Harm()),
    "pickle in npy": npy((1,), pickle.dumps(_Harm()), "|O"),
    "huge": npy((2**40, 3), bytes(120)),
    "overflow": npy((2**62, 3), bytes(120)),
    "overflow to nothing": npy((2**63, 2**63, 3), bytes(120)),
    "negative": npy((-1, 3), bytes(120)),
    "code in header": npy("(__import__('os')._exit(1), 3)", bytes(120)),
    "deep header": npy("(" * 90, bytes(120)),
    "cut short": npy((20, 3), bytes(120)),
    "doubles": npy((5, 3), bytes(120), "<f8"),
    "two columns": npy((15, 2), bytes(120)),
    "flat": npy((30,), bytes(120)),
    "nan": npy((10, 3), struct.pack("<30f", *[float("nan")] * 30)),
}


@pytest.mark.parametrize("raw", HOSTILE_NPY.values(), ids=HOSTILE_NPY)
def test_hostile_burr_positions_are_refused(raw, small_dataset):
    path = case_folder(small_dataset) / "burr_positions" / "surgeon_1.npy"
    path.parent.mkdir()
    path.write_bytes(raw)
    with refused(r"surgeon_1\.npy"):
        small_dataset.case("bone_1")


def test_burr_positions_of_either_order_are_read(small_dataset, small_case):
    path = case_folder(small_dataset) / "burr_positions" / "surgeon_1.npy"
    positions = np.arange(30, dtype=np.float32).reshape(10, 3)
    write_annotation(
        case_folder(small_dataset), Annotation("surgeon_1", small_case.masks()[0], positions), small_case.grid
    )
    np.testing.assert_array_equal(small_dataset.case("bone_1").annotations[0].burr_positions, positions)
    np.save(path, np.asfortranarray(positions.astype(">f4")))
    read = small_dataset.case("bone_1").annotations[0].burr_positions
    np.testing.assert_array_equal(read, positions)
    assert read.dtype == np.float32
