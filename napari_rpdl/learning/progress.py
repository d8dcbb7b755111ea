"""When the learning rate decays and when training stops."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from napari_rpdl.settings import TrainingSettings

IMPROVEMENT = 1e-4
"""By how much a loss must be lower than the best to count as an improvement.

"relative": a share of the best, for the decay and for stopping. The losses have different
ranges, and with a threshold in their own units the schedule would compare units, not
losses. "absolute": what the published code's Keras callbacks do: the decay wants 0.0001,
stopping and the best checkpoint are content with any improvement.
"""


class Progress(BaseModel):
    """Where a training stands after some epochs; a new one for each epoch."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epoch: int = 0
    """Epochs that are finished."""
    learning_rate: float
    """What plateaus have left of the first learning rate."""
    best_epoch: int = 0
    """Epoch of the lowest watched loss, 0 before the first."""
    best_loss: float | None = None
    """The lowest watched loss: of the validation bones, or of training where there are none."""
    since_decay: int = 0
    """Epochs without improvement since the learning rate last decayed."""
    plateau_loss: float | None = None
    """The loss that the decay measures improvements from; differs from the best only with an absolute threshold."""

    @classmethod
    def start(cls, settings: TrainingSettings) -> "Progress":
        """Return the progress before the first epoch."""
        return cls(learning_rate=settings.learning_rate)

    def after(self, loss: float, settings: TrainingSettings) -> "Progress":
        """Return the progress after one more epoch that ended with the watched ``loss``."""
        absolute = settings.optimisation.plateau == "absolute"
        best = self.best_loss is None or loss < self.best_loss - (0 if absolute else IMPROVEMENT * abs(self.best_loss))
        moved = self.plateau_loss is None or loss < self.plateau_loss - IMPROVEMENT if absolute else best
        decays = not moved and self.since_decay + 1 >= settings.decay_patience
        return Progress(
            epoch=self.epoch + 1,
            learning_rate=self.learning_rate * (settings.decay if decays else 1),
            best_epoch=self.epoch + 1 if best else self.best_epoch,
            best_loss=loss if best else self.best_loss,
            since_decay=0 if moved or decays else self.since_decay + 1,
            plateau_loss=loss if moved else self.plateau_loss,
        )

    @property
    def improved(self) -> bool:
        """Whether the last epoch was the best."""
        return self.epoch > 0 and self.best_epoch == self.epoch

    def should_stop(self, settings: TrainingSettings) -> bool:
        """Whether ``stop_patience`` epochs passed without improvement."""
        return self.epoch - self.best_epoch >= settings.stop_patience

    def reason(self, settings: TrainingSettings) -> Literal["finished", "stopped early"] | None:
        """Return why training is over, None while it is not."""
        if self.epoch >= settings.epochs:
            return "finished"
        return "stopped early" if self.should_stop(settings) else None
