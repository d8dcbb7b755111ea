"""Every parameter a person can set, written once.

From a field come the command-line flag, the form field with its tooltip, and the
line in the saved file. Models are frozen and refuse unknown names, so that a typo in
a settings file is an error, not a silent default.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from napari_rpdl.errors import InputError
from napari_rpdl.files import read_text, write_text


class Settings(BaseModel):
    """Base of all settings models."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)


class PhantomSettings(Settings):
    """A synthetic dataset: parametric temporal bones and simulated surgeons."""

    bones: Annotated[int, Field(ge=1, le=10_000)] = 9
    """Number of temporal bones."""
    surgeons: Annotated[int, Field(ge=1, le=64)] = 7
    """Number of simulated surgeons; each drills every bone in a style of their own."""
    grid: Annotated[int, Field(ge=16, le=512)] = 64
    """Voxels along each axis."""
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0
    """Bones and surgeons are a function of this number."""


class RecordingSettings(Settings):
    """How recorded burr positions become drilled regions."""

    radius: Annotated[float, Field(gt=0, le=64)] = 8.0
    """Burr radius, in voxels of the recording's own 256-voxel grid."""
    grid: Annotated[int, Field(ge=8, le=256)] = 64
    """Voxels along each axis of the regions; must divide 256."""


class RPMapSettings(Settings):
    """How the drilled regions of one bone become a reward-penalty map (paper, Sec. III-B)."""

    penalty: Annotated[float, Field(ge=0, le=100)] = 1.0
    """Penalty where no surgeon drilled, relative to the largest reward; the paper uses 1."""
    normalisation: Literal["surgeons", "surgeons-1", "largest", "none"] = "surgeons"
    """Divide votes by the number of surgeons (paper), by one less (published code), by the largest vote, or not."""
    single_votes: Literal["keep", "zero"] = "keep"
    """What a voxel that a single surgeon drilled is worth: its vote (paper) or nothing (published code)."""


RPMAP_VARIANTS: dict[str, RPMapSettings] = {
    "paper": RPMapSettings(),
    "published-code-bones": RPMapSettings(normalisation="surgeons-1", single_votes="zero"),
    "published-code-surgeons": RPMapSettings(normalisation="surgeons", single_votes="zero"),
    "published-code-metric": RPMapSettings(normalisation="none"),
}
"""Named variants; see docs/rpmap.md for where each comes from."""


class NetworkSettings(Settings):
    """The network that turns a bone into the probability that surgeons drill."""

    name: Literal["unet"] = "unet"
    """Architecture."""
    channels: Annotated[tuple[int, ...], Field(min_length=2, max_length=7)] = (16, 32, 64, 128)
    """Feature channels from the finest to the coarsest level; one level halves the grid."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of features dropped while training; the paper uses 0.3."""
    encoding: Literal["one-hot", "ordinal"] = "one-hot"
    """How structures enter: a channel for each, or one channel code / 6.5 - 1 as in the paper."""


class TrainingSettings(Settings):
    """How one network is trained."""

    loss: Literal["rpdl", "dice", "wcel"] = "rpdl"
    """Reward-penalty Dice loss (Eq. 3), Dice loss (Eq. 2) or weighted cross-entropy (Eq. 1)."""
    rpmap: RPMapSettings = RPMapSettings()
    """The reward-penalty map of the loss."""
    network: NetworkSettings = NetworkSettings()
    """The network."""
    grid: Annotated[int, Field(ge=8, le=256)] = 64
    """Voxels along each axis that the network sees; bones are resampled to it."""
    epochs: Annotated[int, Field(ge=1, le=100_000)] = 200
    """Passes over the training bones at most."""
    steps_per_epoch: Annotated[int, Field(ge=1, le=100_000)] = 8
    """Batches in one epoch; each shows bones in fresh orientations."""
    batch_size: Annotated[int, Field(ge=1, le=256)] = 2
    """Bones in one batch; every bone counts with all its surgeons."""
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 1e-3
    """First step size of Adam; the paper uses 0.0001."""
    decay: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """The learning rate is multiplied by this when the validation loss stalls."""
    decay_patience: Annotated[int, Field(ge=1, le=100_000)] = 10
    """Epochs without improvement before the learning rate decays."""
    stop_patience: Annotated[int, Field(ge=1, le=100_000)] = 20
    """Epochs without improvement before training stops."""
    validation_bones: Annotated[int, Field(ge=0, le=1000)] = 1
    """Whole bones kept out of training to watch it; 0 watches the training loss."""
    augmentation: Literal["cube", "mirror", "none"] = "mirror"
    """All 48 mirrors and rotations of the cube (paper), left-right mirror only (anatomically possible), or none."""
    shift: Annotated[int, Field(ge=0, le=64)] = 4
    """Bones are moved at random by up to so many voxels along each axis while training; the paper uses 0."""
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0
    """Weights, order and orientations are a function of this number."""
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    """Where to compute; auto takes a GPU where there is one."""
    threads: Annotated[int, Field(ge=0, le=1024)] = 0
    """CPU threads; 0 leaves one core free for the viewer."""


DEMO = TrainingSettings(epochs=40, learning_rate=3e-3)
"""What ``napari-rpdl demo`` starts with: 320 steps at 64 voxels, one to two minutes of one CPU core."""


class PredictionSettings(Settings):
    """How probabilities become a drilled region."""

    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """Voxels at least this probable are drilled."""
    checkpoint: Literal["best", "last"] = "best"
    """Weights of the best validation epoch, or of the last one."""
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    """Where to compute; auto takes a GPU where there is one."""


class SavedSettings(Settings):
    """What a settings file holds."""

    format_version: Literal[1] = 1
    training: TrainingSettings = TrainingSettings()


def save_training_settings(settings: TrainingSettings, path: Path) -> None:
    """Write the settings as JSON."""
    write_text(path, SavedSettings(training=settings).model_dump_json(indent=2) + "\n")


def load_training_settings(path: Path) -> TrainingSettings:
    """Read what ``save_training_settings`` wrote; an InputError names the first wrong field."""
    try:
        return SavedSettings.model_validate_json(read_text(path)).training
    except ValidationError as error:
        raise InputError(explain(error, str(path))) from error


def explain(error: ValidationError, where: str) -> str:
    """Return the first problem of a pydantic error as a sentence for a person."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"]) or "the file"
    return f"{where}: {field}: {first['msg']} (got {str(first.get('input'))[:60]!r})."
