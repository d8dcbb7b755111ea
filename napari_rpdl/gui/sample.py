"""The phantom dataset that is installed with the plugin."""

from importlib.util import find_spec
from pathlib import Path

from napari_rpdl.errors import InputError

_PACKAGE = "napari_rpdl_sample_data"


def sample_folder() -> Path:
    """Return the folder of the phantom dataset; an InputError where it is not installed."""
    spec = find_spec(_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(folder) / "dataset.json").is_file():
            return Path(folder)
    msg = "The phantom sample is not installed. Make one with: napari-rpdl phantom <folder>"
    raise InputError(msg)
