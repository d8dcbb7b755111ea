"""The thresholds that were tuned for a checkpoint: a small JSON file beside it.

A threshold belongs to probabilities, so it counts for exactly those weights, asked in
exactly that way: in other views or in patches the same network gives other numbers.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from napari_rpdl.errors import InputError
from napari_rpdl.files import read_text, write_text
from napari_rpdl.settings import explain

Source = Literal["validation bones", "bones held out by other runs"]


class Asked(BaseModel):
    """All that decides what a network says about a bone, beside the bone."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    weights: str
    """Fingerprint of the weights."""
    epoch: int
    """Epochs of training behind them."""
    views: Literal["single", "mirror", "cube"]
    """In which views it is asked: "learned" has become one of these."""
    large_bones: Literal["resample", "patches"]
    """Whether it sees the whole bone on its own grid, or the bone's voxels in patches."""

    def __str__(self) -> str:
        return f'views "{self.views}", large bones "{self.large_bones}"'

    @property
    def flags(self) -> str:
        """The flags of the command line that ask in this way."""
        return f"--views {self.views} --large-bones {self.large_bones}"


class TunedThreshold(BaseModel):
    """One threshold, and what it counts for."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    threshold: float = Field(gt=0, le=1)
    """Voxels at least this probable are drilled."""
    asked: Asked
    """The weights and the way of asking that it was tuned for."""
    surgeon: str = ""
    """Whose head it was tuned for; empty: the mean over all."""
    source: Source
    """What it was tuned on; never on a bone that the run itself holds out."""
    cases: tuple[str, ...]
    """Names of the cases it was tuned on."""
    dice: float
    """Mean Dice to the surgeons of these cases at the threshold, mean over bones."""
    dice_at_half: float
    """The same at 0.5."""


class _Saved(BaseModel):
    """What ``checkpoint_best.threshold.json`` holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: Literal[2] = 2
    tuned: tuple[TunedThreshold, ...]


class _Earlier(BaseModel):
    """The first format, which did not note how the network was asked: recognised, never used."""

    format_version: Literal[1]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The tuned thresholds that count for a network asked in one way.

    Attributes:
        of: surgeon -> threshold of this surgeon's head; "" for the mean over all.
        missing: why there is none, and what to do; empty where there is one for the mean over all.
    """

    of: Mapping[str, float] = field(default_factory=dict)
    missing: str = ""


def threshold_path(checkpoint: Path) -> Path:
    """Return where the tuned thresholds of a checkpoint file lie."""
    return checkpoint.with_suffix(".threshold.json")


def write_thresholds(tuned: Sequence[TunedThreshold], checkpoint: Path) -> None:
    """Write thresholds beside their checkpoint; those tuned for other ways of asking the same weights stay."""
    replaced = {(one.asked, one.surgeon) for one in tuned}
    weights = {one.asked.weights for one in tuned}
    kept = [
        one
        for one in _earlier_of(threshold_path(checkpoint))
        if one.asked.weights in weights and (one.asked, one.surgeon) not in replaced
    ]
    write_text(threshold_path(checkpoint), _Saved(tuned=(*kept, *tuned)).model_dump_json(indent=2) + "\n")


def tuned_thresholds(checkpoint: Path, asked: Asked) -> Thresholds:
    """Return what was tuned for these weights asked in this way; a damaged file counts as none and is named."""
    path = threshold_path(checkpoint)
    remedy = _remedy(checkpoint, asked)
    if not path.is_file():
        return Thresholds(missing=f"No threshold was tuned for {checkpoint} asked with {asked}. {remedy}")
    try:
        saved = _read(path)
    except InputError as error:
        return Thresholds(missing=f"{error} {remedy}")
    if isinstance(saved, _Earlier):
        why = f"{path} was written by an earlier version and does not say how the network was asked."
        return Thresholds(missing=f"{why} {remedy}")
    of = {one.surgeon: one.threshold for one in saved.tuned if one.asked == asked}
    return Thresholds(of) if "" in of else Thresholds(missing=f"{_other(saved.tuned, asked, path)} {remedy}")


def _remedy(checkpoint: Path, asked: Asked) -> str:
    which = checkpoint.stem.removeprefix("checkpoint_")
    if which not in ("best", "last") or not (checkpoint.parent / "run.json").is_file():
        return "Only a whole run folder can be tuned: name that, or choose another rule."
    command = f"napari-rpdl tune {checkpoint.parent} --checkpoint {which} {asked.flags}"
    return f'Tune it for these: "Tune threshold" in the viewer, or {command}'


def _other(tuned: Sequence[TunedThreshold], asked: Asked, path: Path) -> str:
    """Say what the thresholds of a file count for, since it is not what was asked."""
    same = [one.asked for one in tuned if one.asked.weights == asked.weights]
    if not same:
        return f"{path} was tuned for other weights: the training has gone on, or was done again."
    known = "; ".join(dict.fromkeys(map(str, same)))
    return f"{path} was tuned for {known}; now the network is asked with {asked}, which gives other probabilities."


def _earlier_of(path: Path) -> tuple[TunedThreshold, ...]:
    try:
        saved = _read(path) if path.is_file() else None
    except InputError:
        return ()  # what nobody can read is replaced
    return saved.tuned if isinstance(saved, _Saved) else ()


def _read(path: Path) -> _Saved | _Earlier:
    text = read_text(path)
    try:
        return _Saved.model_validate_json(text)
    except ValidationError as error:
        with suppress(ValidationError):
            return _Earlier.model_validate_json(text)
        raise InputError(explain(error, str(path))) from error
