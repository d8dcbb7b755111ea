"""How a network learns."""

from typing import Annotated, Literal

from pydantic import Field

from napari_rpdl.settings.base import Settings
from napari_rpdl.settings.network import NetworkSettings
from napari_rpdl.settings.rpmap import RPMapSettings


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
