import os
import pickle
import zipfile

import pytest
import torch
from torch import nn

from napari_rpdl.errors import InputError
from napari_rpdl.learning.networks import state_dict
from napari_rpdl.learning.networks.state_dict import read_state_dict

PLAIN = {"conv.weight": torch.arange(6.0).reshape(2, 3), "count": torch.tensor(3)}


class Bomb:
    """What a hostile file holds: a call that runs when it is unpickled."""

    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return os.mkdir, (self.target,)


@pytest.fixture
def saved(tmp_path):
    def save(content, **options):
        path = tmp_path / "weights.pth"
        torch.save(content, path, **options)
        return path

    return save


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize(
    "content",
    [PLAIN, {"state_dict": PLAIN, "epoch": 1}, {"state_dict": {f"module.{k}": v for k, v in PLAIN.items()}}],
    ids=["bare", "wrapped", "of DataParallel"],
)
def test_plain_weights_come_by_their_names(saved, content, zipped):
    read = read_state_dict(saved(content, _use_new_zipfile_serialization=zipped))
    assert read.keys() == PLAIN.keys()
    assert all(torch.equal(read[name], PLAIN[name]) for name in PLAIN)


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_nothing_in_a_hostile_pickle_is_executed(tmp_path, saved, protocol):
    target = tmp_path / "executed"
    path = tmp_path / "bare.pth"
    path.write_bytes(pickle.dumps({"w": Bomb(str(target))}, protocol=protocol))
    for hostile in (path, saved({"w": Bomb(str(target))})):
        with pytest.raises(InputError, match="could not be read as weights"):
            read_state_dict(hostile)
    assert not target.exists()


@pytest.mark.parametrize("content", [nn.Linear(2, 2), {"a": object()}])
def test_pickled_objects_are_refused(saved, content):
    with pytest.raises(InputError, match="Only a plain PyTorch state dict"):
        read_state_dict(saved(content))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ([torch.zeros(1)], "holds list"),
        ({}, "holds dict"),
        ({"state_dict": {}}, "holds dict"),
        ({"epoch": 3}, "holds int under the name 'epoch'"),
        ({"nested": {"w": torch.zeros(1)}}, "holds dict under the name 'nested'"),
        ({3: torch.zeros(1)}, "under the name '3'"),
        ({"w": torch.eye(2).to_sparse()}, "Tensor under the name 'w'"),
        ({"w": torch.zeros(1).expand(2**40)}, "unusual tensor"),
        ({"w": torch.zeros(1, dtype=torch.complex64)}, "unusual tensor"),
        ({"w": torch.tensor([float("nan")])}, "not finite"),
    ],
)
def test_whatever_is_not_names_and_dense_finite_tensors_is_refused(saved, content, says):
    with pytest.raises(InputError, match=says):
        read_state_dict(saved(content))


@pytest.mark.parametrize("keep", [0, 1, 100, 400, -20])
def test_a_truncated_file_is_refused(saved, keep):
    path = saved(PLAIN)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match=r"could not be read as weights|damaged archive"):
        read_state_dict(path)


@pytest.mark.parametrize(
    "content",
    [b"hello", b"\x80\x02}q\x00.", b"PK\x05\x06" + 18 * b"\0", b"PK\x05\x06\x01" + 17 * b"\0", b"\x80\x02.", b"(" * 99],
)
def test_foreign_bytes_are_refused(tmp_path, content):
    path = tmp_path / "weights.pth"
    path.write_bytes(content)
    with pytest.raises(InputError, match="Only a plain PyTorch state dict"):
        read_state_dict(path)


def test_what_would_grow_beyond_the_bound_is_never_unpacked(tmp_path, saved, monkeypatch):
    path = tmp_path / "bomb.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb/data/0", bytes(1 << 20))
    assert path.stat().st_size < 1 << 14
    monkeypatch.setattr(state_dict, "LARGEST_BYTES", 1 << 16)
    for large in (path, saved({"w": torch.zeros(1 << 15)})):
        with pytest.raises(InputError, match="bytes once unpacked"):
            read_state_dict(large)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"There is no file .*nowhere"):
        read_state_dict(tmp_path / "nowhere.pth")
