"""A kill or a full disk leaves the old file or the new one."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.files import (
    files_below,
    lock_file,
    make_folder,
    only_one,
    read_text,
    replacing,
    write_text,
    write_with,
)


def test_what_is_written_is_read_back_and_nothing_else_is_left(tmp_path: Path) -> None:
    write_text(tmp_path / "new" / "a.json", "äb\n")
    assert read_text(tmp_path / "new" / "a.json") == "äb\n"
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["a.json"]


def test_write_with_gives_a_path_of_the_same_suffix(tmp_path: Path) -> None:
    write_with(tmp_path / "v.nii.gz", lambda p: p.write_text(p.name[-7:]))
    assert (tmp_path / "v.nii.gz").read_text() == ".nii.gz"


def test_a_failure_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    with pytest.raises(RuntimeError), replacing(path) as beside:
        beside.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_said_and_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    with pytest.raises(InputError, match="the disk is full"), replacing(path):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert path.read_text() == "old"


def test_a_kill_in_the_middle_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    code = (
        "import os, pathlib, sys; from napari_rpdl.files import replacing\n"
        "with replacing(pathlib.Path(sys.argv[1])) as p: p.write_text('half'); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert path.read_text() == "old"


def test_reading_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Could not read"):
        read_text(tmp_path / "missing")
    (tmp_path / "large").write_bytes(b"x" * 11)
    with pytest.raises(InputError, match="at most 10 bytes"):
        read_text(tmp_path / "large", max_bytes=10)
    (tmp_path / "binary").write_bytes(b"ab\xff")
    with pytest.raises(InputError, match="byte 2"):
        read_text(tmp_path / "binary")


def test_a_path_that_cannot_be_a_folder_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="Could not write"):
        write_text(tmp_path / "file" / "below", "x")


def test_a_lock_is_held_until_the_file_is_closed(tmp_path: Path) -> None:
    with (tmp_path / "x").open("ab") as one, (tmp_path / "x").open("ab") as other:
        assert lock_file(one)
        assert not lock_file(other)
        one.close()
        assert lock_file(other)


def test_a_folder_is_made_with_those_above_it_or_says_why_not(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"Could not make the folder .*Choose another place"):
        make_folder(tmp_path / "file" / "b")


def test_one_at_a_time_changes_a_folder(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(InputError, match="Another program"), only_one(tmp_path, wait_s=0.05):
        pass
    with only_one(tmp_path, wait_s=0.05):
        pass
    with pytest.raises(InputError, match="Copy it"), only_one(tmp_path / "nowhere"):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="makes links, for which Windows wants rights")
def test_files_behind_links_are_found_once_and_circles_end(tmp_path: Path) -> None:
    home, disk = tmp_path / "home", tmp_path / "disk"
    for folder in (home / "b", disk / "deep"):
        folder.mkdir(parents=True)
        (folder / "file").touch()
    (home / "runs").symlink_to(disk)
    (home / "a").symlink_to(home / "b")
    (disk / "back").symlink_to(home)
    assert files_below(home) == [home / "b" / "file", home / "runs" / "deep" / "file"]
    assert files_below(home, within=home) == [home / "b" / "file"]
