"""Weights from a file that somebody else made."""

import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from napari_rpdl.errors import InputError

LARGEST_BYTES = 1 << 30
"""A ResNet-50 of MedicalNet has 185 MB."""
WRAPPER = "state_dict"
PREFIX = "module."
"""What ``DataParallel`` puts before the names, as in MedicalNet's files."""

_REMEDY = "Only a plain PyTorch state dict (names and tensors) of at most 1 GiB is read: choose such a file."
# What torch's restricted unpickler and zip reader raise on files that are none of theirs.
_UNREADABLE = (
    pickle.UnpicklingError, zipfile.BadZipFile, RuntimeError, OSError, EOFError, ValueError,
    TypeError, LookupError, AttributeError, AssertionError, MemoryError, ImportError,
)  # fmt: skip


def read_state_dict(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a PyTorch file by name, on the CPU; nothing in it is executed.

    A mapping under the name "state_dict" is unwrapped, and "module." is taken from
    before the names; whatever lies beside "state_dict" is not looked at.

    Raises:
        InputError: missing, larger than 1 GiB (also once unpacked), damaged, holds anything
            but names and dense tensors, or numbers that are not finite.
    """
    check_file(path)
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except _UNREADABLE as error:
        msg = f"{path} could not be read as weights ({type(error).__name__}). {_REMEDY}"
        raise InputError(msg) from error
    if isinstance(content, Mapping) and isinstance(content.get(WRAPPER), Mapping):
        content = content[WRAPPER]
    if not isinstance(content, Mapping) or not content:
        msg = f"{path} holds {type(content).__name__}, not names and tensors. {_REMEDY}"
        raise InputError(msg)
    for name, tensor in content.items():
        _check_entry(path, name, tensor)
    return {name.removeprefix(PREFIX): tensor for name, tensor in content.items()}


def check_file(path: Path) -> None:
    """Raise an InputError if there is no file at ``path``, or a larger one than is read."""
    if not path.is_file():
        msg = f"There is no file {path}. Give the path of the downloaded weights, or leave weights empty."
        raise InputError(msg)
    size = max(path.stat().st_size, _unpacked_bytes(path))
    if size > LARGEST_BYTES:
        msg = f"{path} has {size} bytes once unpacked. {_REMEDY}"
        raise InputError(msg)


def _unpacked_bytes(path: Path) -> int:
    """Return how large the parts of an archive say they are; 0 for other files."""
    try:
        if not zipfile.is_zipfile(path):
            return 0
        with zipfile.ZipFile(path) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        msg = f"{path} is a damaged archive. {_REMEDY}"
        raise InputError(msg) from error


def _check_entry(path: Path, name: object, tensor: object) -> None:
    if not isinstance(name, str) or type(tensor) is not Tensor or tensor.layout != torch.strided:
        msg = f"{path} holds {type(tensor).__name__} under the name {str(name)[:60]!r}. {_REMEDY}"
        raise InputError(msg)
    # A tensor of stride 0 has any size at no cost, until somebody looks at all of it.
    if tensor.numel() * tensor.element_size() > LARGEST_BYTES or tensor.is_quantized or tensor.is_complex():
        msg = f"{path} holds an unusual tensor under the name {name[:60]!r} ({tensor.dtype}). {_REMEDY}"
        raise InputError(msg)
    if not bool(torch.isfinite(tensor).all()):
        msg = f"{path} holds numbers under the name {name[:60]!r} that are not finite. {_REMEDY}"
        raise InputError(msg)
