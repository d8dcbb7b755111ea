"""Where to compute, with how many threads, and what to say when memory runs out."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from napari_rpdl.errors import InputError


def choose_device(name: str) -> torch.device:
    """Return the device that a setting names; "auto" takes CUDA where there is a GPU, else the CPU.

    Apple's GPU ("mps") is used only where asked for: not every PyTorch can run all
    layers of a 3-D U-net on it.

    Raises:
        InputError: PyTorch sees no such device here.
    """
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device("cuda" if available["cuda"] else "cpu")
    if not available.get(name, False):
        there = ", ".join(kind for kind, is_there in available.items() if is_there)
        msg = f"PyTorch finds no device {name!r} on this machine, only: {there}. Choose 'auto' or one of these."
        raise InputError(msg)
    return torch.device(name)


def device_name(device: torch.device) -> str:
    """Return the name of a GPU, else the kind of the device."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else str(device)


@contextmanager
def cpu_threads(threads: int) -> Iterator[None]:
    """Compute with so many CPU threads, then with as many as before; 0: all cores but one."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads or max(1, _cores() - 1))
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def explaining_memory(remedy: str) -> Iterator[None]:
    """Turn "out of memory" of any device into an InputError that ends with ``remedy``."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        msg = f"There is not enough memory. {remedy}"
        raise InputError(msg) from error


def is_out_of_memory(error: BaseException) -> bool:
    """Say whether memory ran out; PyTorch has a type for the GPU; the CPU's allocator raises a plain RuntimeError."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return "not enough memory" in str(error) or "can't allocate memory" in str(error)


def free_memory(device: torch.device) -> None:
    """Give back what PyTorch keeps of a GPU's memory for later."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


@contextmanager
def seeded(device: torch.device, *key: int) -> Iterator[None]:
    """Draw as a function of ``key``, and leave everybody else's random state as it was."""
    used = [torch.cuda.current_device()] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=used):
        torch.manual_seed(int(np.random.SeedSequence(key).generate_state(1)[0]))
        yield


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
