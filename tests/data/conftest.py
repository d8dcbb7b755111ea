"""Files that other programs would write: they go through nibabel, not through our code."""

from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest


@pytest.fixture
def write_nifti(tmp_path: Path) -> Callable[..., Path]:
    """Write (x, y, z) ``data`` with nibabel and return the path."""

    def write(data, affine=None, *, name="foreign.nii.gz", big_endian=False, version=1, unit="mm"):
        header = {1: nibabel.Nifti1Header, 2: nibabel.Nifti2Header}[version](endianness=">" if big_endian else "<")
        header.set_xyzt_units(unit)
        kind = {1: nibabel.Nifti1Image, 2: nibabel.Nifti2Image}[version]
        image = kind(data, np.eye(4) if affine is None else affine, header, dtype=data.dtype)
        path = tmp_path / name
        nibabel.save(image, path)
        return path

    return write


@pytest.fixture
def numbered() -> np.ndarray:
    """(x, y, z) int16 in which every voxel has a number of its own."""
    return np.arange(5 * 6 * 7, dtype=np.int16).reshape(5, 6, 7)
