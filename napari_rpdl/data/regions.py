"""Drilled regions that others wrote: masks, or probabilities that are cut."""

from pathlib import Path

from napari_rpdl.data.case import Mask
from napari_rpdl.data.nifti import read_mask, read_volume
from napari_rpdl.data.volume import Grid
from napari_rpdl.errors import InputError


def read_region(path: Path, grid: Grid, threshold: float) -> Mask:
    """Return the region that a file of probabilities or of a region describes.

    Probabilities are decimal numbers from 0 to 1 of which some lie between; anything
    else must be a region of 0 and one other value.

    Raises:
        InputError: not readable, another grid, NaN, or neither of the two.
    """
    volume = read_volume(path, grid)
    values = volume.voxels
    if values.dtype.kind == "f" and ((values > 0) & (values < 1)).any():
        if not ((values >= 0) & (values <= 1)).all():
            msg = f"Expected {path} to hold probabilities from 0 to 1, got {values.min():g} to {values.max():g}."
            raise InputError(msg)
        probable: Mask = values >= threshold
        return probable
    region: Mask = read_mask(path, grid).voxels
    return region
