import io
import pickle
import struct

import numpy as np
import pytest

from napari_rpdl.data.arrays import array_from_bytes, map_array, parse_header
from napari_rpdl.errors import InputError


def with_header(text, *, version=(1, 0), values=b""):
    raw = text.encode("latin1")
    length = struct.pack("<H" if version == (1, 0) else "<I", len(raw))
    return b"\x93NUMPY" + bytes(version) + length + raw + values


def saved(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["int8", ">i4", "float32"])
def test_mapped_and_read_arrays_are_what_numpy_saved(tmp_path, order, dtype):
    array = np.asarray(np.arange(24).reshape(2, 3, 4), dtype=dtype, order=order)
    path = tmp_path / "a.npy"
    np.save(path, array)
    mapped = map_array(path)
    assert isinstance(mapped, np.memmap)
    assert not mapped.flags.writeable
    np.testing.assert_array_equal(mapped, array)
    np.testing.assert_array_equal(array_from_bytes(path.read_bytes(), "a"), array)


HOSTILE = {
    "empty": b"",
    "random": bytes(range(256)) * 40,
    "magic only": b"\x93NUMPY\x01\x00",
    "cut header": saved(np.zeros(3))[:40],
    "future version": with_header("{}", version=(9, 0)),
    "not a dictionary": with_header("[1, 2]\n"),
    "code": with_header("__import__('os').system('true')\n"),
    "deep nesting": with_header("(" * 9000 + "\n"),
    "long header": with_header(" " * 60_000 + "\n"),
    "4 GB header": b"\x93NUMPY\x02\x00" + b"\xff\xff\xff\x7f",
    "negative axis": with_header("{'descr': '|i1', 'fortran_order': False, 'shape': (-1, 4)}\n"),
    "huge axes": with_header("{'descr': '|i1', 'fortran_order': False, 'shape': (9999999999, 9999999999)}\n"),
    "no values": with_header("{'descr': '|i1', 'fortran_order': False, 'shape': (0, 3)}\n"),
    "odd dtype": with_header("{'descr': [], 'fortran_order': False, 'shape': (1,)}\n"),
    "unknown dtype": with_header("{'descr': 'nonsense', 'fortran_order': False, 'shape': (1,)}\n"),
    "objects": saved(np.array([{}, None], dtype=object), allow_pickle=True),
    "pickle": pickle.dumps([1, 2, 3]),
    "cut values": saved(np.zeros(100))[:-1],
    "values after the end": saved(np.zeros(100)) + b"x",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_a_clear_error(tmp_path, name):
    path = tmp_path / "hostile.npy"
    path.write_bytes(HOSTILE[name])
    with pytest.raises(InputError, match=r"hostile\.npy"):
        map_array(path)
    with pytest.raises(InputError, match="in memory"):
        array_from_bytes(HOSTILE[name], "in memory")


def test_a_missing_file_is_a_clear_error(tmp_path):
    with pytest.raises(InputError, match="Could not read"):
        map_array(tmp_path / "missing.npy")


def test_the_header_of_format_2_is_understood():
    file = io.BytesIO()
    np.lib.format.write_array(file, np.zeros((2, 5), np.int16), version=(2, 0))
    header = parse_header(file.getvalue(), "a")
    assert header.shape == (2, 5)
    assert header.dtype == np.int16
    assert header.end == len(file.getvalue())
