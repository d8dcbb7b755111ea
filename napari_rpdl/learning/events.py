"""What training says. Plain data, no torch: the viewer and the command line import this."""

from dataclasses import dataclass
from typing import Literal

from napari_rpdl.events import Event


@dataclass(frozen=True, slots=True)
class TrainingStarted(Event):
    """Bones are loaded and the network is built.

    Attributes:
        device: where it computes, e.g. "cpu" or "cuda".
        parameters: trainable numbers of the network.
        epochs: passes at most; ``first_epoch`` counts from 1 and is larger after a resume.
        training_bones: names of the bones that are trained on.
        validation_bones: names of the bones that only watch.
    """

    device: str
    parameters: int
    epochs: int
    steps_per_epoch: int
    first_epoch: int
    training_bones: tuple[str, ...]
    validation_bones: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "training_bones", tuple(self.training_bones))
        object.__setattr__(self, "validation_bones", tuple(self.validation_bones))


@dataclass(frozen=True, slots=True)
class StepEnded(Event):
    """One batch was learned; ``epoch`` and ``step`` count from 1.

    ``remaining_s`` supposes that all epochs are used; early stopping may end sooner.
    """

    epoch: int
    step: int
    steps_per_epoch: int
    epochs: int
    loss: float
    remaining_s: float


@dataclass(frozen=True, slots=True)
class EpochEnded(Event):
    """One epoch ended and its checkpoint is about to be written.

    Attributes:
        epoch: counts from 1.
        training_loss: mean over the epoch's batches.
        validation_loss: None without validation bones.
        validation_dice: mean Dice of the mask at 0.5 to every surgeon of every
            validation bone, on the network's grid; None without validation bones.
        learning_rate: used in this epoch.
        seconds: that the epoch took.
        remaining_s: until the last epoch, should training not stop early.
        best: whether the watched loss is the lowest so far.
        drilled_share: share of the voxels of the epoch's batches that the network called
            drilled; None in runs of earlier versions.
    """

    epoch: int
    epochs: int
    training_loss: float
    validation_loss: float | None
    validation_dice: float | None
    learning_rate: float
    seconds: float
    remaining_s: float
    best: bool
    drilled_share: float | None = None


@dataclass(frozen=True, slots=True)
class TrainingEnded(Event):
    """Training is over; ``run`` is the folder of its checkpoints, ``best_loss`` the lowest watched loss."""

    reason: Literal["finished", "stopped early", "cancelled"]
    epochs: int
    best_epoch: int
    best_loss: float
    run: str


@dataclass(frozen=True, slots=True)
class TimeEstimated(Event):
    """How long a training would take at most: all its epochs, should it not stop early.

    Attributes:
        seconds: of all epochs together.
        source: where the figure comes from, a sentence for people.
    """

    seconds: float
    source: str


@dataclass(frozen=True, slots=True)
class CandidateJudged(Event):
    """Candidate ``number`` of ``candidates`` for vote weights was trained and judged on every bone.

    Attributes:
        number: counts from 1; the first is the start.
        weights: worth of a voxel with 0, 1, ... K votes.
        dice: mean over bones, each predicted by networks that never saw it, of the mean over surgeons.
        threshold: where the predictions were cut, the best for all these bones together.
    """

    number: int
    candidates: int
    weights: tuple[float, ...]
    dice: float
    threshold: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", tuple(self.weights))


@dataclass(frozen=True, slots=True)
class WeightsLearned(Event):
    """The best ``weights`` are in ``file``; ``start_dice`` is what the start reached, ``bones`` had a say."""

    file: str
    weights: tuple[float, ...]
    dice: float
    start_dice: float
    bones: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", tuple(self.weights))
        object.__setattr__(self, "bones", tuple(self.bones))


@dataclass(frozen=True, slots=True)
class StillWaiting(Event):
    """Nothing new from the training process for ``seconds``; lets whoever follows it react to a wish to stop."""

    seconds: float
