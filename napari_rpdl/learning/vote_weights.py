"""Weights of the loss vote-utility that were learned: a JSON file that a training can take up."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from napari_rpdl.data.dataset import Dataset
from napari_rpdl.errors import InputError
from napari_rpdl.files import read_text, write_text
from napari_rpdl.learning.fingerprints import cases_among
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
    bone_fingerprints: dict[str, str] = Field(default_factory=dict)
    """By what each case is known that networks of the search learned from, see ``fingerprints``; empty in files of
    earlier versions."""

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
) -> tuple[str, ...]:
    """Raise an InputError if a bone or surgeon that a training holds out had a say in the weights.

    Scores on it would be too good: the weights were chosen for it. Bones are known by what they
    hold, so weights from other bones are nobody's business here, whatever they are called; those
    of a file of an earlier version by the names of bone and dataset.

    Returns:
        Held-out bones whose names had a say while they held something else: other bones, or the
        same ones before they were corrected or resampled.
    """
    cases = held_out_cases(dataset, hold_out)
    held_out = {dataset.bone_of(case) for case in cases}
    alike = held_out - {*learned.held_out_bones} if dataset.name == learned.dataset_name else set[str]()
    spoke = {dataset.bone_of(case) for case in _among(learned, dataset, cases)} if learned.bone_fingerprints else alike
    surgeons = {*hold_out_surgeons} - {*learned.held_out_surgeons}
    if surgeons and not (spoke or _related(learned, dataset)):
        surgeons = set()
    if spoke or surgeons:
        msg = (
            f"{', '.join([*sorted(spoke), *sorted(surgeons)])} had a say in these vote weights"
            f"{'' if learned.bone_fingerprints else ' (by name: an earlier version learned them)'}, so scores on what "
            f"is held out would be too good. Learn the weights again without: napari-rpdl learn-weights "
            f"{dataset.folder} OUT.json {_flags(held_out, hold_out_surgeons)}"
        )
        raise InputError(msg)
    return tuple(sorted(alike & {*learned.bones}))


def _among(learned: LearnedWeights, dataset: Dataset, cases: Sequence[str]) -> tuple[str, ...]:
    return cases_among(dataset, cases, learned.bone_fingerprints.values())


def _related(learned: LearnedWeights, dataset: Dataset) -> bool:
    """Say whether the weights were learned on bones of the dataset, so that its surgeons are the same persons."""
    if not learned.bone_fingerprints:
        return dataset.name == learned.dataset_name
    return any(_among(learned, dataset, [case]) for case in dataset.case_ids)


def _flags(bones: set[str], surgeons: Sequence[str]) -> str:
    flags = (("--hold-out", sorted(bones)), ("--hold-out-surgeons", surgeons))
    return " ".join(f"{flag} {' '.join(names)}" for flag, names in flags if names)
