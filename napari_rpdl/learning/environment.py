"""On what a run was trained: ``environment.json``, one entry for each start and resume."""

import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

import napari_rpdl
from napari_rpdl.errors import InputError
from napari_rpdl.files import read_text, write_text

_PACKAGES = ("napari-rpdl", "torch", "monai", "numpy", "scipy", "safetensors")
_GIT_S = 5.0


class Environment(BaseModel):
    """Program, versions and machine of one start; no names of people, machines or folders."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    started: str
    """UTC, ISO 8601."""
    versions: dict[str, str]
    """Of the packages that compute."""
    python: str
    platform: str
    """Operating system and processor family."""
    device: str
    """Name of the GPU, or "cpu"."""
    threads: int
    """CPU threads of PyTorch."""
    git: str | None
    """Commit of the program's checkout, "+changes" where files differ from it; None outside of a checkout."""


class _Environments(BaseModel):
    model_config = ConfigDict(extra="forbid")

    starts: list[Environment] = []


def record_environment(folder: Path, device: str, threads: int) -> None:
    """Add where this start of a run computes to ``environment.json``; a damaged file is begun anew.

    Args:
        folder: of the run.
        device: name of the GPU, or "cpu".
        threads: CPU threads of PyTorch.
    """
    path = folder / "environment.json"
    starts = [*read_environments(folder), _here(device, threads)]
    write_text(path, _Environments(starts=starts).model_dump_json(indent=2) + "\n")


def read_environments(folder: Path) -> list[Environment]:
    """Return the starts of a run in order; none where the file is missing or damaged."""
    try:
        return _Environments.model_validate_json(read_text(folder / "environment.json")).starts
    except (InputError, ValidationError):
        return []


def git_state(folder: Path) -> str | None:
    """Return the commit of the checkout that ``folder`` is the top of, None where it is none."""
    if not (folder / ".git").exists():
        return None
    commit = _git(folder, "rev-parse", "HEAD")
    changes = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return commit + "+changes" if commit and changes else commit


def _here(device: str, threads: int) -> Environment:
    return Environment(
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        versions={name: found for name in _PACKAGES if (found := _version(name))},
        python=platform.python_version(),
        platform=machine(),
        device=device,
        threads=threads,
        git=git_state(Path(napari_rpdl.__file__).parents[1]),
    )


def machine() -> str:
    """Return operating system and processor family, as ``Environment.platform`` keeps them."""
    return f"{platform.system()} {platform.release()} {platform.machine()}"


def _git(folder: Path, *words: str) -> str | None:
    """Return what git says, None where it cannot say anything."""
    try:
        said = subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=_GIT_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return said.stdout.strip() or None


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
