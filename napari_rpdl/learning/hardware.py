"""Where this machine can compute, and how much memory is there.

PyTorch has to be asked, which takes seconds to load, so the question goes to a process of
its own: ``python -m napari_rpdl.learning.hardware_look`` prints the answer as JSON.
"""

import json
import subprocess
import sys
from dataclasses import dataclass

from napari_rpdl.errors import InputError
from napari_rpdl.learning.main_memory import in_gigabytes
from napari_rpdl.learning.requirements import check_requirements

_PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Device:
    """Something that computes.

    Attributes:
        kind: as in the setting ``device``: "cpu", "cuda" or "mps".
        name: for people.
        memory_bytes: all of its memory; None where that is not known.
        free_bytes: what nobody uses just now; None where that is not known.
    """

    kind: str
    name: str
    memory_bytes: int | None
    free_bytes: int | None

    @property
    def words(self) -> str:
        """The device as a person would describe it."""
        if self.memory_bytes is None:
            return self.name
        free = "" if self.free_bytes is None else f", {in_gigabytes(self.free_bytes)} free"
        return f"{self.name} ({in_gigabytes(self.memory_bytes)} memory{free})"


def find_devices() -> tuple[Device, ...]:
    """Return what this machine can compute on; "auto" takes the first.

    Raises:
        InputError: PyTorch is missing, or does not answer.
    """
    check_requirements()
    command = [sys.executable, "-P", "-X", "utf8", "-m", "napari_rpdl.learning.hardware_look"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=True).stdout
        return tuple(Device(**found) for found in json.loads(said))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError) as error:
        msg = f"PyTorch did not say what it can compute on ({type(error).__name__}). Choose the device 'cpu'."
        raise InputError(msg) from error
