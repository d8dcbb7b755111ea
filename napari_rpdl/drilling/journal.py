"""The journal of a drilling that is not saved yet: every stroke reaches the disk when it ends.

It lies beside the annotations, as ``drillings/unsaved/<time>-<log_id>.jsonl``, is only
ever added to, and is held by a lock of the operating system that a dying program lets go.
What is in it when a program dies is what is offered to be continued.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from napari_rpdl.data.drill_log import DrillEvent, DrillLog, line_of, log_text, read_drill_log
from napari_rpdl.errors import InputError
from napari_rpdl.files import lock_file

_FOLDER = ("drillings", "unsaved")


@dataclass(frozen=True, slots=True)
class Unsaved:
    """A drilling that nobody saved.

    Attributes:
        path: of its journal.
        log: what it holds.
    """

    path: Path
    log: DrillLog


class Journal:
    """Writes a log line by line.

    A line that could not be written (full disk, folder gone) is kept and written with the next
    one, so that nothing is lost while the program lives.
    """

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path = path
        self._file = file
        self._waiting: list[bytes] = []
        self._end = file.seek(0, os.SEEK_END)

    @classmethod
    def begin(cls, folder_of_case: Path, log: DrillLog) -> "Journal":
        """Start the journal of a drilling.

        Raises:
            InputError: the folder cannot be written.
        """
        stamp = log.header.started_at.replace(":", "").replace("-", "")[:15]
        path = folder_of_case.joinpath(*_FOLDER, f"{stamp}-{log.header.log_id}.jsonl")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            journal = cls(path, path.open("xb"))
        except OSError as error:
            msg = f"Could not begin the autosave {path}: {error.strerror or error}. Copy the dataset to another place."
            raise InputError(msg) from error
        lock_file(journal._file)
        journal._write(log_text(log).encode())
        return journal

    @classmethod
    def resume(cls, unsaved: Unsaved) -> "Journal":
        """Go on with the journal of a drilling that ended without being saved.

        What a dying program left of a last line is cut off.

        Raises:
            InputError: another window drills on with it, or it cannot be written.
        """
        try:
            file = unsaved.path.open("r+b")
        except OSError as error:
            msg = f"Could not open the autosave {unsaved.path}: {error.strerror or error}."
            raise InputError(msg) from error
        if not lock_file(file):
            file.close()
            msg = "This drilling is open in another window. Go on there."
            raise InputError(msg)
        whole = log_text(unsaved.log).encode()
        if file.read(len(whole)) != whole:
            file.close()
            msg = f"{unsaved.path} has changed meanwhile. Choose it again."
            raise InputError(msg)
        file.truncate(len(whole))
        return cls(unsaved.path, file)

    @property
    def waiting(self) -> int:
        """Lines that could not be written yet."""
        return len(self._waiting)

    def add(self, event: DrillEvent) -> None:
        """Add an event; when this returns, it is on the disk.

        Raises:
            InputError: it could not be written. It is kept and written with the next one.
        """
        self._write(line_of(event).encode())

    def close(self, *, remove: bool) -> None:
        """Let go of the journal; ``remove`` it where all of it is saved elsewhere."""
        if self._file.closed:
            return
        self._file.close()
        if remove and not self._waiting:
            self.path.unlink(missing_ok=True)

    def _write(self, line: bytes) -> None:
        self._waiting.append(line)
        data = b"".join(self._waiting)
        try:
            self._file.seek(self._end)
            self._file.write(data)
            self._file.flush()
            os.fsync(self._file.fileno())
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            msg = f"Autosave failed: {reason}. Nothing is lost while the viewer is open; make room, then drill on."
            raise InputError(msg) from error
        self._end += len(data)
        self._waiting.clear()


def unsaved_drillings(folder_of_case: Path) -> tuple[Unsaved, ...]:
    """Return the drillings of a case that can be continued, the newest first.

    Those that another window works on, and those without a stroke, are left out; a journal
    that cannot be read stays where it is and is left out, too.
    """
    found = []
    folder = folder_of_case.joinpath(*_FOLDER)
    for path in sorted(folder.glob("*.jsonl"), reverse=True) if folder.is_dir() else ():
        if _is_held(path):
            continue
        try:
            log = read_drill_log(path)
        except InputError:
            continue
        if not log.is_saved:
            found.append(Unsaved(path, log))
    return tuple(found)


def _is_held(path: Path) -> bool:
    try:
        with path.open("r+b") as file:
            return not lock_file(file)
    except OSError:
        return True
