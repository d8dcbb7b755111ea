"""What the workspace remembers from one day to the next: a small JSON file among the user's settings."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from platformdirs import user_config_path
from pydantic import ValidationError

from napari_rpdl.errors import InputError
from napari_rpdl.files import read_text, write_text
from napari_rpdl.settings import RPMapSettings, Settings, explain

FILE = user_config_path("napari-rpdl", appauthor=False) / "workspace.json"


class Remembered(Settings):
    """What was open last."""

    format_version: Literal[1] = 1
    """Version of this file's format."""
    dataset: Path | None = None
    """Folder of the dataset."""
    run: Path | None = None
    """Folder of the training whose network predicted."""
    tab: str = ""
    """Title of the panel in front."""
    rpmap: RPMapSettings = RPMapSettings()
    """Of the reward-penalty map."""


class Memory:
    """The remembered state; every change is written at once.

    A file that cannot be read or written is told of and otherwise ignored: it must never
    keep a person from working.

    Args:
        tell: shows a sentence to the person.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._writable = True
        try:
            self.last = recall(FILE)
        except InputError as error:
            self.last = Remembered()
            tell(f"What was open last is forgotten. {error}")

    def note(self, **changes: object) -> None:
        """Remember changed fields."""
        changed = self.last.model_copy(update=changes)
        if changed == self.last or not self._writable:
            return
        self.last = changed
        try:
            write_text(FILE, changed.model_dump_json(indent=2) + "\n")
        except InputError as error:
            self._writable = False  # said once is enough
            self._tell(str(error))


def recall(file: Path) -> Remembered:
    """Return what ``Memory`` wrote, nothing remembered where there is no file.

    Raises:
        InputError: the file is not what we wrote.
    """
    if not file.exists():
        return Remembered()
    try:
        return Remembered.model_validate_json(read_text(file, max_bytes=100_000))
    except ValidationError as error:
        raise InputError(explain(error, str(file))) from error
