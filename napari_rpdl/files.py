"""Writing so that a kill leaves the old file or the new one, never half of one."""

import errno
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from napari_rpdl.errors import InputError

BESIDE = ".writing-"
"""How the names of files begin that are being written; where nobody writes, a kill left them."""
_FULL = (errno.ENOSPC, errno.EDQUOT)
_FAR_BEHIND = 1 << 40


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path beside ``path`` to write to; rename it over ``path`` at the end.

    If the block raises, the file beside is removed and ``path`` is as it was. The
    temporary name ends as ``path`` does, so that writers which look at the suffix
    (``.nii.gz``) work.

    Raises:
        InputError: the folder cannot be written, or the disk is full.
    """
    beside: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=BESIDE, suffix=f"-{path.name}", dir=path.parent)
        os.close(handle)
        beside = Path(name)
        yield beside
        _flush_to_disk(beside)
        beside.chmod(0o666 & ~_umask())
        beside.replace(path)
    except OSError as error:
        reason = "the disk is full" if error.errno in _FULL else (error.strerror or str(error))
        msg = f"Could not write {path}: {reason}. Choose another place or make room; what was there is unchanged."
        raise InputError(msg) from error
    finally:
        if beside is not None:
            beside.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, where they are missing; an InputError says why that fails."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"Could not make the folder {folder}: {error.strerror or error}. Choose another place."
        raise InputError(msg) from error


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with Unix line ends, beside and renamed."""
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def append_line(path: Path, line: str) -> None:
    """Add a line of UTF-8 text that is on the disk when this returns; half a line that a kill left stays one by itself.

    Raises:
        InputError: the file cannot be written, or the disk is full.
    """
    try:
        with path.open("ab") as file:
            start = b"" if _ends_with_line(path) else b"\n"
            file.write(start + line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        reason = error.strerror or str(error)
        msg = f"Could not write {path}: {reason}. Make room, then go on: only what was to be added is lost."
        raise InputError(msg) from error


def write_with(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill a file beside ``path``, then rename it."""
    with replacing(path) as beside:
        write(beside)


def read_text(path: Path, max_bytes: int = 16_000_000) -> str:
    """Return the UTF-8 text of a file that is not larger than ``max_bytes``.

    Raises:
        InputError: missing, unreadable, too large, or not UTF-8.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(max_bytes + 1)
    except OSError as error:
        msg = f"Could not read {path}: {error.strerror or error}."
        raise InputError(msg) from error
    if len(raw) > max_bytes:
        msg = f"Expected {path} to be at most {max_bytes} bytes; it is larger. Is it the right file?"
        raise InputError(msg)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        msg = f"Expected {path} to be UTF-8 text, but byte {error.start} is not. Is it the right file?"
        raise InputError(msg) from error


def files_below(folder: Path, within: Path | None = None) -> list[Path]:
    """Return all files in a folder and below, in the order of their paths; links to folders are followed.

    No folder is entered twice, so links in a circle do no harm; nor, where ``within`` is
    given, one that lies outside of it.
    """
    entered: set[str] = set()
    found: list[Path] = []
    for here, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(here)
        outside = within is not None and not Path(real).is_relative_to(within.resolve())
        if real in entered or outside:
            folders.clear()
            continue
        entered.add(real)
        folders.sort(key=lambda name: ((Path(here) / name).is_symlink(), name))  # by its own name first
        found += [Path(here) / name for name in files]
    return sorted(found)


def _ends_with_line(path: Path) -> bool:
    if path.stat().st_size == 0:
        return True
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _flush_to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def lock_file(file: IO[bytes]) -> bool:
    """Lock an open file for this program alone; False where another one (or another opening) holds it.

    The operating system lets go of it when the file is closed or the program dies.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            place = file.tell()
            file.seek(_FAR_BEHIND)  # Windows forbids others to read what is locked
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            file.seek(place)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def only_one(folder: Path, wait_s: float = 10.0) -> Iterator[None]:
    """Let one program at a time change the files of a folder, by a lock on ``.lock`` in it.

    Raises:
        InputError: the folder cannot be written, or another program holds it for ``wait_s`` seconds.
    """
    path = folder / ".lock"
    try:
        file = path.open("ab")
    except OSError as error:
        msg = f"Could not write to {folder}: {error.strerror or error}. Copy it to a place where you may write."
        raise InputError(msg) from error
    with file:
        until = time.monotonic() + wait_s
        while not lock_file(file):
            if time.monotonic() > until:
                msg = f"Another program is changing {folder}. Try again when it is done."
                raise InputError(msg)
            time.sleep(0.02)
        yield
