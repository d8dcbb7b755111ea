"""Whether a bone's own voxels are as large as those that a network learned from.

In patches a network sees the voxels of the file. It learned bones that were resampled
to its grid, so it knows one scale only, and at another its answer means nothing.
"""

import numpy as np

from napari_rpdl.data.case import Case
from napari_rpdl.errors import InputError
from napari_rpdl.learning.runs import RunRecord

TOLERANCE = 1.25
"""Factor by which a voxel may be larger or smaller than all of training were."""


def check_scale(case: Case, record: RunRecord) -> str:
    """Compare the voxels of a case with those of training; return what a person should hear, "" for nothing.

    Raises:
        InputError: they are larger or smaller than all that the network learned from, by more than ``TOLERANCE``.
    """
    spacing = case.grid.spacing_mm
    if spacing is None or not record.voxels_mm:
        lacks = f"the voxel size of {case.case_id}" if spacing is None else "the voxel size that the network learned at"
        return (
            f"Nobody has said {lacks}, so it is not known whether patches show the bone at a scale that the network "
            'knows. At another scale its answer means nothing: hold it against large bones "resample".'
        )
    finest, coarsest = np.min(record.voxels_mm, axis=0), np.max(record.voxels_mm, axis=0)
    fits = (spacing >= finest / TOLERANCE) & (spacing <= coarsest * TOLERANCE)
    if fits.all():
        return ""
    axis = int(np.argmin(fits))
    learned = f"{finest[axis]:.3g}" + (f" to {coarsest[axis]:.3g}" if coarsest[axis] > finest[axis] else "")
    msg = (
        f"In patches the network would see {case.case_id} with voxels of {spacing[axis]:.3g} mm along {'zyx'[axis]}, "
        f"but it learned from voxels of {learned} mm, and at another scale its answer means nothing. "
        'Set large bones to "resample" (--large-bones resample), which brings the bone to the network\'s scale; or '
        "resample the file to that voxel size; or train on bones cut out at the voxel size of the file."
    )
    raise InputError(msg)
