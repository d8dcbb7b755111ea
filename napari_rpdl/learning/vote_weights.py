"""Weights of the loss vote-utility that were learned: a JSON file that a training can take up."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.files import read_text, write_text
from napari_rpdl.learning.finishing import held_out_cases
from napari_rpdl.settings import TrainingSettings, explain
from napari_rpdl.settings.vote_weights import VoteWeightSettings
from napari_rpdl.settings.worths import Worths

Weights = tuple[float, ...]


class Judged(BaseModel):
    """One candidate, and how well networks that were trained with it agree with surgeons."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)

    weights: Annotated[Worths, Field(min_length=2)]
    """Worth of a voxel with 0, 1, ... K votes."""
    dice: Annotated[float, Field(ge=0, le=1)]
    """Mean Dice to the surgeons at ``threshold``, mean over the bones, each predicted by networks that never saw it."""
    threshold: Annotated[float, Field(ge=0, le=1)]
    """The threshold that is best for all these bones together."""


class LearnedWeights(BaseModel):
    """What the file holds."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    format_version: Literal[1] = 1
    candidates: Annotated[tuple[Judged, ...], Field(min_length=1)]
    """All that were tried; the first is the start."""
    dataset_name: str
    """Where the bones are from."""
    bones: tuple[str, ...]
    """Bones that had a say."""
    held_out_bones: tuple[str, ...]
    """Bones that had none, so that a network trained with the weights can be judged on them."""
    held_out_surgeons: tuple[str, ...]
    """Surgeons who had none."""
    search: VoteWeightSettings
    """How it was searched."""
    training: TrainingSettings
    """Settings of the trainings, but for the weights and the seed."""

    @property
    def best(self) -> Judged:
        """The candidate with the highest Dice; of equals the earliest."""
        return max(self.candidates, key=lambda judged: judged.dice)


def write_learned(learned: LearnedWeights, path: Path) -> None:
    """Write the file."""
    write_text(path, learned.model_dump_json(indent=2) + "\n")


def read_learned(path: Path) -> LearnedWeights:
    """Read the file; an InputError says what is wrong with it."""
    try:
        return LearnedWeights.model_validate_json(read_text(path))
    except ValidationError as error:
        raise InputError(explain(error, str(path))) from error


def check_had_no_say(
    learned: LearnedWeights, dataset: Dataset, hold_out: Sequence[str], hold_out_surgeons: Sequence[str]
) -> None:
    """Raise an InputError if a bone or surgeon that a training holds out had a say in the weights.

    Scores on it would be too good: the weights were chosen for it. Weights from another
    dataset are nobody's business here.
    """
    if dataset.name != learned.dataset_name:
        return
    held_out = {dataset.bone_of(case) for case in held_out_cases(dataset, hold_out)}
    spoke = sorted(held_out - set(learned.held_out_bones)) + sorted({*hold_out_surgeons} - {*learned.held_out_surgeons})
    if spoke:
        msg = (
            f"{', '.join(spoke)} had a say in these vote weights, so scores on what is held out would be too good. "
            f"Learn the weights again without: napari-rpdl learn-weights {dataset.folder} OUT.json "
            f"{_flags(held_out, hold_out_surgeons)}"
        )
        raise InputError(msg)


def _flags(bones: set[str], surgeons: Sequence[str]) -> str:
    flags = (("--hold-out", sorted(bones)), ("--hold-out-surgeons", surgeons))
    return " ".join(f"{flag} {' '.join(names)}" for flag, names in flags if names)
