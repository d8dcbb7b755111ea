"""The threshold that was tuned for a checkpoint: a line of JSON beside it."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from napari_rpdl.errors import InputError
from napari_rpdl.files import read_text, write_text
from napari_rpdl.settings import explain

Source = Literal["validation bones", "bones held out by other runs"]


class TunedThreshold(BaseModel):
    """What ``checkpoint_best.threshold.json`` holds."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    format_version: Literal[1] = 1
    threshold: float = Field(gt=0, le=1)
    """Voxels at least this probable are drilled."""
    source: Source
    """What it was tuned on; never on a bone that the run itself holds out."""
    cases: tuple[str, ...]
    """Names of the cases it was tuned on."""
    dice: float
    """Mean Dice to the surgeons of these cases at the threshold, mean over bones."""
    dice_at_half: float
    """The same at 0.5."""
    epoch: int
    """Epochs of training behind the weights it was tuned for."""


def threshold_path(checkpoint: Path) -> Path:
    """Return where the tuned threshold of a checkpoint file lies."""
    return checkpoint.with_suffix(".threshold.json")


def write_threshold(tuned: TunedThreshold, checkpoint: Path) -> None:
    """Write the tuned threshold beside its checkpoint."""
    write_text(threshold_path(checkpoint), tuned.model_dump_json(indent=2) + "\n")


def tuned_threshold(checkpoint: Path, epoch: int) -> float | None:
    """Return the threshold for the weights of ``epoch``; None where none was tuned, or for other weights.

    Raises:
        InputError: the file is there but not one of ours.
    """
    path = threshold_path(checkpoint)
    if not path.is_file():
        return None
    try:
        tuned = TunedThreshold.model_validate_json(read_text(path))
    except ValidationError as error:
        msg = f"{explain(error, str(path))} Delete it and tune again."
        raise InputError(msg) from error
    return tuned.threshold if tuned.epoch == epoch else None
