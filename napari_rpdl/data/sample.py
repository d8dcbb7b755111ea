"""Where the installed sample dataset, the phantom (synthetic) bones, lies."""

from importlib.util import find_spec
from pathlib import Path

from napari_rpdl.errors import InputError

_PACKAGE = "napari_rpdl_sample_data"


def sample_dataset_folder() -> Path:
    """Return the folder of the phantom dataset that is installed with the package.

    Raises:
        InputError: the installation lacks it.
    """
    # A data-only name without __init__.py: importlib.resources.files() refuses the hook that an
    # editable install puts among its locations, so the locations are searched here.
    spec = find_spec(_PACKAGE)
    for location in (spec and spec.submodule_search_locations) or ():
        if (Path(location) / "dataset.json").is_file():
            return Path(location)
    msg = "The sample dataset is not installed. Install napari-rpdl again, or make one: napari-rpdl phantom FOLDER."
    raise InputError(msg)
