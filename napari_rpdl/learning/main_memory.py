"""How much main memory this program may have. Needs no torch."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_GROUPS = Path("/sys/fs/cgroup")
_MEMBERSHIP = Path("/proc/self/cgroup")


class MainMemory(NamedTuple):
    """Main memory in bytes.

    Attributes:
        total: all that this program may have: the machine's, or less in a container or a cluster's job.
        free: what nobody uses just now; None where that is not known.
    """

    total: int
    free: int | None


def main_memory() -> MainMemory | None:
    """Return the main memory; None where neither psutil nor the system tells it."""
    machine = _of_the_machine()
    if machine is None:
        return None
    total = min([machine.total, *_limits()])
    return MainMemory(total, None if machine.free is None else min(machine.free, total))


def in_gigabytes(count: int) -> str:
    """Return a number of bytes in words, in units of 10^9 bytes."""
    return f"{count / 1e9:.0f} GB" if count >= 10e9 else f"{count / 1e9:.1f} GB"


def _of_the_machine() -> MainMemory | None:
    try:
        import psutil  # type: ignore[import-untyped]  # comes with napari, has no types
    except ImportError:
        return _as_posix_tells()
    memory = psutil.virtual_memory()
    return MainMemory(memory.total, memory.available)


def _as_posix_tells() -> MainMemory | None:
    try:
        return MainMemory(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), None)
    except (AttributeError, ValueError, OSError):
        return None


def _limits() -> Iterator[int]:
    """Yield what Linux lets this program's control groups (version 2) have, from the innermost outwards."""
    try:
        lines = _MEMBERSHIP.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for name in (line.removeprefix("0::").strip("/") for line in lines if line.startswith("0::")):
        inner = _GROUPS / name
        for group in (inner, *inner.parents):
            with suppress(OSError, ValueError):  # not there, or "max"
                yield int((group / "memory.max").read_text(encoding="ascii"))
