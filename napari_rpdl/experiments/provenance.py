"""Where a result comes from: versions, machine, and the command that repeats it."""

import os
import platform
import shlex
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import BaseModel

from napari_rpdl.settings import DEMO, TrainingSettings

_PACKAGES = ("napari-rpdl", "torch", "monai", "numpy", "scipy", "matplotlib")


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that a result depends on."""
    found = {"Python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def machine(device: str) -> dict[str, str]:
    """Return what computed: system, processor, cores, and the ``device`` of the network."""
    return {
        "System": platform.platform(),
        "Processor": platform.processor() or platform.machine(),
        "CPU cores": str(os.cpu_count() or "unknown"),
        "Device of the network": device,
    }


def demo_command(dataset: Path, out: Path, settings: TrainingSettings, hold_out: str) -> str:
    """Return the command line that does the same again, quoted for a shell.

    Settings are flags where they differ from those that ``napari-rpdl demo`` starts with.
    """
    words = ["napari-rpdl", "demo", "--dataset", str(dataset), "--out", str(out), "--hold-out", hold_out]
    return shlex.join([*words, *_flags(settings, DEMO)])


def _flags(settings: BaseModel, usual: BaseModel) -> Iterator[str]:
    for name in type(settings).model_fields:
        value, default = getattr(settings, name), getattr(usual, name)
        if isinstance(value, BaseModel):
            yield from _flags(value, default)
        elif value != default:
            yield f"--{name.replace('_', '-')}"
            yield from map(str, value if isinstance(value, tuple) else [value])
