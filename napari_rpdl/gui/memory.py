"""What the workspace remembers from one day to the next: a small JSON file among the user's settings."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_config_path
from pydantic import Field, ValidationError

from napari_rpdl.errors import InputError
from napari_rpdl.files import read_text, write_text
from napari_rpdl.gui.camera import View
from napari_rpdl.settings import RPMapSettings, Settings, explain

FILE = user_config_path("napari-rpdl", appauthor=False) / "workspace.json"
_Pixels = Annotated[int, Field(ge=1, le=20_000)]


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
    case_id: str = ""
    """Bone of the dataset that was shown."""
    surgeons: tuple[str, ...] = ()
    """Whose drilled regions of the dataset were shown."""
    left_out: tuple[str, ...] = ()
    """Surgeons of the dataset who did not count in the map."""
    bone_opacity: float = Field(1.0, ge=0, le=1)
    """Of the bone's surface."""
    view: View = "surgical"
    """From where the bone was seen, or along which axis it was sliced."""
    dock_width: _Pixels | None = None
    """Of the workspace, in logical pixels."""
    slices_shown: bool = False
    """Whether the three slices were in sight."""
    slices_height: _Pixels | None = None
    """Of the three slices, in logical pixels."""
    compare_size: tuple[_Pixels, _Pixels] | None = None
    """Width and height of the window with bones side by side, in logical pixels."""


class Memory:
    """The remembered state; every change is written at once.

    A file that cannot be read or written is told of and otherwise ignored: it must never
    keep a person from working.

    Args:
        tell: shows a sentence to the person.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._file, self._writable = FILE, True
        try:
            self.last = recall(self._file)
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
            write_text(self._file, changed.model_dump_json(indent=2) + "\n")
        except InputError as error:
            self._writable = False  # said once is enough
            self._tell(str(error))


def is_there(file: Path) -> bool:
    """Say whether a file can be found; a remembered name may be too long by now, or in a folder that is closed."""
    try:
        return file.is_file()
    except OSError:
        return False


def recall(file: Path) -> Remembered:
    """Return what ``Memory`` wrote, nothing remembered where there is no file.

    Raises:
        InputError: the file is not what we wrote.
    """
    if not is_there(file):
        return Remembered()
    try:
        return Remembered.model_validate_json(read_text(file, max_bytes=100_000))
    except ValidationError as error:
        raise InputError(explain(error, str(file))) from error
