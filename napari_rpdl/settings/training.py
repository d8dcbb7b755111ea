"""How a network learns."""

from typing import Annotated, Literal

from pydantic import Field

from napari_rpdl.settings.base import Settings
from napari_rpdl.settings.deformation import DeformationSettings
from napari_rpdl.settings.loss import LossName, LossSettings
from napari_rpdl.settings.network import NetworkSettings
from napari_rpdl.settings.optimisation import ComputationSettings, OptimisationSettings
from napari_rpdl.settings.rpmap import RPMapSettings

Grid = Annotated[int, Field(ge=8, le=256)]
Epochs = Annotated[int, Field(ge=1, le=100_000)]
StepsPerEpoch = Annotated[int, Field(ge=0, le=100_000)]


class TrainingSettings(Settings):
    """How one network is trained."""

    loss: LossName = "bce+surgeon-dice"
    """What training minimises: Eq. (3) rpdl, Eq. (2) dice, Eq. (1) wcel, the published code's rpdl, or newer ones."""
    loss_options: LossSettings = LossSettings()
    """The finer points of the loss."""
    rpmap: RPMapSettings = RPMapSettings()
    """The reward-penalty map of the loss."""
    network: NetworkSettings = NetworkSettings()
    """The network."""
    grid: Grid = 64
    """Voxels along each axis that the network sees; bones are resampled to it."""
    epochs: Epochs = 200
    """Passes over the training bones at most."""
    steps_per_epoch: StepsPerEpoch = 8
    """Batches in one epoch; each shows bones in fresh orientations. 0: every bone once in every orientation (paper)."""
    batch_size: Annotated[int, Field(ge=1, le=1024)] = 2
    """Bones in one batch (with repeated passes: bones times surgeons); the paper uses 64."""
    passes: Literal["shared", "repeated"] = "shared"
    """A bone passes the network once for all its surgeons (same gradient), or once for each of them (paper)."""
    optimisation: OptimisationSettings = OptimisationSettings()
    """How the weights follow the gradient."""
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 1e-3
    """First step size of Adam; the paper uses 0.0001."""
    decay: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """The learning rate is multiplied by this when the validation loss stalls."""
    decay_patience: Annotated[int, Field(ge=1, le=100_000)] = 10
    """Epochs without improvement before the learning rate decays."""
    stop_patience: Annotated[int, Field(ge=1, le=100_000)] = 20
    """Epochs without improvement before training stops."""
    validation: Literal["bones", "random", "published"] = "bones"
    """What watches the training: whole bones, random samples (paper), or the last ones (published code)."""
    validation_bones: Annotated[int, Field(ge=0, le=1000)] = 1
    """Whole bones kept out of training to watch it; 0 watches the training loss."""
    validation_share: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Share of the samples that watch where whole bones do not; the paper uses 0.1."""
    augmentation: Literal["cube", "published", "mirror", "none"] = "mirror"
    """The cube's 48 mirrors and rotations, the published code's 216 copies, left-right mirror images, or none."""
    shift: Annotated[int, Field(ge=0, le=64)] = 4
    """Bones are moved at random by up to so many voxels along each axis while training; the paper uses 0."""
    deformation: DeformationSettings = DeformationSettings()
    """Small random deformations while training."""
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0
    """Weights, order and orientations are a function of this number."""
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    """Where to compute; auto takes a GPU where there is one."""
    threads: Annotated[int, Field(ge=0, le=1024)] = 0
    """CPU threads; 0 leaves one core free for the viewer."""
    computation: ComputationSettings = ComputationSettings()
    """With what arithmetic, and how much at a time."""
    tensorboard: bool = False
    """Also write the curves to the run folder for TensorBoard; needs pip install 'napari-rpdl[tensorboard]'."""


DEMO = TrainingSettings(loss="rpdl", epochs=40, learning_rate=3e-3)
"""What ``napari-rpdl demo`` starts with: 320 steps at 64 voxels, one to two minutes of one CPU core."""
