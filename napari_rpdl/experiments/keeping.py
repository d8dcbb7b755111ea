"""What is kept of a run on disk: regions, probabilities, checkpoints."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from napari_rpdl.data.case import Case
from napari_rpdl.data.nifti import write_volume
from napari_rpdl.data.volume import Volume
from napari_rpdl.learning.prediction import Prediction
from napari_rpdl.learning.runs import checkpoint_path

FIXED = 0.5
"""The paper's threshold."""

Kept = Literal["nothing", "masks", "probabilities"]
Checkpoints = Literal["best", "all"]


def keep_prediction(prediction: Prediction, case: Case, folder: Path, kept: Kept) -> None:
    """Write the region at 0.5, that at the tuned threshold where there is one, and the probabilities if wished.

    Raises:
        InputError: the folder cannot be written, or the disk is full.
    """
    if kept == "nothing":
        return
    write_volume(Volume(prediction.mask(FIXED), case.grid), folder / f"{case.case_id}.nii.gz")
    if prediction.tuned is not None:
        write_volume(Volume(prediction.mask(prediction.tuned), case.grid), folder / f"{case.case_id}_tuned.nii.gz")
    if kept == "probabilities":
        path = folder / f"{case.case_id}_probabilities.nii.gz"
        write_volume(Volume(prediction.probabilities, case.grid), path)


def keep_checkpoints(run: Path, kept: Checkpoints) -> None:
    """Remove what only a resume needs from a run that is complete, three quarters of its size, unless all is kept."""
    if kept == "best":
        checkpoint_path(run, "last").unlink(missing_ok=True)


def kept_bytes(run: Path, kept: Checkpoints) -> int:
    """Return how much disk a complete run takes without its predictions."""
    return size_of(path for path in run.iterdir() if kept == "all" or path != checkpoint_path(run, "last"))


def size_of(files: Iterable[Path]) -> int:
    """Return the size of files together; folders count nothing."""
    return sum(path.stat().st_size for path in files if path.is_file())
