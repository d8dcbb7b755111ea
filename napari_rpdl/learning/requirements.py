"""What training and prediction need beyond the base installation."""

import sys
from importlib.util import find_spec
from pathlib import Path

from napari_rpdl.errors import InputError

NEEDED = {"torch": "PyTorch", "monai": "MONAI", "safetensors": "safetensors"}


def check_requirements() -> None:
    """Raise an InputError that says what to install, without importing anything."""
    missing = [name for module, name in NEEDED.items() if find_spec(module) is None]
    if missing:
        msg = f"Training and prediction need {', '.join(missing)}: pip install 'napari-rpdl[learning]'."
        raise InputError(msg)


def check_process() -> None:
    """Raise an InputError if training in this process would end it: PyTorch loads an installed Triton."""
    if triton_would_crash() and find_spec("triton") is not None:
        msg = (
            "Training cannot run inside this program: Triton, which PyTorch loads, crashes beside the software OpenGL "
            "that draws the window. Train in a process of its own."
        )
        raise InputError(msg)


def triton_would_crash() -> bool:
    """Say whether loading Triton would: its LLVM, and that with which Mesa's software OpenGL has drawn here, clash."""
    if "triton" in sys.modules:
        return False
    try:
        return "libLLVM" in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace")
    except OSError:  # no Linux, so no Mesa
        return False
