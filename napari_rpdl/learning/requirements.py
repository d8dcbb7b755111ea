"""What training and prediction need beyond the base installation."""

from importlib.util import find_spec

from napari_rpdl.errors import InputError

NEEDED = {"torch": "PyTorch", "monai": "MONAI", "safetensors": "safetensors"}


def check_requirements() -> None:
    """Raise an InputError that says what to install, without importing anything."""
    missing = [name for module, name in NEEDED.items() if find_spec(module) is None]
    if missing:
        msg = f"Training and prediction need {', '.join(missing)}: pip install 'napari-rpdl[learning]'."
        raise InputError(msg)
