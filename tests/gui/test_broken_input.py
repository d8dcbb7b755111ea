"""Broken files and folders, opened as people open them: a message each, and a viewer that goes on."""

import gzip
from pathlib import Path

import nibabel
import numpy as np
import pytest
from napari.utils.notifications import notification_manager
from qtpy.QtCore import QTimer

from napari_rpdl.data.nifti import write_volume
from napari_rpdl.errors import InputError
from napari_rpdl.gui.contributions import get_reader

NOISE = np.random.default_rng(0).bytes(2000)


def truncated_nifti(folder: Path) -> Path:
    nibabel.Nifti1Image(np.ones((20, 20, 20), np.uint8), np.eye(4)).to_filename(folder / "whole.nii")
    (folder / "half.nii").write_bytes((folder / "whole.nii").read_bytes()[:900])
    return folder / "half.nii"


def four_dimensions(folder: Path) -> Path:
    nibabel.Nifti1Image(np.zeros((4, 4, 4, 4), np.uint8), np.eye(4)).to_filename(folder / "four.nii.gz")
    return folder / "four.nii.gz"


def written(name: str, content: bytes):
    def write(folder: Path) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path if "/" not in name else path.parent

    return write


BROKEN = {
    "noise.nii": written("noise.nii", NOISE),
    "noise.nii.gz": written("noise.nii.gz", NOISE),
    "zipped noise": written("zipped.nii.gz", gzip.compress(NOISE)),
    "empty.nii": written("empty.nii", b""),
    "truncated": truncated_nifti,
    "4-D": four_dimensions,
    "noise.npy": written("noise.npy", NOISE),
    "empty.npy": written("empty.npy", b""),
    "dataset of noise": written("dataset/dataset.json", NOISE),
    "dataset of a list": written("dataset/dataset.json", b"[]"),
    "dataset without cases": written("dataset/dataset.json", b'{"format_version": 1}'),
    "case of noise": written("case/structures.nii.gz", NOISE),
}


@pytest.mark.parametrize("make", BROKEN.values(), ids=BROKEN.keys())
def test_a_reader_refuses_in_words(tmp_path, make) -> None:
    path = make(tmp_path)
    reader = get_reader(str(path))
    assert reader is not None
    with pytest.raises(InputError) as refused:
        reader(str(path))
    assert len(str(refused.value)) > 30


def test_a_viewer_tells_of_broken_files_and_goes_on(make_napari_viewer_proxy, qtbot, tmp_path, small_case) -> None:
    viewer = make_napari_viewer_proxy()
    with notification_manager:
        for name in ("noise.nii.gz", "noise.npy", "dataset of noise", "case of noise"):
            path, before = BROKEN[name](tmp_path), len(notification_manager.records)
            QTimer.singleShot(0, lambda path=path: viewer.open(str(path), plugin="napari-rpdl"))
            qtbot.waitUntil(lambda before=before: len(notification_manager.records) > before, timeout=5000)
            assert str(notification_manager.records[-1].severity) == "error"
    assert len(viewer.layers) == 0
    write_volume(small_case.structures, tmp_path / "bone.nii.gz")
    viewer.open(str(tmp_path / "bone.nii.gz"), plugin="napari-rpdl")
    assert [layer.name for layer in viewer.layers] == ["bone"]


def test_files_that_are_none_of_ours_stay_with_napari(tmp_path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "noise.bin").write_bytes(NOISE)
    assert get_reader(str(tmp_path / "folder")) is None
    assert get_reader(str(tmp_path / "noise.bin")) is None
    assert get_reader([]) is None
